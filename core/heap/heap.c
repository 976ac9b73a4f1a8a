/* One heap: its lock, its totals, and the policy of realloc. The engine behind it shares out.
 *
 * Must not know capabilities, chips or who is told of events.
 *
 * One idea: a bad pointer is found before anything changes, and told after the lock is given back. */
#include "core/heap/state.h"

void em_heap_lock(struct em_heap *heap)
{
    struct em_lock *lock = em_far_get(&heap->lock);
    if (lock != NULL) {
        em_port_lock(lock);
    }
}

void em_heap_unlock(struct em_heap *heap)
{
    struct em_lock *lock = em_far_get(&heap->lock);
    if (lock != NULL) {
        em_port_unlock(lock);
    }
}

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

/* ---- the block at an address ----------------------------------------------------------------- */

static struct em_block *refuse(struct em_fault *fault, enum em_fault_kind kind, const struct em_heap *heap, const void *address)
{
    *fault = (struct em_fault){.kind = kind, .heap = (uintptr_t)heap, .address = (uintptr_t)address};
    return NULL;
}

struct em_block *em_live_block(const struct em_heap *heap, const void *address, struct em_fault *fault)
{
    uintptr_t offset = (uintptr_t)address - EM_HEADER_BYTES - (uintptr_t)heap;
    if (offset >= heap->size) {
        return refuse(fault, EM_FAULT_FOREIGN_POINTER, heap, address);
    }
    if (offset < heap->first_block || !em_is_multiple(offset, 4)) {
        return refuse(fault, EM_FAULT_NOT_A_BLOCK, heap, address);
    }
    struct em_block *block = em_block_of_payload(address);
    if (em_block_is_free(block)) {
        return refuse(fault, EM_FAULT_DOUBLE_FREE, heap, address);
    }
    size_t size = em_block_size_of(block);
    if (size < EM_PAYLOAD_MINIMUM || size > heap->size - offset - 2 * EM_HEADER_BYTES) {
        return refuse(fault, EM_FAULT_NOT_A_BLOCK, heap, address); /* its end would be outside */
    }
    if (em_block_prev_is_free(em_block_behind(block, size))) {
        return refuse(fault, EM_FAULT_NOT_A_BLOCK, heap, address); /* its neighbour takes it for free */
    }
    return block;
}

static void tell(struct em_fault *fault, enum em_operation during)
{
    fault->during = during;
    em_port_fault(fault);
}

/* ---- totals ---------------------------------------------------------------------------------- */

static inline void count_taken(struct em_heap *heap, const struct em_block *block)
{
    heap->free_bytes -= (uint32_t)(em_block_size_of(block) + EM_HEADER_BYTES);
    heap->used_blocks++;
    heap->operations++;
}

static inline void note_minimum(struct em_heap *heap)
{
    if (heap->free_bytes < heap->minimum_free) {
        heap->minimum_free = heap->free_bytes;
    }
}

/* ---- taking and giving back ------------------------------------------------------------------ */

void *em_heap_allocate(struct em_heap *heap, size_t size)
{
    if (size == 0) {
        return NULL;
    }
    em_heap_lock(heap);
    struct em_block *block = em_heap_engine(heap)->allocate(heap, size);
    if (block != NULL) {
        count_taken(heap, block);
        note_minimum(heap);
    }
    em_heap_unlock(heap);
    return block == NULL ? NULL : em_block_payload(block);
}

void *em_heap_allocate_aligned(struct em_heap *heap, size_t size, size_t alignment, size_t offset)
{
    if (size == 0 || !em_is_power_of_two(alignment)) {
        return NULL;
    }
    em_heap_lock(heap);
    struct em_block *block = em_heap_engine(heap)->allocate_aligned(heap, size, alignment, offset);
    if (block != NULL) {
        count_taken(heap, block);
        note_minimum(heap);
    }
    em_heap_unlock(heap);
    return block == NULL ? NULL : em_block_payload(block);
}

static bool release(struct em_heap *heap, void *address, struct em_fault *fault)
{
    struct em_block *block = em_live_block(heap, address, fault);
    if (block == NULL) {
        return false;
    }
    heap->free_bytes += (uint32_t)(em_block_size_of(block) + EM_HEADER_BYTES);
    heap->used_blocks--;
    heap->operations++;
    em_heap_engine(heap)->release(heap, block);
    return true;
}

void em_heap_free(struct em_heap *heap, void *address)
{
    if (address == NULL) {
        return;
    }
    struct em_fault fault;
    em_heap_lock(heap);
    bool done = release(heap, address, &fault);
    em_heap_unlock(heap);
    if (!done) {
        tell(&fault, EM_DURING_FREE);
    }
}

/* ---- resizing -------------------------------------------------------------------------------- */

enum resized { RESIZED, MUST_MOVE, NO_BLOCK };

static enum resized resize(struct em_heap *heap, void *address, size_t size, size_t *old_size, struct em_fault *fault)
{
    struct em_block *block = em_live_block(heap, address, fault);
    if (block == NULL) {
        return NO_BLOCK;
    }
    *old_size = em_block_size_of(block);
    if (!em_heap_engine(heap)->resize(heap, block, size)) {
        return MUST_MOVE;
    }
    heap->free_bytes += (uint32_t)(*old_size - em_block_size_of(block));
    heap->operations++;
    note_minimum(heap);
    return RESIZED;
}

static enum resized resize_locked(struct em_heap *heap, void *address, size_t size, size_t *old_size)
{
    struct em_fault fault;
    em_heap_lock(heap);
    enum resized result = resize(heap, address, size, old_size, &fault);
    em_heap_unlock(heap);
    if (result == NO_BLOCK) {
        tell(&fault, EM_DURING_REALLOCATE);
    }
    return result;
}

bool em_heap_resize(struct em_heap *heap, void *address, size_t size)
{
    size_t old_size;
    return size != 0 && resize_locked(heap, address, size, &old_size) == RESIZED;
}

/* Allocate, copy, free. The minimum is noted after the old block is gone, as the chip does: the moment
 * when both live is not counted. */
static void *move(struct em_heap *heap, void *address, size_t old_size, size_t size)
{
    em_heap_lock(heap);
    struct em_block *block = em_heap_engine(heap)->allocate(heap, size);
    if (block != NULL) {
        count_taken(heap, block);
    }
    em_heap_unlock(heap);
    if (block == NULL) {
        return NULL;
    }
    em_port_copy(em_block_payload(block), address, size < old_size ? size : old_size);
    struct em_fault fault;
    em_heap_lock(heap);
    bool done = release(heap, address, &fault);
    note_minimum(heap);
    em_heap_unlock(heap);
    if (!done) {
        tell(&fault, EM_DURING_REALLOCATE); /* freed by another task meanwhile */
    }
    return em_block_payload(block);
}

void *em_heap_reallocate(struct em_heap *heap, void *address, size_t size)
{
    if (address == NULL) {
        return em_heap_allocate(heap, size);
    }
    if (size == 0) {
        em_heap_free(heap, address);
        return NULL;
    }
    size_t old_size;
    switch (resize_locked(heap, address, size, &old_size)) {
    case RESIZED:
        return address;
    case MUST_MOVE:
        return move(heap, address, old_size, size);
    case NO_BLOCK:
        break;
    }
    return NULL;
}

/* ---- asking ---------------------------------------------------------------------------------- */

size_t em_heap_block_size(struct em_heap *heap, const void *address)
{
    struct em_fault fault;
    em_heap_lock(heap);
    struct em_block *block = em_live_block(heap, address, &fault);
    size_t size = block == NULL ? 0 : em_block_size_of(block);
    em_heap_unlock(heap);
    if (block == NULL) {
        tell(&fault, EM_DURING_QUERY);
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
static size_t allocated_bytes(const struct em_heap *heap)
{
    size_t all = heap->size - heap->first_block;
    return all - heap->free_bytes - EM_HEADER_BYTES * (size_t)heap->used_blocks;
}

void em_heap_get_info(struct em_heap *heap, struct em_heap_info *info)
{
    em_heap_lock(heap);
    *info = (struct em_heap_info){
        .free_bytes = heap->free_bytes,
        .allocated_bytes = allocated_bytes(heap),
        .largest_free = em_heap_engine(heap)->largest(heap),
        .minimum_free = heap->minimum_free,
        .allocated_blocks = heap->used_blocks,
        .free_blocks = heap->free_blocks,
        .total_blocks = (size_t)heap->used_blocks + heap->free_blocks,
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
