/* The engine for every use but chip-exact simulation: fewer instructions and less memory lost.
 *
 * Must not know guards or who asks. The cold operations stand in bins_fit.c.
 *
 * A request takes the best of what is found in bounded time: a block of exactly its size; else the
 * first of the lowest class where all fit, or the recent block if that is smaller. Small requests are
 * cut from the high end of a hole and large ones from the low end, which keeps what lives short apart
 * from what lives long, and leaves room behind large blocks.
 *
 * Nothing loops over blocks. At most: a search of 4 words and PROBES blocks, two blocks out of their
 * lists (a free whose neighbours are both free) and one into its own.
 *
 * One idea: a block that stays in its class stays in its place in the list, and the block that changed
 * last stays out of the lists: so a hole that is nibbled at or grows costs no list work at all. */
#include "core/heap/bins_tables.h"

enum {
    HIGH_END_BELOW = 256,
    SPLIT_FROM = EM_HEADER_BYTES + SMALLEST, /* the smallest rest that becomes a block */
};

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

/* [ hole ………………… ]  =>  [ block ][ rest ] */
static inline void *cut_low(struct em_heap *heap, struct em_block *hole, size_t rest, size_t size)
{
    em_block_mark_free(heap, em_block_behind(hole, size), rest);
    hole->header = (uint32_t)size;
    heap->blocks++;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    return em_taken(heap, hole);
}

__attribute__((noinline)) static void *take_recent(struct em_heap *heap, struct em_block *hole, size_t size)
{
    size_t whole = hole->header - EM_BLOCK_FREE, rest = whole - size;
    if (EM_UNLIKELY(rest < SPLIT_FROM)) {
        set_recent(heap, NULL);
        return take_whole(heap, hole, whole);
    }
    rest -= EM_HEADER_BYTES;
    if (EM_LIKELY(size < HIGH_END_BELOW)) {
        return cut_high(heap, hole, rest, size);
    }
    set_recent(heap, em_block_behind(hole, size));
    return cut_low(heap, hole, rest, size);
}

/* `block` becomes the recent one, for which the caller has room in no list; the old one goes to its list. */
static inline void replace_recent(struct em_heap *heap, struct em_block *block)
{
    struct em_block *old = recent_block(heap);
    set_recent(heap, block);
    if (old != NULL) {
        put(heap, old, em_block_size_of(old));
    }
}

__attribute__((noinline)) static void *take_listed(struct em_heap *heap, struct em_block *hole, size_t size)
{
    size_t whole = hole->header - EM_BLOCK_FREE, rest = whole - size;
    if (rest < SPLIT_FROM) {
        unlink(heap, hole, whole);
        return take_whole(heap, hole, whole);
    }
    rest -= EM_HEADER_BYTES;
    bool high = size < HIGH_END_BELOW;
    if (EM_LIKELY(high) && same_range(rest, whole)) {
        return cut_high(heap, hole, rest, size);
    }
    struct em_block *rest_block = high ? hole : em_block_behind(hole, size);
    if (same_range(rest, whole)) {
        take_place(heap, hole, rest_block);
    } else {
        unlink(heap, hole, whole);
        replace_recent(heap, rest_block);
    }
    return high ? cut_high(heap, hole, rest, size) : cut_low(heap, hole, rest, size);
}

static inline void *take_better(struct em_heap *heap, struct em_block *listed, size_t size)
{
    struct em_block *recent = recent_block(heap);
    if (recent != NULL && recent->header >= size && (listed == NULL || recent->header <= listed->header)) {
        return take_recent(heap, recent, size);
    }
    return EM_LIKELY(listed != NULL) ? take_listed(heap, listed, size) : em_not_taken(heap);
}

__attribute__((noinline)) static void *allocate_large(struct em_heap *heap, size_t size)
{
    size = payload_for(heap, size);
    return size == 0 ? em_not_taken(heap) : take_better(heap, find_in_ranges(heap, size), size);
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
    if ((bits & 1u) == 0) {
        return take_better(heap, bits != 0 ? em_link_from(heap, slot[em_lowest_bit(bits)]) : first_from(heap, 1), size);
    }
    struct em_block *block = em_link_from(heap, *slot);
    uint32_t next = block->next_link;
    *slot = next;
    if (next != 0) {
        em_link_from(heap, next)->previous_link = block->previous_link;
    } else {
        *class_words(heap) -= UINT32_C(1) << (size / 4);
    }
    return take_whole(heap, block, size);
}

/* ---- giving back ----------------------------------------------------------------------------- */

/* Between two used blocks, of which the next one knows it already. */
static inline void release_alone(struct em_heap *heap, struct em_block *block, size_t size)
{
    heap->free_blocks++;
    em_block_mark_free(heap, block, size);
    put(heap, block, size);
    em_layout_changed(heap, NULL, NULL);
    em_heap_unlock(heap);
}

/* What is free around a block joins it. A neighbour in a list keeps its place for the whole if that is of
 * its class; else the whole becomes the recent block.
 *  [ previous: free ][ this ][ next: free ]  =>  [ previous ……………………………………………… ]
 *  [ previous: free ][ this ][ next: used ]  =>  [ previous ………………………… ][ next ]
 *  [ previous: used ][ this ][ next: free ]  =>  [ previous ][ this ………………………… ] */
static inline void release_joined(struct em_heap *heap, struct em_block *block, uint32_t header, struct em_block *next,
                                  uint32_t next_header)
{
    size_t size = header & ~EM_BLOCK_FLAGS;
    struct em_block *recent = recent_block(heap);
    bool listed = false;
    heap->blocks--;
    if ((next_header & EM_BLOCK_FREE) != 0) {
        size_t part = next_header & ~EM_BLOCK_FLAGS;
        size += EM_HEADER_BYTES + part;
        if (next == recent) {
            recent = NULL;
        } else if ((header & EM_BLOCK_PREV_FREE) == 0 && same_range(part, size)) {
            take_place(heap, next, block);
            listed = true;
        } else if (part >= SMALLEST) {
            unlink(heap, next, part);
        }
        if ((header & EM_BLOCK_PREV_FREE) != 0) {
            heap->blocks--;
            heap->free_blocks--;
        }
    }
    if ((header & EM_BLOCK_PREV_FREE) != 0) {
        struct em_block *previous = free_in_front(heap, block);
        block->header = header | EM_BLOCK_FREE; /* so that a second free of it is seen */
        size_t distance = (uintptr_t)block - (uintptr_t)previous;
        size += distance;
        if (previous == recent) {
            recent = NULL;
        } else if (same_range(distance - EM_HEADER_BYTES, size)) {
            listed = true;
        } else if (distance >= SPLIT_FROM) {
            unlink(heap, previous, distance - EM_HEADER_BYTES);
        }
        block = previous;
    }
    em_block_mark_free(heap, block, size);
    if (!listed) {
        set_recent(heap, block);
        if (recent != NULL) {
            put(heap, recent, em_block_size_of(recent));
        }
    } else if (recent == NULL) {
        set_recent(heap, NULL);
    }
    em_layout_changed(heap, block, em_block_behind(block, size));
    em_heap_unlock(heap);
}

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
    if ((next_header & EM_BLOCK_FREE) == 0) {
        next->header = next_header | EM_BLOCK_PREV_FREE;
        if ((header & EM_BLOCK_PREV_FREE) == 0) {
            release_alone(heap, block, size);
            return;
        }
    }
    release_joined(heap, block, header, next, next_header);
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
    heap->rows = (uint8_t)classes;
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

const struct em_engine em_engine_bins = {
    .name = "bins",
    .smallest_used = SMALLEST,
    .smallest_free = 0,
    .open = bins_open,
    .allocate = bins_allocate,
    .allocate_aligned = em_bins_allocate_aligned,
    .resize = em_bins_resize,
    .extend_back = em_bins_extend_back,
    .release = bins_release,
    .largest = em_bins_largest,
    .check_free = em_bins_check_free,
    .check_tables = em_bins_check_tables,
};
