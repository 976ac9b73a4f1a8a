/* The tables of the chip-exact engine: how a size maps to its class, and where a class has its slot.
 *
 * Shared by the engine and its checker only. Knows no operation.
 *
 * Free blocks hang in classes. A row holds the sizes of one power of two, cut into 2^k classes; the
 * sizes below 4 << k share row 0, a class for each multiple of 4. Each class that holds a block has a
 * bit set, each word of such bits has one in heap->word_bits, so that the lowest class with a block
 * large enough is found by two bit searches.
 *
 *   | struct em_heap | class bits, room for a word a row | slots: first block of each class |
 *
 *   slot   [ first ]         first block   [ next ][ slot ]       next   [ … ][ first block ]
 *
 * A slot counts as a block whose `next` is the slot: so the first block of a list has a predecessor
 * like any other, and leaves its list in the same way.
 *
 * One idea: rows and classes are numbered through, so that a size maps to its class by one shift. */
#ifndef EM_HEAP_TLSF_TABLES_H
#define EM_HEAP_TLSF_TABLES_H

#include "core/heap/state.h"

enum { WORD_CLASSES = 32 }; /* classes in a word of bits; a power of two */

/* Room for one word a row, of which classes / 32 are used: a row has at most 32 classes. */
static inline uint32_t *class_words(const struct em_heap *heap)
{
    return (uint32_t *)((uintptr_t)heap + EM_HEAP_RECORD_BYTES);
}

static inline uint32_t *slots(const struct em_heap *heap)
{
    return class_words(heap) + heap->rows;
}

static inline unsigned class_count(const struct em_heap *heap)
{
    return (unsigned)heap->rows << heap->class_bits;
}

/* log2 of the class width at this size. Row 0 has classes as wide as row 1, so it counts as that. */
static inline unsigned width_bits(const struct em_heap *heap, size_t size)
{
    return em_highest_bit((uint32_t)size | (4u << heap->class_bits)) - heap->class_bits;
}

static inline unsigned class_of_width(const struct em_heap *heap, size_t size, unsigned bits)
{
    return (unsigned)(size >> bits) + ((bits - 2u) << heap->class_bits);
}

static inline unsigned class_of(const struct em_heap *heap, size_t size)
{
    return class_of_width(heap, size, width_bits(heap, size));
}

static inline uint32_t class_bit(unsigned class)
{
    return UINT32_C(1) << (class % WORD_CLASSES);
}

static inline struct em_block *slot_as_block(uint32_t *slot)
{
    return (struct em_block *)((uintptr_t)slot - offsetof(struct em_block, next_link));
}

/* tlsf_check.c */
bool em_tlsf_check_free(struct em_heap *heap, struct em_block *block, struct em_fault *fault);
bool em_tlsf_check_tables(struct em_heap *heap, struct em_fault *fault);

#endif
