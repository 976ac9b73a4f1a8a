/* Handing out blocks with marks around them, and taking them back.
 *
 * Must not know capabilities, nor how a heap shares out.
 *
 * One idea: the marks are written in the same hold of the lock in which the block is taken, so whoever
 * checks the heap never meets a live block without them. Contents are the owner's, and need no lock. */
#include "core/guard/marks.h"

/* ---- levels ---------------------------------------------------------------------------------- */

enum em_guard em_guard_of(const struct em_heap *heap)
{
    return (enum em_guard)heap->guard;
}

static bool fill_if_free(void *context, const struct em_block_view *block)
{
    const struct em_engine *engine = context;
    if (!block->used) {
        em_guard_fill((uintptr_t)block->address + engine->links_in_front,
                      block->size - engine->links_in_front - engine->links_at_end, EM_GUARD_FREE_WORD);
    }
    return true;
}

bool em_guard_set(struct em_heap *heap, enum em_guard guard)
{
    if (guard == EM_GUARD_COMPREHENSIVE) {
        const struct em_engine *filled = em_heap_engine(heap)->filled;
        if (filled == NULL) {
            return false;
        }
        em_far_set(&heap->engine, filled);
        em_heap_walk(heap, fill_if_free, (void *)(uintptr_t)filled);
    }
    heap->guard = (uint8_t)guard;
    return true;
}

/* ---- taking ---------------------------------------------------------------------------------- */

/* Whether the marks can be added: not to 0 bytes, and not beyond the largest size. */
static inline bool can_be_marked(size_t size)
{
    return EM_LIKELY(size - 1 < SIZE_MAX - EM_GUARD_BYTES);
}

/* Under the lock. */
static inline void *mark(void *raw, size_t size)
{
    if (EM_UNLIKELY(raw == NULL)) {
        return NULL;
    }
    struct em_guard_head *head = raw;
    uintptr_t address = (uintptr_t)raw + EM_GUARD_HEAD_BYTES;
    head->mark = EM_GUARD_HEAD_MARK;
    head->size = (uint32_t)size;
    em_set_word_at(address + size, EM_GUARD_TAIL_MARK);
    return (void *)address;
}

/* The block's marks become fill again and the block is released, in one hold. */
static enum em_fault_kind unmark_and_release(struct em_heap *heap, void *address)
{
    void *raw = em_guard_raw(address);
    em_heap_lock(heap);
    enum em_fault_kind kind = em_fault_of(heap, raw);
    if (kind == EM_FAULT_NONE) {
        em_set_word_at((uintptr_t)address + em_guard_head_of(address)->size, EM_GUARD_FREE_WORD);
        em_guard_fill((uintptr_t)raw, EM_GUARD_HEAD_BYTES, EM_GUARD_FREE_WORD);
        em_heap_release(heap, raw);
    }
    em_heap_unlock(heap);
    return kind;
}

/* What was free must still be filled; if so it is filled anew, else the block goes back as it is. */
__attribute__((noinline)) static void *verify_new(struct em_heap *heap, void *address, size_t size)
{
    struct em_fault fault = {.during = EM_DURING_ALLOCATE, .heap = (uintptr_t)heap, .block = (uintptr_t)address};
    uintptr_t at = (uintptr_t)address;
    if (!em_guard_find_unfilled(&at, at + size, &fault)) {
        em_guard_fill((uintptr_t)address, size, EM_GUARD_NEW_WORD);
        return address;
    }
    unmark_and_release(heap, address);
    em_port_fault(&fault);
    return NULL;
}

static inline void *finish(struct em_heap *heap, void *address, size_t size)
{
    return heap->guard == EM_GUARD_LIGHT || address == NULL ? address : verify_new(heap, address, size);
}

void *em_guard_allocate(struct em_heap *heap, size_t size)
{
    if (heap->guard == EM_GUARD_OFF) {
        return em_heap_allocate(heap, size);
    }
    if (!can_be_marked(size)) {
        return NULL;
    }
    em_heap_lock(heap);
    void *address = mark(em_heap_allocate(heap, size + EM_GUARD_BYTES), size);
    em_heap_unlock(heap);
    return finish(heap, address, size);
}

void *em_guard_allocate_aligned(struct em_heap *heap, size_t size, size_t alignment, size_t offset)
{
    if (heap->guard == EM_GUARD_OFF) {
        return em_heap_allocate_aligned(heap, size, alignment, offset);
    }
    if (!can_be_marked(size) || !em_add(&offset, offset, EM_GUARD_HEAD_BYTES)) {
        return NULL;
    }
    em_heap_lock(heap);
    void *address = mark(em_heap_allocate_aligned(heap, size + EM_GUARD_BYTES, alignment, offset), size);
    em_heap_unlock(heap);
    return finish(heap, address, size);
}

/* ---- looking --------------------------------------------------------------------------------- */

/* A block's marks and, against its header, its size; what is wrong is told. */
static bool examine(struct em_heap *heap, const void *address, enum em_operation during, size_t *full_size)
{
    if (!em_guard_is_intact(heap, address)) {
        em_guard_tell(heap, address, during);
        return false;
    }
    const void *raw = em_guard_raw(address);
    em_heap_lock(heap);
    enum em_fault_kind kind = em_fault_of(heap, raw);
    *full_size = kind == EM_FAULT_NONE ? em_block_size_of(em_block_of_payload(raw)) : 0;
    em_heap_unlock(heap);
    if (kind == EM_FAULT_NONE && (*full_size < EM_GUARD_BYTES || em_guard_head_of(address)->size > *full_size - EM_GUARD_BYTES)) {
        kind = EM_FAULT_BAD_SIZE;
    }
    if (kind != EM_FAULT_NONE) {
        em_guard_tell_refused(heap, kind, address, during);
    }
    return kind == EM_FAULT_NONE;
}

size_t em_guard_full_size(struct em_heap *heap, const void *address)
{
    size_t size;
    if (heap->guard == EM_GUARD_OFF) {
        return em_heap_block_size(heap, address);
    }
    return examine(heap, address, EM_DURING_QUERY, &size) ? size : 0;
}

size_t em_guard_block_size(struct em_heap *heap, const void *address)
{
    size_t size = em_guard_full_size(heap, address);
    return heap->guard == EM_GUARD_OFF || size == 0 ? size : size - EM_GUARD_BYTES;
}

size_t em_guard_asked_size(struct em_heap *heap, const void *address)
{
    size_t size = em_guard_full_size(heap, address);
    return heap->guard == EM_GUARD_OFF || size == 0 ? size : em_guard_head_of(address)->size;
}

/* ---- giving back ----------------------------------------------------------------------------- */

/* Everything of the block but its marks is filled while it is still the caller's. */
static void release_filled(struct em_heap *heap, void *address, enum em_operation during)
{
    size_t full_size;
    if (!examine(heap, address, during, &full_size)) {
        return;
    }
    size_t size = em_guard_head_of(address)->size;
    em_guard_fill((uintptr_t)address, size, EM_GUARD_FREE_WORD);
    em_guard_fill((uintptr_t)address + size + EM_GUARD_TAIL_BYTES, full_size - EM_GUARD_BYTES - size, EM_GUARD_FREE_WORD);
    enum em_fault_kind kind = unmark_and_release(heap, address);
    if (kind != EM_FAULT_NONE) {
        em_guard_tell_refused(heap, kind, address, during); /* freed by another task meanwhile */
    }
}

static inline void release_marked(struct em_heap *heap, void *address, enum em_operation during)
{
    if (EM_UNLIKELY(!em_guard_is_intact(heap, address))) {
        em_guard_tell(heap, address, during);
        return;
    }
    enum em_fault_kind kind = em_heap_release(heap, em_guard_raw(address));
    if (EM_UNLIKELY(kind != EM_FAULT_NONE)) {
        em_guard_tell_refused(heap, kind, address, during);
    }
}

void em_guard_free(struct em_heap *heap, void *address)
{
    if (heap->guard == EM_GUARD_OFF || address == NULL) {
        em_heap_free(heap, address);
    } else if (heap->guard == EM_GUARD_LIGHT) {
        release_marked(heap, address, EM_DURING_FREE);
    } else {
        release_filled(heap, address, EM_DURING_FREE);
    }
}

/* ---- resizing -------------------------------------------------------------------------------- */

/* In place, with the tail at its new place in the same hold. The block has been examined. */
static bool resize(struct em_heap *heap, void *address, size_t size)
{
    void *raw = em_guard_raw(address);
    em_heap_lock(heap);
    bool resized = em_fault_of(heap, raw) == EM_FAULT_NONE && em_heap_resize(heap, raw, size + EM_GUARD_BYTES);
    if (resized) {
        mark(raw, size);
    }
    em_heap_unlock(heap);
    return resized;
}

/* As the heap's own move: the moment when both blocks live is not seen in the minimum. */
static void *take_unseen(struct em_heap *heap, size_t size)
{
    em_heap_lock(heap);
    uint32_t minimum = heap->minimum_free;
    void *address = em_guard_allocate(heap, size);
    heap->minimum_free = minimum;
    em_heap_unlock(heap);
    return address;
}

static void *move_marked(struct em_heap *heap, void *address, size_t old_size, size_t size)
{
    void *moved = take_unseen(heap, size);
    if (moved != NULL) {
        em_port_copy(moved, address, size < old_size ? size : old_size);
        release_marked(heap, address, EM_DURING_REALLOCATE);
        em_heap_restore_minimum(heap, em_heap_free_bytes(heap));
    }
    return moved;
}

static void *move_filled(struct em_heap *heap, void *address, size_t old_size, size_t size)
{
    void *moved = em_guard_allocate(heap, size);
    if (moved != NULL) {
        em_port_copy(moved, address, size < old_size ? size : old_size);
        release_filled(heap, address, EM_DURING_REALLOCATE);
    }
    return moved;
}

void *em_guard_reallocate(struct em_heap *heap, void *address, size_t size)
{
    size_t full_size;
    if (heap->guard == EM_GUARD_OFF) {
        return em_heap_reallocate(heap, address, size);
    }
    if (address == NULL) {
        return em_guard_allocate(heap, size);
    }
    if (size == 0) {
        em_guard_free(heap, address);
        return NULL;
    }
    if (!examine(heap, address, EM_DURING_REALLOCATE, &full_size) || !can_be_marked(size)) {
        return NULL;
    }
    size_t old_size = em_guard_head_of(address)->size;
    if (heap->guard == EM_GUARD_COMPREHENSIVE) {
        return move_filled(heap, address, old_size, size);
    }
    return resize(heap, address, size) ? address : move_marked(heap, address, old_size, size);
}
