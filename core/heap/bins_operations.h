/* The operations of the engine "bins": fewer instructions and less memory lost than any two-level fit.
 *
 * Included once by each variant of the engine, which says by the constant NEIGHBOURS whether blocks around
 * a block are checked before they are believed. Must not know guards or who asks.
 *
 * A request takes the best of what is found in bounded time: a block of exactly its size; else the first of
 * the lowest class where all fit, or the recent block if that is smaller. Small requests are cut from the
 * high end of a hole and large ones from the low end, which keeps what lives short apart from what lives
 * long, and leaves room behind large blocks.
 *
 * Nothing loops over blocks. The longest ways: allocate looks at PROBES blocks and CLASS_WORDS words, takes one
 * block out of its list and puts one into its own; release takes out two and puts in one. On a Cortex-M3 a look
 * costs at most 6 instructions, a block out of its list 20, one into it 24; with 95 and 115 for all else neither
 * takes more than 180. bench/table.txt has what was seen.
 *
 * One idea: a block that stays in its class stays in its place in the list, and the block that changed last
 * stays out of the lists: so a hole that is nibbled at, or grows, costs no work on lists at all. */
#ifndef EM_HEAP_BINS_OPERATIONS_H
#define EM_HEAP_BINS_OPERATIONS_H

#include "core/heap/bins_neighbours.h"
#include "core/heap/bins_tables.h"
#include "espmem/guard.h"

enum {
    HIGH_END_BELOW = 256,
    SPLIT_FROM = EM_HEADER_BYTES + SMALLEST, /* the smallest rest that becomes a block */
};

/* A free block that contradicts its neighbours is not touched; the request fails. */
__attribute__((noinline)) static void *damaged(struct em_heap *heap, const struct em_block *block)
{
    em_heap_unlock(heap);
    em_heap_tell(heap, EM_FAULT_BAD_HEADER, EM_DURING_ALLOCATE, (const char *)block + EM_HEADER_BYTES);
    return NULL;
}

/* ---- handing out ----------------------------------------------------------------------------- */

/* All of a block that is in no list any more. */
static inline void *take_whole(struct em_heap *heap, struct em_block *block, size_t size)
{
    block->header = (uint32_t)size;
    em_block_behind(block, size)->header &= ~EM_BLOCK_PREV_FREE;
    heap->free_blocks--;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    return em_taken(heap, block);
}

/* [ hole ………………… ]  =>  [ hole: rest ][ block ] */
static inline void *cut_high(struct em_heap *heap, struct em_block *hole, size_t rest, size_t size)
{
    struct em_block *block = em_block_behind(hole, rest);
    em_block_mark_free(heap, hole, rest);
    block->header = (uint32_t)size | EM_BLOCK_PREV_FREE;
    em_block_behind(block, size)->header &= ~EM_BLOCK_PREV_FREE;
    heap->blocks++;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    return em_taken(heap, block);
}

__attribute__((noinline)) static void *take_recent_whole(struct em_heap *heap, struct em_block *block)
{
    set_recent(heap, NULL);
    return take_whole(heap, block, block->header - EM_BLOCK_FREE);
}

/* `block` becomes the recent one; the old one goes to its list. */
static inline void replace_recent(struct em_heap *heap, struct em_block *block)
{
    struct em_block *old = recent_block(heap);
    set_recent(heap, block);
    if (old != NULL) {
        put(heap, old, old->header - EM_BLOCK_FREE);
    }
}

__attribute__((noinline)) static void *take_listed_whole(struct em_heap *heap, struct em_block *block)
{
    size_t size = block->header - EM_BLOCK_FREE;
    unlink(heap, block, size);
    return take_whole(heap, block, size);
}

/* What is left of a hole stays in the hole's list, or becomes the recent block. */
__attribute__((noinline)) static void *cut_listed_high(struct em_heap *heap, struct em_block *hole, size_t size)
{
    size_t whole = hole->header - EM_BLOCK_FREE, rest = whole - size - EM_HEADER_BYTES;
    if (!same_range(rest, whole)) {
        unlink(heap, hole, whole);
        replace_recent(heap, hole);
    }
    return cut_high(heap, hole, rest, size);
}

/* From the low end, wherever the hole is; the rest takes its place or becomes the recent block. */
__attribute__((noinline)) static void *cut_low(struct em_heap *heap, struct em_block *hole, size_t size)
{
    size_t whole = hole->header - EM_BLOCK_FREE, rest = whole - size - EM_HEADER_BYTES;
    struct em_block *rest_block = em_block_behind(hole, size);
    if (hole == recent_block(heap)) {
        set_recent(heap, rest_block);
    } else if (same_range(rest, whole)) {
        take_place(heap, hole, rest_block);
    } else {
        unlink(heap, hole, whole);
        replace_recent(heap, rest_block);
    }
    em_block_mark_free(heap, rest_block, rest);
    hole->header = (uint32_t)size;
    heap->blocks++;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    return em_taken(heap, hole);
}

/* Whether the recent block holds `size`, and is no larger than the block that was found in a list. */
static inline bool recent_is_better(const struct em_block *recent, const struct em_block *listed, size_t size)
{
    return recent != NULL && recent->header >= size && (listed == NULL || recent->header <= listed->header);
}

__attribute__((noinline)) static void *allocate_large(struct em_heap *heap, size_t size)
{
    size = payload_for(heap, size);
    if (EM_UNLIKELY(size == 0)) {
        return em_not_taken(heap);
    }
    struct em_block *hole = find_in_ranges(heap, size), *recent = recent_block(heap);
    bool recent_is_best = recent_is_better(recent, hole, size);
    hole = recent_is_best ? recent : hole;
    if (EM_UNLIKELY(hole == NULL)) {
        return em_not_taken(heap);
    }
    if (NEIGHBOURS && EM_UNLIKELY(!(recent_is_best ? header_stands(heap, hole) : listed_stands(heap, hole)))) {
        return damaged(heap, hole);
    }
    size_t rest = hole->header - EM_BLOCK_FREE - size;
    if (rest < SPLIT_FROM) {
        return recent_is_best ? take_recent_whole(heap, hole) : take_listed_whole(heap, hole);
    }
    if (EM_UNLIKELY(size >= HIGH_END_BELOW)) {
        return cut_low(heap, hole, size);
    }
    return recent_is_best ? cut_high(heap, hole, rest - EM_HEADER_BYTES, size) : cut_listed_high(heap, hole, size);
}

static inline void *take_exact(struct em_heap *heap, uint32_t *slot, size_t size)
{
    struct em_block *block = em_link_from(heap, *slot);
    if (NEIGHBOURS && EM_UNLIKELY(block->header != (size | EM_BLOCK_FREE) || !successor_stands(heap, block))) {
        return damaged(heap, block);
    }
    uint32_t next = block->next_link;
    *slot = next;
    if (next != 0) {
        em_link_from(heap, next)->previous_link = block->previous_link;
    } else {
        *class_words(heap) -= UINT32_C(1) << (size / 4);
    }
    return take_whole(heap, block, size);
}

static void *bins_allocate(struct em_heap *heap, size_t size)
{
    em_heap_lock(heap);
    if (EM_UNLIKELY(size - 1 >= RANGES_FROM - 4)) {
        return allocate_large(heap, size); /* or 0 */
    }
    size = (size + 3u) & ~(size_t)3u;
    size = size < SMALLEST ? SMALLEST : size;
    uint32_t *slot = exact_slot(heap, size), bits = *class_words(heap) >> (size / 4);
    if ((bits & 1u) != 0) {
        return take_exact(heap, slot, size);
    }
    struct em_block *hole = bits != 0 ? em_link_from(heap, slot[em_lowest_bit(bits)]) : first_from(heap, 1);
    struct em_block *recent = recent_block(heap);
    if (recent_is_better(recent, hole, size)) {
        if (NEIGHBOURS && EM_UNLIKELY(!header_stands(heap, recent))) {
            return damaged(heap, recent);
        }
        size_t rest = recent->header - EM_BLOCK_FREE - size;
        if (EM_UNLIKELY(rest < SPLIT_FROM)) {
            return take_recent_whole(heap, recent);
        }
        return cut_high(heap, recent, rest - EM_HEADER_BYTES, size);
    }
    if (EM_UNLIKELY(hole == NULL)) {
        return em_not_taken(heap);
    }
    if (NEIGHBOURS && EM_UNLIKELY(!listed_stands(heap, hole))) {
        return damaged(heap, hole);
    }
    return hole->header - size < SPLIT_FROM ? take_listed_whole(heap, hole) : cut_listed_high(heap, hole, size);
}

/* ---- giving back ----------------------------------------------------------------------------- */

static inline void released(struct em_heap *heap, struct em_block *block, size_t size)
{
    em_layout_changed(heap, block, em_block_behind(block, size));
    em_heap_unlock(heap);
}

/* Of the block nothing but its bytes has been counted as free. */
__attribute__((noinline)) static void release_refused(struct em_heap *heap, struct em_block *block)
{
    heap->free_bytes -= (uint32_t)em_block_size_of(block) + EM_HEADER_BYTES;
    em_not_given_back(heap, em_block_payload(block), EM_FAULT_BAD_HEADER);
}

static inline void release_alone(struct em_heap *heap, struct em_block *block, size_t size, struct em_block *next,
                                 uint32_t next_header)
{
    heap->free_blocks++;
    next->header = next_header | EM_BLOCK_PREV_FREE;
    em_block_mark_free(heap, block, size);
    put(heap, block, size);
    em_layout_changed(heap, NULL, NULL);
    em_heap_unlock(heap);
}

/* A listed block that has become part of the block `whole` leaves its list for that. */
static inline void relist(struct em_heap *heap, struct em_block *part, size_t part_size, struct em_block *whole)
{
    if (EM_LIKELY(part_size >= SMALLEST)) {
        unlink(heap, part, part_size);
    }
    replace_recent(heap, whole);
}

/* [ previous: free ][ this ][ next: used ]  =>  [ previous ………………………… ][ next ] */
static inline void release_behind_free(struct em_heap *heap, struct em_block *block, uint32_t header, struct em_block *next,
                                       uint32_t next_header)
{
    struct em_block *previous = free_in_front(heap, block);
    size_t size = header & ~EM_BLOCK_FLAGS, distance = (uintptr_t)block - (uintptr_t)previous, whole = distance + size;
    bool moves = previous != recent_block(heap) && !same_range(distance - EM_HEADER_BYTES, whole);
    if (NEIGHBOURS && EM_UNLIKELY(!previous_stands(heap, previous, distance, moves && distance >= SPLIT_FROM))) {
        release_refused(heap, block);
        return;
    }
    heap->blocks--;
    next->header = next_header | EM_BLOCK_PREV_FREE;
    block->header = header | EM_BLOCK_FREE; /* so that a second free of it is seen */
    em_block_mark_free(heap, previous, whole);
    if (moves) {
        relist(heap, previous, distance - EM_HEADER_BYTES, previous);
    }
    released(heap, previous, whole);
}

/* [ previous: used ][ this ][ next: free ]  =>  [ previous ][ this ………………………… ] */
__attribute__((noinline)) static void release_before_free(struct em_heap *heap, struct em_block *block, struct em_block *next)
{
    size_t part = em_block_size_of(next), size = em_block_size_of(block), whole = size + EM_HEADER_BYTES + part;
    bool recent = next == recent_block(heap);
    if (NEIGHBOURS && EM_UNLIKELY(!next_stands(heap, next, part, !recent && part >= SMALLEST))) {
        release_refused(heap, block);
        return;
    }
    heap->blocks--;
    if (recent) {
        set_recent(heap, block);
    } else if (same_range(part, whole)) {
        take_place(heap, next, block);
    } else {
        relist(heap, next, part, block);
    }
    em_block_mark_free(heap, block, whole);
    released(heap, block, whole);
}

/* [ previous: free ][ this ][ next: free ]  =>  [ previous ……………………………………………… ] */
__attribute__((noinline)) static void release_between_free(struct em_heap *heap, struct em_block *block, struct em_block *next)
{
    struct em_block *previous = free_in_front(heap, block), *recent = recent_block(heap);
    size_t distance = (uintptr_t)block - (uintptr_t)previous, size = em_block_size_of(block), part = em_block_size_of(next);
    size_t whole = distance + size + EM_HEADER_BYTES + part;
    bool moves = previous != recent && !same_range(distance - EM_HEADER_BYTES, whole);
    if (NEIGHBOURS && EM_UNLIKELY(!previous_stands(heap, previous, distance, moves && distance >= SPLIT_FROM) ||
                                  !next_stands(heap, next, part, next != recent && part >= SMALLEST))) {
        release_refused(heap, block);
        return;
    }
    heap->blocks -= 2;
    heap->free_blocks--;
    block->header |= EM_BLOCK_FREE; /* so that a second free of it is seen */
    if (next == recent) {
        set_recent(heap, NULL);
    } else if (EM_LIKELY(part >= SMALLEST)) {
        unlink(heap, next, part);
    }
    if (moves) {
        relist(heap, previous, distance - EM_HEADER_BYTES, previous);
    }
    em_block_mark_free(heap, previous, whole);
    released(heap, previous, whole);
}

/* What is free around a block joins it. A neighbour in a list keeps its place there for the whole if that is
 * of its class; else the whole becomes the recent block. */
static void bins_release(struct em_heap *heap, void *address)
{
    em_heap_lock(heap);
    enum em_fault_kind kind = em_fault_above(heap, address, SMALLEST);
    if (EM_UNLIKELY(kind != EM_FAULT_NONE)) {
        em_not_given_back(heap, address, kind);
        return;
    }
    struct em_block *block = em_block_of_payload(address);
    uint32_t header = block->header;
    size_t size = header & ~EM_BLOCK_FLAGS;
    struct em_block *next = em_block_behind(block, size);
    uint32_t next_header = next->header;
    heap->free_bytes += (uint32_t)size + EM_HEADER_BYTES;
    if ((next_header & EM_BLOCK_FREE) != 0) {
        if ((header & EM_BLOCK_PREV_FREE) != 0) {
            release_between_free(heap, block, next);
        } else {
            release_before_free(heap, block, next);
        }
    } else if ((header & EM_BLOCK_PREV_FREE) != 0) {
        release_behind_free(heap, block, header, next, next_header);
    } else {
        release_alone(heap, block, size, next, next_header);
    }
}

/* The header of a block that is none any more, the last word of the one in front of it, and its links; but not
 * its own last word, nor what is the header of the whole. */
static void fill_vanished(const struct em_block *whole, struct em_block *vanished, size_t size)
{
    uint32_t *word = (uint32_t *)vanished - 1, *end = word + 1 + (size < 12 ? size / 4 : 3);
    for (word += (const void *)word == whole; word < end; word++) {
        *word = EM_GUARD_FREE_WORD;
    }
}

/* For heaps whose free memory is verified: nothing is left over inside it. Who merges is known before. */
static void bins_release_filled(struct em_heap *heap, void *address)
{
    em_heap_lock(heap);
    struct em_block *block = em_block_of_payload(address), *whole = block, *next = NULL;
    size_t size = 0, next_size = 0;
    if (em_fault_above(heap, address, SMALLEST) == EM_FAULT_NONE) {
        size = em_block_size_of(block);
        next = em_block_is_free(em_block_next(block)) ? em_block_next(block) : NULL;
        next_size = next == NULL ? 0 : em_block_size_of(next);
        whole = em_block_prev_is_free(block) ? free_in_front(heap, block) : block;
    }
    bins_release(heap, address);
    bool released = em_block_is_free(block); /* a contradiction around it may have kept it */
    if (released && next != NULL) {
        fill_vanished(whole, next, next_size);
    }
    if (released && whole != block) {
        fill_vanished(whole, block, size);
    }
    em_heap_unlock(heap);
}

#endif
