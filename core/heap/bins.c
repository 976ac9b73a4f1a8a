/* The engine for every use but chip-exact simulation: exact classes for small blocks, four to an octave above.
 *
 * Must not know locks, guards or who asks.
 *
 * One idea: TBD */
#include "core/heap/bins_tables.h"

#ifndef PROBES_
#define PROBES_ 2
#endif
#ifndef HIGH_BELOW_
#define HIGH_BELOW_ 256
#endif
enum {
    PROBES = PROBES_,
    HIGH_BELOW = HIGH_BELOW_,
    SPLIT_FROM = EM_HEADER_BYTES + SMALLEST,
};

/* ---- handing out ----------------------------------------------------------------------------- */

static inline struct em_block *hand_out(struct em_heap *heap, struct em_block *block, size_t whole)
{
    block->header = (uint32_t)whole;
    em_block_behind(block, whole)->header &= ~EM_BLOCK_PREV_FREE;
    heap->free_blocks--;
    heap->free_bytes -= (uint32_t)whole + EM_HEADER_BYTES;
    return block;
}

static inline struct em_block *carve_high(struct em_heap *heap, struct em_block *hole, size_t rest, size_t size)
{
    rest -= EM_HEADER_BYTES;
    struct em_block *block = em_block_behind(hole, rest);
    em_block_mark_free(heap, hole, rest);
    block->header = (uint32_t)size | EM_BLOCK_PREV_FREE;
    em_block_behind(block, size)->header &= ~EM_BLOCK_PREV_FREE;
    heap->blocks++;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    return block;
}

static inline struct em_block *carve_low(struct em_heap *heap, struct em_block *hole, size_t rest, size_t size)
{
    em_block_mark_free(heap, em_block_behind(hole, size), rest - EM_HEADER_BYTES);
    hole->header = (uint32_t)size;
    heap->blocks++;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    return hole;
}

static struct em_block *take_recent(struct em_heap *heap, struct em_block *hole, size_t size)
{
    size_t whole = em_block_size_of(hole), rest = whole - size;
    if (rest < SPLIT_FROM) {
        *recent_link(heap) = 0;
        return hand_out(heap, hole, whole);
    }
    if (size < HIGH_BELOW) {
        return carve_high(heap, hole, rest, size);
    }
    *recent_link(heap) = em_link_to(heap, em_block_behind(hole, size));
    return carve_low(heap, hole, rest, size);
}

static void replace_recent(struct em_heap *heap, struct em_block *block)
{
    struct em_block *old = em_link_from(heap, *recent_link(heap));
    *recent_link(heap) = em_link_to(heap, block);
    if (old != NULL) {
        put(heap, old, em_block_size_of(old));
    }
}

static struct em_block *take_listed(struct em_heap *heap, struct em_block *hole, size_t size, unsigned class)
{
    size_t whole = em_block_size_of(hole), rest = whole - size;
    if (rest < SPLIT_FROM) {
        unlink_from(heap, hole, class);
        return hand_out(heap, hole, whole);
    }
    if (size < HIGH_BELOW) {
        if (!same_range(rest - 4, whole)) {
            unlink_from(heap, hole, class);
            replace_recent(heap, hole);
        }
        return carve_high(heap, hole, rest, size);
    }
    if (same_range(rest - 4, whole)) {
        take_place(heap, hole, em_block_behind(hole, size));
    } else {
        unlink_from(heap, hole, class);
        replace_recent(heap, em_block_behind(hole, size));
    }
    return carve_low(heap, hole, rest, size);
}

/* ---- searching ------------------------------------------------------------------------------- */

#ifndef NEAR_
#define NEAR_ 4
#endif
enum { NEAR = NEAR_ };

static inline struct em_block *choose(struct em_heap *heap, struct em_block *recent, unsigned class, size_t size)
{
    struct em_block *hole = em_link_from(heap, *slot_of(heap, class));
    if (recent != NULL && recent->header >= size && recent->header <= hole->header) {
        return take_recent(heap, recent, size);
    }
    return take_listed(heap, hole, size, class);
}

static inline struct em_block *search(struct em_heap *heap, struct em_block *recent, unsigned word, size_t size)
{
    const uint32_t *words = class_words(heap);
    for (; word < CLASS_WORDS; word++) {
        if (words[word] != 0) {
            return choose(heap, recent, word * CLASSES_A_WORD + em_lowest_bit(words[word]), size);
        }
    }
    return recent != NULL && recent->header >= size ? take_recent(heap, recent, size) : NULL;
}

static struct em_block *allocate_large(struct em_heap *heap, size_t size)
{
    if (size - 1 >= heap->size) {
        return NULL;
    }
    size = (size + 3u) & ~(size_t)3u;
    struct em_block *recent = em_link_from(heap, *recent_link(heap));
    if (recent != NULL && recent->header - EM_BLOCK_FREE - size < NEAR) {
        return take_recent(heap, recent, size);
    }
    unsigned class = range_class(size);
    if (class >= heap->rows) {
        return NULL;
    }
    struct em_block *block = em_link_from(heap, *slot_of(heap, class));
    for (unsigned i = 0; i < PROBES && block != NULL; i++) {
        if (block->header >= size) {
            return take_listed(heap, block, size, class);
        }
        block = em_link_from(heap, block->next_link);
    }
    unsigned word = class / CLASSES_A_WORD;
    uint32_t bits = class_words(heap)[word] >> (class % CLASSES_A_WORD) >> 1;
    if (bits != 0) {
        return choose(heap, recent, class + 1 + em_lowest_bit(bits), size);
    }
    return search(heap, recent, word + 1, size);
}

static struct em_block *bins_allocate(struct em_heap *heap, size_t size)
{
    if (EM_UNLIKELY(size - 1 >= RANGES_FROM - 4)) {
        return allocate_large(heap, size);
    }
    size = (size + 3u) & ~(size_t)3u;
    size = size < SMALLEST ? SMALLEST : size;
    unsigned class = (unsigned)(size / 4);
    uint32_t bits = *class_words(heap) >> class;
    if ((bits & 1) != 0) {
        uint32_t *slot = exact_slot(heap, size);
        struct em_block *block = em_link_from(heap, *slot);
        uint32_t next = block->next_link;
        *slot = next;
        if (next != 0) {
            em_link_from(heap, next)->previous_link = block->previous_link;
        } else {
            *class_words(heap) -= UINT32_C(1) << class;
        }
        return hand_out(heap, block, size);
    }
    struct em_block *recent = em_link_from(heap, *recent_link(heap));
    if (bits != 0) {
        return choose(heap, recent, class + em_lowest_bit(bits), size);
    }
    return search(heap, recent, 1, size);
}

/* ---- giving back ----------------------------------------------------------------------------- */

static enum em_fault_kind bins_release(struct em_heap *heap, void *address)
{
    enum em_fault_kind kind = em_fault_above(heap, address, SMALLEST);
    if (EM_UNLIKELY(kind != EM_FAULT_NONE)) {
        return kind;
    }
    struct em_block *block = em_block_of_payload(address);
    uint32_t header = block->header;
    size_t size = header & ~EM_BLOCK_FLAGS;
    bool listed = false;
    struct em_block *next = em_block_behind(block, size);
    struct em_block *recent = em_link_from(heap, *recent_link(heap));
    heap->free_bytes += (uint32_t)size + EM_HEADER_BYTES;
    bool next_is_free = em_block_is_free(next);
    if (next_is_free) {
        size_t part = em_block_size_of(next);
        size += EM_HEADER_BYTES + part;
        heap->blocks--;
        if (next == recent) {
            recent = NULL;
        } else {
            listed = (header & EM_BLOCK_PREV_FREE) == 0 && same_range(part, size);
            if (listed) {
                take_place(heap, next, block);
            } else if (part >= SMALLEST) {
                unlink(heap, next, part);
            }
        }
    } else {
        next->header |= EM_BLOCK_PREV_FREE;
    }
    if ((header & EM_BLOCK_PREV_FREE) != 0) {
        struct em_block *previous = free_in_front(heap, block);
        block->header = header | EM_BLOCK_FREE; /* so that a second free of it is seen */
        size_t part = (uintptr_t)block - (uintptr_t)previous;
        size += part;
        part -= EM_HEADER_BYTES;
        heap->blocks--;
        if (next_is_free) {
            heap->free_blocks--;
        }
        if (previous == recent) {
            recent = NULL;
        } else {
            listed = same_range(part, size);
            if (!listed && part >= SMALLEST) {
                unlink(heap, previous, part);
            }
        }
        block = previous;
    } else if (!next_is_free) {
        heap->free_blocks++;
        em_block_mark_free(heap, block, size);
        put(heap, block, size);
        em_layout_changed(heap, NULL, NULL);
        return EM_FAULT_NONE;
    }
    em_block_mark_free(heap, block, size);
    if (!listed) {
        *recent_link(heap) = em_link_to(heap, block);
        if (recent != NULL) {
            put(heap, recent, em_block_size_of(recent));
        }
    } else if (recent == NULL) {
        *recent_link(heap) = 0;
    }
    em_layout_changed(heap, block, em_block_behind(block, size));
    return EM_FAULT_NONE;
}

static struct em_block *bins_allocate_aligned(struct em_heap *heap, size_t size, size_t alignment, size_t offset)
{
    (void)alignment, (void)offset;
    return bins_allocate(heap, size);
}

static bool bins_resize(struct em_heap *heap, struct em_block *block, size_t size)
{
    size = (size + 3u) & ~(size_t)3u;
    size = size < SMALLEST ? SMALLEST : size;
    if (size >= heap->size) {
        return false;
    }
    size_t whole = em_block_size_of(block);
    struct em_block *next = em_block_behind(block, whole);
    size_t reach = em_block_is_free(next) ? whole + EM_HEADER_BYTES + em_block_size_of(next) : whole;
    if (size > reach) {
        return false;
    }
    if (reach == whole && whole - size < SPLIT_FROM) {
        return true;
    }
    uint32_t prev = block->header & EM_BLOCK_PREV_FREE;
    if (reach != whole) {
        if (next == em_link_from(heap, *recent_link(heap))) *recent_link(heap) = 0; else if (em_block_size_of(next) >= SMALLEST) unlink(heap, next, em_block_size_of(next));
        heap->blocks--;
        heap->free_blocks--;
        heap->free_bytes -= (uint32_t)(reach - whole);
    }
    if (reach - size < SPLIT_FROM) {
        block->header = (uint32_t)reach | prev;
        em_block_behind(block, reach)->header &= ~EM_BLOCK_PREV_FREE;
        return true;
    }
    block->header = (uint32_t)size | prev;
    struct em_block *rest = em_block_behind(block, size);
    size_t rs = reach - size - 4;
    em_block_mark_free(heap, rest, rs);
    em_block_next(rest)->header |= EM_BLOCK_PREV_FREE;
    put(heap, rest, rs);
    heap->blocks++;
    heap->free_blocks++;
    heap->free_bytes += (uint32_t)rs + 4;
    return true;
}

static size_t bins_largest(const struct em_heap *heap)
{
    for (unsigned word = CLASS_WORDS; word-- > 0;) {
        if (class_words(heap)[word] != 0) {
            return class_start(word * CLASSES_A_WORD + em_highest_bit(class_words(heap)[word]));
        }
    }
    return 0;
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
        classes++;
    }
    heap->rows = (uint8_t)classes;
    heap->first_block = (uint32_t)tables_end(classes);
    for (uint32_t *word = class_words(heap); word < (uint32_t *)em_first_block(heap); word++) {
        *word = 0;
    }
    heap->free_bytes = heap->size - heap->first_block;
    em_end_block(heap)->header = EM_BLOCK_PREV_FREE;
    struct em_block *block = em_first_block(heap);
    size_t size = (size_t)((uintptr_t)em_end_block(heap) - (uintptr_t)block) - EM_HEADER_BYTES;
    em_block_mark_free(heap, block, size);
    put(heap, block, size);
    heap->blocks = heap->free_blocks = 1;
    return true;
}

const struct em_engine em_engine_bins = {
    .name = "bins",
    .smallest_used = SMALLEST,
    .smallest_free = 0,
    .open = bins_open,
    .allocate = bins_allocate,
    .allocate_aligned = bins_allocate_aligned,
    .resize = bins_resize,
    .release = bins_release,
    .largest = bins_largest,
};
