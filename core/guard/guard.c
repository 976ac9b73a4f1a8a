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
    struct em_guard_head *head = raw;
    uintptr_t address = (uintptr_t)raw + EM_GUARD_HEAD_BYTES;
    head->mark = EM_GUARD_HEAD_MARK;
    head->size = (uint32_t)size;
    em_set_word_at(address + size, EM_GUARD_TAIL_MARK);
    return (void *)address;
}

/* Whether the address is that of a live block between its marks. Under the lock. */
static inline bool is_marked_block(const struct em_heap *heap, const void *raw)
{
    return EM_LIKELY(em_fault_of(heap, raw) == EM_FAULT_NONE) &&
           em_guard_marks_stand(raw, em_block_size_of(em_block_of_payload(raw)));
}

/* The block's marks become fill again and the block is given back, in one hold. False iff it is none. */
static bool unmark_and_give(struct em_heap *heap, void *address)
{
    void *raw = em_guard_raw(address);
    em_heap_lock(heap);
    bool marked = is_marked_block(heap, raw);
    if (marked) {
        em_set_word_at((uintptr_t)address + em_guard_head_of(address)->size, EM_GUARD_FREE_WORD);
        em_guard_fill((uintptr_t)raw, EM_GUARD_HEAD_BYTES, EM_GUARD_FREE_WORD);
        em_heap_free(heap, raw);
    }
    em_heap_unlock(heap);
    return marked;
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
    unmark_and_give(heap, address);
    em_port_fault(&fault);
    return NULL;
}

/* The size can be marked. */
static inline void *take(struct em_heap *heap, size_t size)
{
    em_heap_lock(heap);
    void *raw = em_heap_allocate(heap, size + EM_GUARD_BYTES);
    void *address = EM_LIKELY(raw != NULL) ? mark(raw, size) : NULL;
    em_heap_unlock(heap);
    return address;
}

__attribute__((noinline)) static void *allocate_otherwise(struct em_heap *heap, size_t size)
{
    if (heap->guard == EM_GUARD_OFF) {
        return em_heap_allocate(heap, size);
    }
    void *address = can_be_marked(size) ? take(heap, size) : NULL;
    return address == NULL ? NULL : verify_new(heap, address, size);
}

void *em_guard_allocate(struct em_heap *heap, size_t size)
{
    if (EM_UNLIKELY(heap->guard != EM_GUARD_LIGHT)) {
        return allocate_otherwise(heap, size);
    }
    return can_be_marked(size) ? take(heap, size) : NULL;
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
    void *raw = em_heap_allocate_aligned(heap, size + EM_GUARD_BYTES, alignment, offset);
    void *address = raw == NULL ? NULL : mark(raw, size);
    em_heap_unlock(heap);
    return address == NULL || heap->guard == EM_GUARD_LIGHT ? address : verify_new(heap, address, size);
}

/* ---- looking --------------------------------------------------------------------------------- */

/* The block's size, marks included; if it is none, that is told and the answer is 0. */
static size_t examine(struct em_heap *heap, const void *address, enum em_operation during)
{
    const void *raw = em_guard_raw(address);
    em_heap_lock(heap);
    size_t full_size = is_marked_block(heap, raw) ? em_block_size_of(em_block_of_payload(raw)) : 0;
    em_heap_unlock(heap);
    if (full_size == 0) {
        em_guard_tell(heap, address, during);
    }
    return full_size;
}

size_t em_guard_full_size(struct em_heap *heap, const void *address)
{
    return heap->guard == EM_GUARD_OFF ? em_heap_block_size(heap, address) : examine(heap, address, EM_DURING_QUERY);
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
    size_t full_size = examine(heap, address, during);
    if (full_size == 0) {
        return;
    }
    size_t size = em_guard_head_of(address)->size;
    em_guard_fill((uintptr_t)address, size, EM_GUARD_FREE_WORD);
    em_guard_fill((uintptr_t)address + size + EM_GUARD_TAIL_BYTES, full_size - EM_GUARD_BYTES - size, EM_GUARD_FREE_WORD);
    if (!unmark_and_give(heap, address)) {
        em_guard_tell(heap, address, during); /* freed by another task meanwhile */
    }
}

__attribute__((always_inline)) static inline void release_marked(struct em_heap *heap, void *address, enum em_operation during)
{
    void *raw = em_guard_raw(address);
    em_heap_lock(heap);
    bool marked = is_marked_block(heap, raw);
    if (EM_LIKELY(marked)) {
        em_heap_free(heap, raw);
    }
    em_heap_unlock(heap);
    if (EM_UNLIKELY(!marked)) {
        em_guard_tell(heap, address, during);
    }
}

__attribute__((noinline)) static void free_otherwise(struct em_heap *heap, void *address)
{
    if (heap->guard == EM_GUARD_OFF) {
        em_heap_free(heap, address);
    } else if (address != NULL) {
        release_filled(heap, address, EM_DURING_FREE);
    }
}

void em_guard_free(struct em_heap *heap, void *address)
{
    if (EM_UNLIKELY(heap->guard != EM_GUARD_LIGHT)) {
        free_otherwise(heap, address);
    } else if (EM_LIKELY(address != NULL)) {
        release_marked(heap, address, EM_DURING_FREE);
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

static void tell_moved(struct em_move_teller *teller, void *moved)
{
    if (teller != NULL) {
        teller->moved(teller, moved);
    }
}

static void *move_marked(struct em_heap *heap, void *address, size_t old_size, size_t size, struct em_move_teller *teller)
{
    void *moved = take_unseen(heap, size);
    if (moved != NULL) {
        em_port_copy(moved, address, size < old_size ? size : old_size);
        tell_moved(teller, moved);
        release_marked(heap, address, EM_DURING_REALLOCATE);
        em_heap_restore_minimum(heap, em_heap_free_bytes(heap));
    }
    return moved;
}

static void *move_filled(struct em_heap *heap, void *address, size_t old_size, size_t size, struct em_move_teller *teller)
{
    void *moved = em_guard_allocate(heap, size);
    if (moved != NULL) {
        em_port_copy(moved, address, size < old_size ? size : old_size);
        tell_moved(teller, moved);
        release_filled(heap, address, EM_DURING_REALLOCATE);
    }
    return moved;
}

void *em_guard_reallocate(struct em_heap *heap, void *address, size_t size)
{
    return em_guard_reallocate_telling(heap, address, size, NULL);
}

void *em_guard_reallocate_telling(struct em_heap *heap, void *address, size_t size, struct em_move_teller *teller)
{
    if (heap->guard == EM_GUARD_OFF) {
        return em_heap_reallocate_telling(heap, address, size, teller);
    }
    if (address == NULL) {
        return em_guard_allocate(heap, size);
    }
    if (size == 0) {
        em_guard_free(heap, address);
        return NULL;
    }
    if (examine(heap, address, EM_DURING_REALLOCATE) == 0 || !can_be_marked(size)) {
        return NULL;
    }
    size_t old_size = em_guard_head_of(address)->size;
    if (heap->guard == EM_GUARD_COMPREHENSIVE) {
        return move_filled(heap, address, old_size, size, teller);
    }
    return resize(heap, address, size) ? address : move_marked(heap, address, old_size, size, teller);
}
