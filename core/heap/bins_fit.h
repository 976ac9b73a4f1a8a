/* The operations of the engine "bins" that few programs call often: aligned blocks, resizing in place, opening;
 * and the engine as a table.
 *
 * Included once by each variant of the engine, behind bins_operations.h. Must not know guards or who asks.
 *
 * One idea: every one of them takes free blocks out of their lists, lays the pieces out anew, and puts the free
 * ones back. */
#ifndef EM_HEAP_BINS_FIT_H
#define EM_HEAP_BINS_FIT_H

#include "core/heap/bins_operations.h"

/* A free block out of its list, or from being the recent one. */
static void take_out(struct em_heap *heap, struct em_block *block)
{
    size_t size = em_block_size_of(block);
    if (block == recent_block(heap)) {
        set_recent(heap, NULL);
    } else if (size >= SMALLEST) {
        unlink(heap, block, size);
    }
    heap->blocks--;
    heap->free_blocks--;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
}

/* `bytes`, header included, become a free block between two used ones, of which the next is told. One too
 * short for links is in no list. */
static void make_free(struct em_heap *heap, struct em_block *block, size_t bytes)
{
    size_t size = bytes - EM_HEADER_BYTES;
    struct em_block *next = em_block_behind(block, size);
    next->header |= EM_BLOCK_PREV_FREE;
    if (size >= SMALLEST) {
        em_block_mark_free(heap, block, size);
        put(heap, block, size);
    } else {
        block->header = (uint32_t)size | EM_BLOCK_FREE;
        ((uint32_t *)next)[-1] = block->header;
    }
    heap->blocks++;
    heap->free_blocks++;
    heap->free_bytes += (uint32_t)bytes;
}

/* A used block of `whole` bytes, with free memory behind it in no list any more, keeps `size`. */
static void keep(struct em_heap *heap, struct em_block *block, size_t whole, size_t size)
{
    uint32_t prev_free = block->header & EM_BLOCK_PREV_FREE;
    if (whole - size < SPLIT_FROM) {
        block->header = (uint32_t)whole | prev_free;
        em_block_behind(block, whole)->header &= ~EM_BLOCK_PREV_FREE;
        return;
    }
    block->header = (uint32_t)size | prev_free;
    make_free(heap, em_block_behind(block, size), whole - size);
}

/* ---- aligned blocks -------------------------------------------------------------------------- */

/* Bytes from the start of a hole's payload to the place for the block. Any number can be left in front;
 * fewer than 12 are of no use to anybody else, so they are avoided where there is room for that. */
static size_t gap_in(const struct em_block *hole, size_t size, size_t alignment, size_t offset)
{
    size_t mask = alignment - 1;
    size_t gap = (0 - ((uintptr_t)hole + EM_HEADER_BYTES + offset)) & mask;
    if (gap == 0 || gap >= SPLIT_FROM) {
        return gap;
    }
    size_t more = gap + alignment;
    return more + size <= em_block_size_of(hole) ? more : gap;
}

/* A hole of the size plus the largest gap will do whichever it is. */
static struct em_block *find_hole(struct em_heap *heap, size_t size, size_t alignment)
{
    size_t need;
    if (size == 0 || !em_add(&need, size, alignment <= 4 ? 0 : alignment - 4)) {
        return NULL;
    }
    need = payload_for(heap, need);
    if (need == 0) {
        return NULL;
    }
    return better_of(heap, need < RANGES_FROM ? find_exact(heap, need) : find_in_ranges(heap, need), need);
}

static struct em_block *bins_allocate_aligned(struct em_heap *heap, size_t size, size_t alignment, size_t offset)
{
    size = payload_for(heap, size);
    struct em_block *hole = em_round_up(&offset, 4) ? find_hole(heap, size, alignment) : NULL;
    if (hole == NULL || (NEIGHBOURS && !header_stands(heap, hole))) {
        return NULL;
    }
    size_t gap = alignment <= 4 ? 0 : gap_in(hole, size, alignment, offset);
    size_t whole = em_block_size_of(hole) - gap;
    take_out(heap, hole);
    struct em_block *block = (struct em_block *)((uintptr_t)hole + gap);
    block->header = (uint32_t)whole;
    if (gap != 0) {
        make_free(heap, hole, gap);
    }
    keep(heap, block, whole, size);
    heap->blocks++;
    return block;
}

/* ---- resizing -------------------------------------------------------------------------------- */

/* The successor's memory joins a used block, whose new size is returned. */
static size_t take_next(struct em_heap *heap, struct em_block *block, size_t size)
{
    struct em_block *next = em_block_behind(block, size);
    size_t more = EM_HEADER_BYTES + em_block_size_of(next);
    take_out(heap, next);
    em_layout_changed(heap, block, em_block_behind(block, size + more));
    return size + more;
}

static bool bins_resize(struct em_heap *heap, struct em_block *block, size_t size)
{
    size = payload_for(heap, size);
    size_t whole = em_block_size_of(block);
    struct em_block *next = em_block_behind(block, whole);
    bool next_is_free = em_block_is_free(next);
    size_t reach = next_is_free ? whole + EM_HEADER_BYTES + em_block_size_of(next) : whole;
    if (size == 0 || size > reach) {
        return false;
    }
    if (size == whole || (!next_is_free && whole - size < SPLIT_FROM)) {
        return true; /* as large as asked for, or what would be left is no block */
    }
    keep(heap, block, next_is_free ? take_next(heap, block, whole) : whole, size);
    em_layout_changed(heap, NULL, NULL);
    return true;
}

static struct em_block *bins_extend_back(struct em_heap *heap, struct em_block *block, size_t size)
{
    if (!em_block_prev_is_free(block)) {
        return NULL;
    }
    struct em_block *first = free_in_front(heap, block), *next = em_block_next(block);
    size_t whole = (uintptr_t)next - (uintptr_t)first - EM_HEADER_BYTES;
    size_t behind = em_block_is_free(next) ? EM_HEADER_BYTES + em_block_size_of(next) : 0;
    size = payload_for(heap, size);
    if (size == 0 || size > whole + behind) {
        return NULL;
    }
    take_out(heap, first);
    first->header = (uint32_t)whole;
    if (behind != 0) {
        keep(heap, first, take_next(heap, first, whole), whole + behind);
    }
    em_layout_changed(heap, first, em_block_next(first));
    return first;
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool bins_open(struct em_heap *heap)
{
    size_t end = em_round_down(heap->size, 4);
    unsigned classes = FIRST_RANGE;
    if (end < tables_end(classes) + 2u * EM_HEADER_BYTES + SMALLEST) {
        return false;
    }
    while (class_of(end - tables_end(classes) - 2u * EM_HEADER_BYTES) >= classes) {
        classes++; /* until the block that all of the heap would be has its class */
    }
    heap->rows = (EM_SMALL)classes;
    heap->first_block = (uint32_t)tables_end(classes);
    for (uint32_t *word = class_words(heap); word < (uint32_t *)em_first_block(heap); word++) {
        *word = 0;
    }
    heap->free_bytes = heap->size - heap->first_block;
    heap->blocks = heap->free_blocks = 1;
    em_end_block(heap)->header = EM_BLOCK_PREV_FREE;
    struct em_block *block = em_first_block(heap);
    em_block_mark_free(heap, block, (size_t)((uintptr_t)em_end_block(heap) - (uintptr_t)block) - EM_HEADER_BYTES);
    set_recent(heap, block);
    return true;
}

/* The engine whose name that is; the variants differ in what a release leaves behind. */
#define BINS(engine_name, engine_release, engine_filled)                                                                       \
    {                                                                                                                          \
        .name = (engine_name), .smallest_used = SMALLEST, .smallest_free = 0, .open = bins_open, .allocate = bins_allocate,    \
        .allocate_aligned = bins_allocate_aligned, .resize = bins_resize, .extend_back = bins_extend_back,                     \
        .release = (engine_release), .largest = em_bins_largest, .check_free = em_bins_check_free,                             \
        .check_tables = em_bins_check_tables, .filled = (engine_filled), .links_in_front = 2 * sizeof(uint32_t),               \
        .links_at_end = sizeof(uint32_t),                                                                                      \
    }

#endif
