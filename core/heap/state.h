/* A heap's records, and the face that an engine shows to them.
 *
 * Shared by the files of core/heap only. Knows no capabilities and no guard's layout.
 *
 *   start                                                            start + size
 *   | struct em_heap | the engine's tables | hdr block hdr block … hdr |
 *   |<-- 56 bytes -->|                       ^ first                 ^ end mark
 *
 * One idea: heap.c locks, counts and reports; an engine only shares out. Neither does the other's. */
#ifndef EM_HEAP_STATE_H
#define EM_HEAP_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/far.h"
#include "core/heap/block.h"
#include "espmem/heap.h"

/* What the chip keeps in front of the tables: 20 bytes of its heap, 36 of its control structure. */
enum { EM_HEAP_RECORD_BYTES = 56 };

struct em_heap {
    struct em_far lock;
    struct em_far engine;
    struct em_far cursors; /* walks in progress; merges move them */
    uint32_t size;         /* of the region */
    uint32_t free_bytes;   /* payloads and headers of free blocks, and what can never be handed out */
    uint32_t minimum_free;
    uint32_t used_blocks;
    uint32_t free_blocks;
    uint32_t first_block;  /* offset of the first block's header */
    uint32_t row_bits;     /* rows of the engine's table that hold a free block */
    uint8_t class_bits;    /* log2 of the classes in a row */
    uint8_t rows;
    uint16_t operations;   /* counts allocations and frees, so that a check sees it was not alone */
};
_Static_assert(sizeof(struct em_heap) <= EM_HEAP_RECORD_BYTES, "the records must fit where the chip has its own");

struct em_engine {
    const char *name;
    /* Lays out tables and one free block behind the records; heap->size is set. False iff too small. */
    bool (*open)(struct em_heap *heap);
    /* Payload of a block that is now used, NULL if none fits. */
    struct em_block *(*allocate)(struct em_heap *heap, size_t size);
    struct em_block *(*allocate_aligned)(struct em_heap *heap, size_t size, size_t alignment, size_t offset);
    /* In place: true if the used block now holds `size`. */
    bool (*resize)(struct em_heap *heap, struct em_block *block, size_t size);
    void (*release)(struct em_heap *heap, struct em_block *block);
    size_t (*largest)(const struct em_heap *heap);
    /* What is wrong with this free block's place in the tables, if anything. */
    bool (*check_free)(struct em_heap *heap, struct em_block *block, struct em_fault *fault);
    /* What is wrong with the tables themselves. */
    bool (*check_tables)(struct em_heap *heap, struct em_fault *fault);
};

/* A walk's place: the next block to show. Lies on the walker's stack. */
struct em_cursor {
    struct em_cursor *next;
    struct em_block *block;
};

static inline const struct em_engine *em_heap_engine(const struct em_heap *heap)
{
    return em_far_get(&heap->engine);
}

static inline struct em_block *em_first_block(const struct em_heap *heap)
{
    return (struct em_block *)((uintptr_t)heap + heap->first_block);
}

/* The end mark: a header of size 0 that is never free. */
static inline struct em_block *em_end_block(const struct em_heap *heap)
{
    uintptr_t end = em_round_down((uintptr_t)heap + heap->size, 4);
    return (struct em_block *)(end - EM_HEADER_BYTES);
}

/* Every cursor at `from` goes on at `to`: `from` has been merged away. */
void em_cursors_move(struct em_heap *heap, const struct em_block *from, struct em_block *to);

static inline void em_block_vanishes(struct em_heap *heap, const struct em_block *block, struct em_block *next)
{
    if (em_far_get(&heap->cursors) != NULL) {
        em_cursors_move(heap, block, next);
    }
}

/* The live block at a user's address, or NULL with *fault filled. Touches no memory outside the heap. */
struct em_block *em_live_block(const struct em_heap *heap, const void *address, struct em_fault *fault);

void em_heap_lock(struct em_heap *heap);
void em_heap_unlock(struct em_heap *heap);

#endif
