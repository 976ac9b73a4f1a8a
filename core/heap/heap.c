/* One heap: its lock, its totals, and the policy of realloc. The engine behind it shares out.
 *
 * Must not know capabilities, chips or who is told of events.
 *
 * One idea: a bad pointer is found before anything changes, and told after the lock is given back. */
#include "core/heap/state.h"

struct em_heap *em_heap_create(void *start, size_t bytes, const struct em_engine *engine)
{
    if (start == NULL || !em_is_multiple((uintptr_t)start, 4)) {
        return NULL; /* blocks are 4-aligned, and so are the records */
    }
    if (bytes < sizeof(struct em_heap) || bytes > INT32_MAX) {
        return NULL; /* no room for the records, or links could not reach the end */
    }
    struct em_heap *heap = start;
    *heap = (struct em_heap){.size = (uint32_t)bytes};
    em_far_set(&heap->engine, engine);
    if (!engine->open(heap)) {
        return NULL;
    }
    heap->minimum_free = heap->free_bytes;
    return heap;
}

void em_heap_set_lock(struct em_heap *heap, struct em_lock *lock)
{
    em_far_set(&heap->lock, lock);
}

/* Filled in here, so that nobody pays for it who gives a good pointer. */
void em_heap_tell(const struct em_heap *heap, enum em_fault_kind kind, enum em_operation during, const void *address)
{
    em_port_fault(&(struct em_fault){.kind = kind, .during = during, .heap = (uintptr_t)heap, .address = (uintptr_t)address});
}

/* ---- taking and giving back ------------------------------------------------------------------ */

void *em_heap_allocate(struct em_heap *heap, size_t size)
{
    return em_heap_engine(heap)->allocate(heap, size);
}

void *em_heap_allocate_aligned(struct em_heap *heap, size_t size, size_t alignment, size_t offset)
{
    if (!em_is_power_of_two(alignment)) {
        return NULL;
    }
    em_heap_lock(heap);
    struct em_block *block = em_heap_engine(heap)->allocate_aligned(heap, size, alignment, offset);
    if (block != NULL) {
        em_layout_changed(heap, NULL, NULL);
        em_note_minimum(heap);
    }
    em_heap_unlock(heap);
    return block == NULL ? NULL : em_block_payload(block);
}

void em_heap_free(struct em_heap *heap, void *address)
{
    if (address != NULL) {
        em_heap_engine(heap)->release(heap, address);
    }
}

/* ---- resizing -------------------------------------------------------------------------------- */

enum resized { RESIZED, MUST_MOVE, NO_BLOCK };

static enum resized resize_block(struct em_heap *heap, struct em_block *block, size_t size, size_t *old_size)
{
    *old_size = em_block_size_of(block);
    if (!em_heap_engine(heap)->resize(heap, block, size)) {
        return MUST_MOVE;
    }
    em_note_minimum(heap);
    return RESIZED;
}

static enum resized resize(struct em_heap *heap, void *address, size_t size, size_t *old_size)
{
    enum resized result = NO_BLOCK;
    em_heap_lock(heap);
    enum em_fault_kind kind = em_fault_of(heap, address);
    if (kind == EM_FAULT_NONE) {
        result = resize_block(heap, em_block_of_payload(address), size, old_size);
    }
    em_heap_unlock(heap);
    if (kind != EM_FAULT_NONE) {
        em_heap_tell(heap, kind, EM_DURING_REALLOCATE, address);
    }
    return result;
}

bool em_heap_resize(struct em_heap *heap, void *address, size_t size)
{
    size_t old_size;
    return size != 0 && resize(heap, address, size, &old_size) == RESIZED;
}

/* The minimum does not see the moment when both blocks live, as on the chip: it is noted when the old one
 * is gone. */
static void *take_unseen(struct em_heap *heap, size_t size)
{
    em_heap_lock(heap);
    uint32_t minimum = heap->minimum_free;
    void *address = em_heap_allocate(heap, size);
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

/* Allocate, copy, free. */
static void *move(struct em_heap *heap, void *address, size_t old_size, size_t size, struct em_move_teller *teller)
{
    void *moved = take_unseen(heap, size);
    if (moved == NULL) {
        return NULL;
    }
    em_port_copy(moved, address, size < old_size ? size : old_size);
    tell_moved(teller, moved);
    em_heap_lock(heap);
    enum em_fault_kind kind = em_fault_of(heap, address);
    if (kind == EM_FAULT_NONE) {
        em_heap_free(heap, address);
    }
    em_note_minimum(heap);
    em_heap_unlock(heap);
    if (kind != EM_FAULT_NONE) {
        em_heap_tell(heap, kind, EM_DURING_REALLOCATE, address); /* freed by another task meanwhile */
    }
    return moved;
}

static struct em_block *extend_back(struct em_heap *heap, void *address, size_t size)
{
    struct em_block *extended = NULL;
    em_heap_lock(heap);
    if (em_heap_engine(heap)->extend_back != NULL && em_fault_of(heap, address) == EM_FAULT_NONE) {
        extended = em_heap_engine(heap)->extend_back(heap, em_block_of_payload(address), size);
    }
    em_heap_unlock(heap);
    return extended;
}

/* For a block that finds no room anywhere else, and with what is free on both of its sides might have it: the
 * contents move down in pieces that do not overlap themselves. */
static void *move_down(struct em_heap *heap, void *address, size_t old_size, size_t size, struct em_move_teller *teller)
{
    struct em_block *extended = extend_back(heap, address, size);
    if (extended == NULL) {
        return NULL;
    }
    char *to = em_block_payload(extended);
    const char *from = address;
    size_t distance = (size_t)(from - to);
    for (size_t done = 0; done < old_size; done += distance) {
        em_port_copy(to + done, from + done, old_size - done < distance ? old_size - done : distance);
    }
    tell_moved(teller, to);
    em_heap_resize(heap, to, size); /* what is too much goes back */
    return to;
}

void *em_heap_reallocate(struct em_heap *heap, void *address, size_t size)
{
    return em_heap_reallocate_telling(heap, address, size, NULL);
}

void *em_heap_reallocate_telling(struct em_heap *heap, void *address, size_t size, struct em_move_teller *teller)
{
    if (address == NULL) {
        return em_heap_allocate(heap, size);
    }
    if (size == 0) {
        em_heap_free(heap, address);
        return NULL;
    }
    size_t old_size;
    void *moved;
    switch (resize(heap, address, size, &old_size)) {
    case RESIZED:
        return address;
    case MUST_MOVE:
        moved = move(heap, address, old_size, size, teller);
        return moved != NULL ? moved : move_down(heap, address, old_size, size, teller);
    case NO_BLOCK:
        break;
    }
    return NULL;
}

/* ---- asking ---------------------------------------------------------------------------------- */

size_t em_heap_block_size(struct em_heap *heap, const void *address)
{
    em_heap_lock(heap);
    enum em_fault_kind kind = em_fault_of(heap, address);
    size_t size = kind == EM_FAULT_NONE ? em_block_size_of(em_block_of_payload(address)) : 0;
    em_heap_unlock(heap);
    if (kind != EM_FAULT_NONE) {
        em_heap_tell(heap, kind, EM_DURING_QUERY, address);
    }
    return size;
}

size_t em_heap_size(const struct em_heap *heap)
{
    return heap->size;
}

static size_t read_locked(struct em_heap *heap, const uint32_t *field)
{
    em_heap_lock(heap);
    size_t value = *field;
    em_heap_unlock(heap);
    return value;
}

size_t em_heap_free_bytes(struct em_heap *heap)
{
    return read_locked(heap, &heap->free_bytes);
}

size_t em_heap_minimum_free(struct em_heap *heap)
{
    return read_locked(heap, &heap->minimum_free);
}

size_t em_heap_largest_free(struct em_heap *heap)
{
    em_heap_lock(heap);
    size_t largest = em_heap_engine(heap)->largest(heap);
    em_heap_unlock(heap);
    return largest;
}

/* What malloc could hand out when the heap was empty, less what is free, less the used headers. */
static size_t allocated_bytes(const struct em_heap *heap, size_t used_blocks)
{
    return heap->size - heap->first_block - heap->free_bytes - EM_HEADER_BYTES * used_blocks;
}

void em_heap_get_info(struct em_heap *heap, struct em_heap_info *info)
{
    em_heap_lock(heap);
    size_t used_blocks = heap->blocks - heap->free_blocks;
    *info = (struct em_heap_info){
        .free_bytes = heap->free_bytes,
        .allocated_bytes = allocated_bytes(heap, used_blocks),
        .largest_free = em_heap_engine(heap)->largest(heap),
        .minimum_free = heap->minimum_free,
        .allocated_blocks = used_blocks,
        .free_blocks = heap->free_blocks,
        .total_blocks = heap->blocks,
    };
    em_heap_unlock(heap);
}

/* ---- the minimum ----------------------------------------------------------------------------- */

size_t em_heap_reset_minimum(struct em_heap *heap)
{
    em_heap_lock(heap);
    size_t old = heap->minimum_free;
    heap->minimum_free = heap->free_bytes;
    em_heap_unlock(heap);
    return old;
}

void em_heap_restore_minimum(struct em_heap *heap, size_t minimum)
{
    em_heap_lock(heap);
    if (minimum < heap->minimum_free) {
        heap->minimum_free = (uint32_t)minimum;
    }
    em_heap_unlock(heap);
}

void em_heap_set_minimum(struct em_heap *heap, size_t minimum)
{
    em_heap_lock(heap);
    heap->minimum_free = (uint32_t)minimum;
    em_heap_unlock(heap);
}
