/* What the blocks around a block say of it, for the variant of the engine "bins" that asks.
 *
 * Changes nothing, and follows no link and no size out of the heap.
 *
 * One idea: everything that merging blocks or a list would believe is written in two places. */
#ifndef EM_HEAP_BINS_NEIGHBOURS_H
#define EM_HEAP_BINS_NEIGHBOURS_H

#include "core/heap/bins_tables.h"

/* Whether a block can be where a link leads: one comparison for the range and the alignment. */
static inline bool is_inside(const struct em_heap *heap, const struct em_block *block)
{
    uint32_t offset = (uint32_t)((uintptr_t)block - (uintptr_t)heap);
    return (offset >> 2 | offset << 30) < heap->size / 4;
}

static inline bool successor_stands(const struct em_heap *heap, const struct em_block *block)
{
    const struct em_block *after = em_link_from(heap, block->next_link);
    return after == NULL || (is_inside(heap, after) && after->previous_link == previous_to(heap, block));
}

/* Whether the two that a listed block names name it, too. */
static inline bool links_stand(const struct em_heap *heap, const struct em_block *block)
{
    const struct em_block *before = previous_of(heap, block->previous_link);
    return is_inside(heap, before) && before->next_link == em_link_to(heap, block) && successor_stands(heap, block);
}

/* A free block in front of another, `distance` from it, whose links are believed only where they are used. */
static inline bool previous_stands(const struct em_heap *heap, const struct em_block *previous, size_t distance, bool relist)
{
    return is_inside(heap, previous) && previous->header == distance - EM_HEADER_BYTES + EM_BLOCK_FREE &&
           (!relist || links_stand(heap, previous));
}

/* A free block, by the last word of its `size` bytes, and the same. */
static inline bool next_stands(const struct em_heap *heap, struct em_block *next, size_t size, bool relist)
{
    struct em_block *behind = em_block_behind(next, size);
    return is_inside(heap, behind) && em_block_prev_is_free(behind) && free_in_front(heap, behind) == next &&
           (!relist || links_stand(heap, next));
}

/* Before a free block is taken: its header, by itself. */
static inline bool header_stands(const struct em_heap *heap, const struct em_block *hole)
{
    uint32_t size = hole->header - EM_BLOCK_FREE;
    return (size >> 2 | size << 30) < heap->size / 4;
}

/* One in a list: what is written to when it leaves that, too. */
static inline bool listed_stands(const struct em_heap *heap, const struct em_block *hole)
{
    return header_stands(heap, hole) && successor_stands(heap, hole);
}

#endif
