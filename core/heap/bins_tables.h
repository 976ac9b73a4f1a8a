/* The tables of the engine "bins": how a size maps to its class, the lists of free blocks, the search.
 *
 * Shared by the engine's files only. Knows no operation.
 *
 * Sizes below 128 have a class each, in which every block fits exactly. From there on each power of two
 * is cut into four classes:
 *
 *   class    2   3   4  …  31 | 32    33    34    35   | 36   …      0 and 1 do not exist
 *   size     8  12  16  … 124 | 128.. 160.. 192.. 224..| 256.. …    lower bounds
 *
 *   | struct em_heap … class bits: 4 words | recent | slots: first block of each class, from class 2 |
 *
 * A slot counts as a block whose `next` is the slot: so the first block of a list has a predecessor
 * like any other, and leaves its list in the same way. One free block is in no list: the recent one,
 * which changed last and is likely to change next.
 *
 * The last word of a free block, by which its successor finds it, tells three kinds apart:
 *
 *   payload 12 and more   [ hdr | next | previous | … | this block ]
 *   payload 8             [ hdr | next | previous ]     odd: all `previous` links have bit 0 set
 *   payload 4 and 0       [ hdr | 5 ] [ hdr = 1 ]       odd and small: no room for links, so in no list
 *
 * Blocks of the third kind come of aligned requests only, and go when a neighbour is freed.
 *
 * One idea: there are at most 126 classes, so four words of bits are searched in less time than a second
 * level above them would take to keep. */
#ifndef EM_HEAP_BINS_TABLES_H
#define EM_HEAP_BINS_TABLES_H

#include "core/heap/state.h"

enum {
    SMALLEST = 8,      /* payload of the smallest block that is handed out, or is in a list */
    RANGES_FROM = 128, /* sizes from here on share classes */
    FIRST_CLASS = SMALLEST / 4,
    FIRST_RANGE = RANGES_FROM / 4,
    CLASSES_A_WORD = 32,
    CLASS_WORDS = 4,
    PREVIOUS_MARK = 1, /* in every `previous` link */
    PROBES = 2,        /* blocks looked at in a class of which not all fit */

    WORDS_AT = offsetof(struct em_heap, word_bits), /* its last field is the first word */
    RECENT_AT = WORDS_AT + 4 * CLASS_WORDS,
    SLOTS_AT = RECENT_AT + 4,
};

/* ---- sizes and classes ----------------------------------------------------------------------- */

/* log2 of the width of the class of a size in the ranges. */
static inline unsigned width_bits(size_t size)
{
    return em_highest_bit((uint32_t)size) - 2u;
}

static inline unsigned range_class(size_t size)
{
    unsigned bits = width_bits(size);
    return (unsigned)(size >> bits) + 4u * bits + 8u;
}

static inline unsigned class_of(size_t size)
{
    return size < RANGES_FROM ? (unsigned)(size / 4) : range_class(size);
}

/* The smallest size in a class. */
static inline size_t class_start(unsigned class)
{
    return class < FIRST_RANGE ? class * 4u : (size_t)(4u + class % 4u) << (class / 4u - 3u);
}

/* Whether a block that changes between two sizes stays in its class, which then is a range. */
static inline bool same_range(size_t smaller, size_t larger)
{
    return larger >= RANGES_FROM && (smaller ^ larger) >> width_bits(larger) == 0;
}

static inline uint32_t *class_words(const struct em_heap *heap)
{
    return (uint32_t *)((uintptr_t)heap + WORDS_AT);
}

static inline uint32_t class_bit(unsigned class)
{
    return UINT32_C(1) << (class % CLASSES_A_WORD);
}

static inline uint32_t *slot_of(const struct em_heap *heap, unsigned class)
{
    return (uint32_t *)((uintptr_t)heap + SLOTS_AT - SMALLEST + 4u * class);
}

/* A slot is as wide as an exact class. */
static inline uint32_t *exact_slot(const struct em_heap *heap, size_t size)
{
    return (uint32_t *)((uintptr_t)heap + SLOTS_AT - SMALLEST + size);
}

static inline size_t tables_end(unsigned classes)
{
    return SLOTS_AT + 4u * (classes - FIRST_CLASS);
}

/* Multiples of 4, at least 8. 0 iff the size is 0 or larger than the whole heap: else all later sums
 * stay below 2^32. */
static inline size_t payload_for(const struct em_heap *heap, size_t size)
{
    if (EM_UNLIKELY(size - 1 >= heap->size)) {
        return 0;
    }
    size = (size + 3u) & ~(size_t)3u;
    return size < SMALLEST ? SMALLEST : size;
}

/* ---- links ----------------------------------------------------------------------------------- */

static inline struct em_block *recent_block(const struct em_heap *heap)
{
    return em_link_from(heap, *(const uint32_t *)((uintptr_t)heap + RECENT_AT));
}

static inline void set_recent(struct em_heap *heap, const struct em_block *block)
{
    *(uint32_t *)((uintptr_t)heap + RECENT_AT) = em_link_to(heap, block);
}

static inline struct em_block *slot_as_block(uint32_t *slot)
{
    return (struct em_block *)((uintptr_t)slot - offsetof(struct em_block, next_link));
}

static inline uint32_t previous_to(const struct em_heap *heap, const struct em_block *block)
{
    return em_link_to(heap, block) + PREVIOUS_MARK;
}

/* The block or slot in front of a block in its list. */
static inline struct em_block *previous_of(const struct em_heap *heap, uint32_t previous)
{
    return em_link_from(heap, previous - PREVIOUS_MARK);
}

/* The free block in front of `block`; only where em_block_prev_is_free. */
static inline struct em_block *free_in_front(const struct em_heap *heap, struct em_block *block)
{
    uint32_t last = ((uint32_t *)block)[-1];
    if (EM_LIKELY((last & PREVIOUS_MARK) == 0)) {
        return em_link_from(heap, last);
    }
    size_t payload = last < SMALLEST ? last & ~EM_BLOCK_FLAGS : SMALLEST;
    return (struct em_block *)((uintptr_t)block - EM_HEADER_BYTES - payload);
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* True iff the list was empty. */
static inline bool push(struct em_heap *heap, struct em_block *block, uint32_t *slot)
{
    uint32_t next = *slot;
    *slot = em_link_to(heap, block);
    block->next_link = next;
    block->previous_link = previous_to(heap, slot_as_block(slot));
    if (next != 0) {
        em_link_from(heap, next)->previous_link = previous_to(heap, block);
    }
    return next == 0;
}

/* Into the list of its size: the newest block is the first to be used again. Comes after
 * em_block_mark_free, whose last word may be the `previous` link. */
static inline void put(struct em_heap *heap, struct em_block *block, size_t size)
{
    if (size < RANGES_FROM) {
        if (push(heap, block, exact_slot(heap, size))) {
            *class_words(heap) |= UINT32_C(1) << (size / 4);
        }
        return;
    }
    unsigned class = range_class(size);
    if (push(heap, block, slot_of(heap, class))) {
        class_words(heap)[class / CLASSES_A_WORD] |= class_bit(class);
    }
}

/* Out of its list, whichever that is. Whether it was the last of it is known of an exact class by the
 * slot, which the size names; of a range by the predecessor, which is the slot. */
static inline void unlink(struct em_heap *heap, struct em_block *block, size_t size)
{
    uint32_t next = block->next_link, previous = block->previous_link;
    struct em_block *before = previous_of(heap, previous);
    before->next_link = next;
    if (next != 0) {
        em_link_from(heap, next)->previous_link = previous;
        return;
    }
    if (size < RANGES_FROM) {
        if (*exact_slot(heap, size) == 0) {
            *class_words(heap) &= ~(UINT32_C(1) << (size / 4));
        }
        return;
    }
    size_t class = ((uintptr_t)&before->next_link - (uintptr_t)slot_of(heap, 0)) / 4;
    if (class < CLASS_WORDS * CLASSES_A_WORD) {
        class_words(heap)[class / CLASSES_A_WORD] &= ~class_bit((unsigned)class);
    }
}

/* `block` takes the place of `old` in the list of a class that both belong to. They may overlap. */
static inline void take_place(struct em_heap *heap, const struct em_block *old, struct em_block *block)
{
    uint32_t next = old->next_link, previous = old->previous_link;
    block->next_link = next;
    block->previous_link = previous;
    previous_of(heap, previous)->next_link = em_link_to(heap, block);
    if (next != 0) {
        em_link_from(heap, next)->previous_link = previous_to(heap, block);
    }
}

/* ---- the search ------------------------------------------------------------------------------ */

static inline struct em_block *first_of(const struct em_heap *heap, unsigned class)
{
    return em_link_from(heap, *slot_of(heap, class));
}

/* The newest block of the lowest class that has one, from a word of classes on; NULL if there is none. */
static inline struct em_block *first_from(const struct em_heap *heap, unsigned word)
{
    for (; word < CLASS_WORDS; word++) {
        uint32_t bits = class_words(heap)[word];
        if (bits != 0) {
            return first_of(heap, word * CLASSES_A_WORD + em_lowest_bit(bits));
        }
    }
    return NULL;
}

/* A listed block of at least `size`, which is in the ranges: one of the newest of its own class, else the
 * first of a higher one, where all fit. NULL if there is none. */
static inline struct em_block *find_in_ranges(const struct em_heap *heap, size_t size)
{
    unsigned class = range_class(size);
    if (EM_UNLIKELY(class >= heap->rows)) {
        return NULL;
    }
    struct em_block *block = first_of(heap, class);
    for (unsigned i = 0; i < PROBES && block != NULL; i++) {
        if (block->header >= size) {
            return block;
        }
        block = em_link_from(heap, block->next_link);
    }
    unsigned word = class / CLASSES_A_WORD;
    uint32_t bits = class_words(heap)[word] >> (class % CLASSES_A_WORD) >> 1;
    return bits != 0 ? first_of(heap, class + 1 + em_lowest_bit(bits)) : first_from(heap, word + 1);
}

/* The same for a size that has its own class. */
static inline struct em_block *find_exact(const struct em_heap *heap, size_t size)
{
    uint32_t bits = *class_words(heap) >> (size / 4);
    return bits != 0 ? first_of(heap, (unsigned)(size / 4) + em_lowest_bit(bits)) : first_from(heap, 1);
}

/* The smaller of a listed block, or NULL, and the recent one, where that fits as well. */
static inline struct em_block *better_of(const struct em_heap *heap, struct em_block *listed, size_t size)
{
    struct em_block *recent = recent_block(heap);
    bool fits = recent != NULL && recent->header >= size;
    return fits && (listed == NULL || recent->header <= listed->header) ? recent : listed;
}

/* bins_check.c */
size_t em_bins_largest(const struct em_heap *heap);
bool em_bins_check_free(struct em_heap *heap, struct em_block *block, struct em_fault *fault);
bool em_bins_check_tables(struct em_heap *heap, struct em_fault *fault);

#endif
