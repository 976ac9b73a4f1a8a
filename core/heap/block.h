/* A block as it lies in memory, and the only code that reads or writes its header.
 *
 * Shared by all engines; knows no tables.
 *
 *            header                       payload
 *   used   [ size | -, prev free ] [ user's bytes …………………………………………………… ]
 *   free   [ size | F, -         ] [ next ][ previous ] …… [ this block ]  <- last word, which the
 *                                                                             next block finds in
 *                                                                             front of its header
 * Sizes are of the payload, multiples of 4, at least 12. A free block's neighbours are used. `next`
 * and `previous` chain the free blocks of one class.
 *
 * One idea: a link is 4 bytes on every machine: the address itself where that has 4 bytes, else the
 * offset from the heap's start; 0 is no block in both. */
#ifndef EM_HEAP_BLOCK_H
#define EM_HEAP_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/bits.h"

enum {
    EM_HEADER_BYTES = 4,
    EM_PAYLOAD_MINIMUM = 12,                                 /* two links and the word for the successor */
    EM_BLOCK_MINIMUM = EM_HEADER_BYTES + EM_PAYLOAD_MINIMUM, /* the smallest rest that is split off */
};

#define EM_BLOCK_FREE      1u
#define EM_BLOCK_PREV_FREE 2u
#define EM_BLOCK_FLAGS     3u

struct em_heap;

struct em_block {
    uint32_t header;
    uint32_t next_link, previous_link; /* only while free */
};

static inline size_t em_block_size_of(const struct em_block *block)
{
    return block->header & ~EM_BLOCK_FLAGS;
}

static inline bool em_block_is_free(const struct em_block *block)
{
    return (block->header & EM_BLOCK_FREE) != 0;
}

static inline bool em_block_prev_is_free(const struct em_block *block)
{
    return (block->header & EM_BLOCK_PREV_FREE) != 0;
}

static inline void *em_block_payload(struct em_block *block)
{
    return (void *)((uintptr_t)block + EM_HEADER_BYTES);
}

static inline struct em_block *em_block_of_payload(const void *payload)
{
    return (struct em_block *)((uintptr_t)payload - EM_HEADER_BYTES);
}

/* The header `bytes` of payload behind this one. */
static inline struct em_block *em_block_behind(struct em_block *block, size_t bytes)
{
    return (struct em_block *)((uintptr_t)block + EM_HEADER_BYTES + bytes);
}

static inline struct em_block *em_block_next(struct em_block *block)
{
    return em_block_behind(block, em_block_size_of(block));
}

static inline uint32_t em_link_to(const struct em_heap *heap, const struct em_block *block)
{
    if (sizeof(void *) == sizeof(uint32_t)) {
        return (uint32_t)(uintptr_t)block;
    }
    return block == NULL ? 0 : (uint32_t)((uintptr_t)block - (uintptr_t)heap);
}

static inline struct em_block *em_link_from(const struct em_heap *heap, uint32_t link)
{
    if (sizeof(void *) == sizeof(uint32_t)) {
        return (struct em_block *)(uintptr_t)link;
    }
    return link == 0 ? NULL : (struct em_block *)((uintptr_t)heap + link);
}

/* The free block in front of `block`; only where em_block_prev_is_free. */
static inline struct em_block *em_block_previous(const struct em_heap *heap, const struct em_block *block)
{
    return em_link_from(heap, ((const uint32_t *)block)[-1]);
}

/* Marks a run of `size` bytes free in its own header and in the word in front of its successor's,
 * whose flag is the caller's to set: it often is already. */
static inline void em_block_mark_free(const struct em_heap *heap, struct em_block *block, size_t size)
{
    block->header = (uint32_t)size | EM_BLOCK_FREE;
    ((uint32_t *)em_block_behind(block, size))[-1] = em_link_to(heap, block);
}

#endif
