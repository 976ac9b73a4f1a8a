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
#define HIGH_BELOW_ 512
#endif
enum {
    PROBES = PROBES_,
    HIGH_BELOW = HIGH_BELOW_,
    SPLIT_FROM = EM_HEADER_BYTES + SMALLEST,
};

/* ---- searching ------------------------------------------------------------------------------- */

/* The lowest class above `class` that has a block; 0 if there is none. */
static inline unsigned class_above(const struct em_heap *heap, unsigned class)
{
    const uint32_t *words = class_words(heap);
    unsigned word = class / CLASSES_A_WORD;
    uint32_t bits = words[word] & (UINT32_MAX - 1u) << (class % CLASSES_A_WORD);
    while (bits == 0) {
        if (++word == CLASS_WORDS) {
            return 0;
        }
        bits = words[word];
    }
    return word * CLASSES_A_WORD + em_lowest_bit(bits);
}

static inline struct em_block *first_of(const struct em_heap *heap, unsigned class)
{
    return em_link_from(heap, *slot_of(heap, class));
}

static inline struct em_block *probe(const struct em_heap *heap, unsigned class, size_t size)
{
    struct em_block *block = first_of(heap, class);
    for (unsigned i = 0; i < PROBES && block != NULL; i++) {
        if (block->header >= size) {
            return block;
        }
        block = em_link_from(heap, block->next_link);
    }
    return NULL;
}

/* ---- handing out ----------------------------------------------------------------------------- */

static inline struct em_block *hand_out(struct em_heap *heap, struct em_block *block, size_t whole)
{
    block->header = (uint32_t)whole;
    em_block_behind(block, whole)->header &= ~EM_BLOCK_PREV_FREE;
    heap->free_blocks--;
    heap->free_bytes -= (uint32_t)whole + EM_HEADER_BYTES;
    return block;
}

static inline struct em_block *carve_high(struct em_heap *heap, struct em_block *hole, size_t whole, size_t size)
{
    size_t rest = whole - size - EM_HEADER_BYTES;
    struct em_block *block = em_block_behind(hole, rest);
    if (same_range(rest, whole)) {
        em_block_mark_free(heap, hole, rest);
    } else {
        unlink(heap, hole);
        em_block_mark_free(heap, hole, rest);
        put(heap, hole, rest);
    }
    block->header = (uint32_t)size | EM_BLOCK_PREV_FREE;
    em_block_behind(block, size)->header &= ~EM_BLOCK_PREV_FREE;
    heap->blocks++;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    return block;
}

static inline struct em_block *carve_low(struct em_heap *heap, struct em_block *hole, size_t whole, size_t size)
{
    size_t rest_size = whole - size - EM_HEADER_BYTES;
    struct em_block *rest = em_block_behind(hole, size);
    if (same_range(rest_size, whole)) {
        take_place(heap, hole, rest);
        em_block_mark_free(heap, rest, rest_size);
    } else {
        unlink(heap, hole);
        em_block_mark_free(heap, rest, rest_size);
        put(heap, rest, rest_size);
    }
    hole->header = (uint32_t)size;
    heap->blocks++;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    return hole;
}

static struct em_block *allocate_large(struct em_heap *heap, size_t size)
{
    if (size - 1 >= heap->size) {
        return NULL;
    }
    size = (size + 3u) & ~(size_t)3u;
    unsigned class = range_class(size);
    if (class >= heap->rows) {
        return NULL;
    }
    struct em_block *hole = probe(heap, class, size);
    if (hole == NULL) {
        class = class_above(heap, class);
        if (class == 0) {
            return NULL;
        }
        hole = first_of(heap, class);
    }
    size_t whole = em_block_size_of(hole);
    if (whole - size < SPLIT_FROM) {
        unlink(heap, hole);
        return hand_out(heap, hole, whole);
    }
    return size < HIGH_BELOW ? carve_high(heap, hole, whole, size) : carve_low(heap, hole, whole, size);
}

static struct em_block *bins_allocate(struct em_heap *heap, size_t size)
{
    if (EM_UNLIKELY(size - 1 >= RANGES_FROM - 4)) {
        return allocate_large(heap, size);
    }
    size = (size + 3u) & ~(size_t)3u;
    size = size < SMALLEST ? SMALLEST : size;
    unsigned class = (unsigned)(size / 4);
    struct em_block *block = first_of(heap, class);
    if (block != NULL) {
        unlink_first(heap, block, class);
        return hand_out(heap, block, size);
    }
    class = class_above(heap, class);
    if (EM_UNLIKELY(class == 0)) {
        return NULL;
    }
    block = first_of(heap, class);
    size_t whole = em_block_size_of(block);
    if (whole - size < SPLIT_FROM) {
        unlink_first(heap, block, class);
        return hand_out(heap, block, whole);
    }
    return carve_high(heap, block, whole, size);
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
    heap->free_bytes += (uint32_t)size + EM_HEADER_BYTES;
    heap->free_blocks++;
    if (em_block_is_free(next)) {
        size_t part = em_block_size_of(next);
        size += EM_HEADER_BYTES + part;
        heap->blocks--;
        heap->free_blocks--;
        listed = (header & EM_BLOCK_PREV_FREE) == 0 && same_range(part, size);
        if (listed) {
            take_place(heap, next, block);
        } else if (part >= SMALLEST) {
            unlink(heap, next);
        }
    } else {
        next->header |= EM_BLOCK_PREV_FREE;
    }
    if ((header & EM_BLOCK_PREV_FREE) != 0) {
        struct em_block *previous = free_in_front(heap, block);
        block->header = header | EM_BLOCK_FREE; /* so that a second free of it is seen */
        size_t part = em_block_size_of(previous);
        size += EM_HEADER_BYTES + part;
        heap->blocks--;
        heap->free_blocks--;
        listed = same_range(part, size);
        if (!listed && part >= SMALLEST) {
            unlink(heap, previous);
        }
        block = previous;
    }
    em_block_mark_free(heap, block, size);
    if (!listed) {
        put(heap, block, size);
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
        if (em_block_size_of(next) >= SMALLEST) unlink(heap, next);
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
