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
 * Nothing loops over blocks. The longest ways: allocate searches PROBES blocks and CLASS_WORDS words, takes
 * one block out of its list and puts one into its own; release takes out two and puts in one. With no more
 * than 12, 6, 20 and 20 instructions for these on a Cortex-M3, and 75 and 70 for all else, that is bounded
 * by about 175 in both; bench/table.txt has what was seen.
 *
 * One idea: a block that stays in its class stays in its place in the list, and the block that changed last
 * stays out of the lists: so a hole that is nibbled at, or grows, costs no work on lists at all. */
#ifndef EM_HEAP_BINS_OPERATIONS_H
#define EM_HEAP_BINS_OPERATIONS_H

#include "core/heap/bins_tables.h"
#include "espmem/guard.h"

enum {
    HIGH_END_BELOW = 256,
    SPLIT_FROM = EM_HEADER_BYTES + SMALLEST, /* the smallest rest that becomes a block */
};

/* ---- checks of neighbours -------------------------------------------------------------------- */

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

/* ---- laying out anew ------------------------------------------------------------------------- */

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
