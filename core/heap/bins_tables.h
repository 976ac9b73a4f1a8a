/* The tables of the engine "bins": how a size maps to its class, and the lists of free blocks. */
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
    WORDS_AT = EM_HEAP_RECORD_BYTES - 4,
    RECENT_AT = WORDS_AT + 4 * CLASS_WORDS,
    SLOTS_AT = RECENT_AT + 4, /* of the class FIRST_CLASS */
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
    return EM_LIKELY(size < RANGES_FROM) ? (unsigned)(size / 4) : range_class(size);
}

/* The smallest size in a class. */
static inline size_t class_start(unsigned class)
{
    return class < FIRST_RANGE ? class * 4u : (size_t)(4u + class % 4u) << (class / 4u - 3u);
}

/* Whether a block that shrinks or grows from one size to the other keeps its class; false in the exact ones. */
static inline bool same_range(size_t smaller, size_t larger)
{
    return larger >= RANGES_FROM && (smaller ^ larger) >> width_bits(larger) == 0;
}

static inline uint32_t *class_words(const struct em_heap *heap)
{
    return (uint32_t *)((uintptr_t)heap + WORDS_AT);
}

static inline uint32_t *recent_link(const struct em_heap *heap)
{
    return (uint32_t *)((uintptr_t)heap + RECENT_AT);
}

/* A slot has four bytes, as has the width of an exact class: no division. */
static inline uint32_t *exact_slot(const struct em_heap *heap, size_t size)
{
    return (uint32_t *)((uintptr_t)heap + SLOTS_AT - SMALLEST + size);
}

static inline uint32_t *slot_of(const struct em_heap *heap, unsigned class)
{
    return (uint32_t *)((uintptr_t)heap + SLOTS_AT - SMALLEST + 4u * class);
}

static inline size_t tables_end(unsigned classes)
{
    return SLOTS_AT + 4u * (classes - FIRST_CLASS);
}

static inline uint32_t class_bit(unsigned class)
{
    return UINT32_C(1) << (class % CLASSES_A_WORD);
}

/* ---- links ----------------------------------------------------------------------------------- */

static inline struct em_block *slot_as_block(uint32_t *slot)
{
    return (struct em_block *)((uintptr_t)slot - offsetof(struct em_block, next_link));
}

static inline uint32_t previous_to(const struct em_heap *heap, const struct em_block *block)
{
    return em_link_to(heap, block) + PREVIOUS_MARK;
}

/* The block or slot in front of this one in its list. */
static inline struct em_block *previous_of(const struct em_heap *heap, uint32_t previous)
{
    return em_link_from(heap, previous - PREVIOUS_MARK);
}

/* The free block in front of `block`; only where em_block_prev_is_free. */
static inline struct em_block *free_in_front(const struct em_heap *heap, struct em_block *block)
{
    uint32_t last = ((uint32_t *)block)[-1];
    if (EM_UNLIKELY((last & PREVIOUS_MARK) != 0)) {
        size_t payload = last < SMALLEST ? last & ~EM_BLOCK_FLAGS : SMALLEST;
        return (struct em_block *)((uintptr_t)block - EM_HEADER_BYTES - payload);
    }
    return em_link_from(heap, last);
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

/* Into the list of its size: the newest block is the first to be used again. The block's header and
 * last word are written already. */
static inline void put(struct em_heap *heap, struct em_block *block, size_t size)
{
    if (EM_LIKELY(size < RANGES_FROM)) {
        if (push(heap, block, exact_slot(heap, size))) {
            *class_words(heap) |= UINT32_C(1) << (size / 4);
        }
    } else {
        unsigned class = range_class(size);
        if (push(heap, block, slot_of(heap, class))) {
            class_words(heap)[class / CLASSES_A_WORD] |= class_bit(class);
        }
    }
}

/* True iff it was the last of its list. */
static inline bool pull(struct em_heap *heap, struct em_block *block)
{
    uint32_t next = block->next_link, previous = block->previous_link;
    previous_of(heap, previous)->next_link = next;
    if (next != 0) {
        em_link_from(heap, next)->previous_link = previous;
    }
    return next == 0;
}

/* Out of its list, whichever that is. */
static inline void unlink(struct em_heap *heap, struct em_block *block, size_t size)
{
    if (!pull(heap, block)) {
        return;
    }
    if (EM_LIKELY(size < RANGES_FROM)) {
        if (*exact_slot(heap, size) == 0) {
            *class_words(heap) &= ~(UINT32_C(1) << (size / 4));
        }
    } else {
        unsigned class = range_class(size);
        if (*slot_of(heap, class) == 0) {
            class_words(heap)[class / CLASSES_A_WORD] &= ~class_bit(class);
        }
    }
}

static inline void unlink_from(struct em_heap *heap, struct em_block *block, unsigned class)
{
    if (pull(heap, block) && *slot_of(heap, class) == 0) {
        class_words(heap)[class / CLASSES_A_WORD] &= ~class_bit(class);
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

/* bins_check.c */
bool em_bins_check_free(struct em_heap *heap, struct em_block *block, struct em_fault *fault);
bool em_bins_check_tables(struct em_heap *heap, struct em_fault *fault);

#endif
