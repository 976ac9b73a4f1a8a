/* A heap's records, and the face that an engine shows to them.
 *
 * Shared by core/heap and by core/guard above it. Knows no capabilities and no guard's layout.
 *
 *   start                                                            start + size
 *   | struct em_heap | the engine's tables | hdr block hdr block … hdr |
 *   |<-- 56 bytes -->|                       ^ first                 ^ end mark
 *
 * One idea: heap.c locks and reports; an engine shares out and counts. Neither does the other's. */
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
    struct em_far cursors; /* walks in progress: changes tell them */
    uint32_t size;         /* of the region */
    uint32_t minimum_free;
    /* The engine counts these: it has the sizes at hand, and most calls change only one of the last two. */
    uint32_t free_bytes; /* payloads and headers of free blocks, and what can never be handed out */
    uint32_t blocks;     /* used and free */
    uint32_t free_blocks;
    uint32_t first_block; /* offset of the first block's header */
    EM_SMALL class_bits;  /* tlsf: log2 of the classes in a row */
    EM_SMALL rows;        /* tlsf: of its tables; bins: the class behind the last one */
    EM_SMALL guard;       /* enum em_guard; the heap itself never asks */
    uint32_t word_bits;   /* tlsf: words of its table that have a bit set; bins: the first of four such words */
};
_Static_assert(sizeof(struct em_heap) <= EM_HEAP_RECORD_BYTES, "the records must fit where the chip has its own");

struct em_engine {
    const char *name;
    uint8_t smallest_used, smallest_free; /* payloads */
    /* Lays out tables and one free block behind the records; heap->size is set. False iff too small. */
    bool (*open)(struct em_heap *heap);
    /* em_heap_allocate and, but for NULL, em_heap_free: lock and minimum are the engine's business here, so
     * that these two need no frame around them. */
    void *(*allocate)(struct em_heap *heap, size_t size);
    void (*release)(struct em_heap *heap, void *address);
    /* The lock is held around the others. */
    /* A block that is now used; NULL iff size is 0 or none fits. */
    struct em_block *(*allocate_aligned)(struct em_heap *heap, size_t size, size_t alignment, size_t offset);
    /* In place: true if the used block now holds `size`; false also iff that is 0. */
    bool (*resize)(struct em_heap *heap, struct em_block *block, size_t size);
    /* NULL, or: the used block and the free ones around it become one used block, the payload still where
     * it was. NULL iff nothing in front of it is free, or all together hold less than `size`. */
    struct em_block *(*extend_back)(struct em_heap *heap, struct em_block *block, size_t size);
    size_t (*largest)(const struct em_heap *heap);
    /* What is wrong with this free block's place in the tables, if anything. */
    bool (*check_free)(struct em_heap *heap, struct em_block *block, struct em_fault *fault);
    /* What is wrong with the tables themselves. */
    bool (*check_tables)(struct em_heap *heap, struct em_fault *fault);
    /* The same engine, but what a release takes out of use (the headers and links of blocks that merge) is
     * overwritten with EM_GUARD_FREE_BYTE. NULL: it has none. */
    const struct em_engine *filled;
    /* Bytes of a free block's payload, at its two ends, that are the engine's. */
    uint8_t links_in_front, links_at_end;
};

/* A walk's place: the next block to show. Lies on the walker's stack. */
struct em_cursor {
    struct em_cursor *next;
    struct em_block *block;
    bool disturbed; /* the heap has changed since the walk began */
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

/* A walk's place is known to the heap from open, at its first block, to close. */
void em_cursor_open(struct em_heap *heap, struct em_cursor *cursor);
void em_cursor_close(struct em_heap *heap, struct em_cursor *cursor);

/* Every walk learns that the heap has changed; cursors inside the merged block (start, end) go on
 * behind it. */
void em_cursors_tell(struct em_heap *heap, const struct em_block *start, struct em_block *end);

static inline void em_layout_changed(struct em_heap *heap, const struct em_block *start, struct em_block *end)
{
    if (EM_UNLIKELY(em_far_get(&heap->cursors) != NULL)) {
        em_cursors_tell(heap, start, end);
    }
}

/* Whether the size in a header leads to a header of this heap. */
static inline bool em_size_is_sane(const struct em_heap *heap, const struct em_block *block)
{
    const struct em_engine *engine = em_heap_engine(heap);
    size_t size = em_block_size_of(block);
    size_t room = (uintptr_t)em_end_block(heap) - (uintptr_t)block;
    size_t smallest = em_block_is_free(block) ? engine->smallest_free : engine->smallest_used;
    return size >= smallest && room > EM_HEADER_BYTES && size <= room - EM_HEADER_BYTES;
}

/* What is wrong with a user's address if a live block of at least `smallest` is to be behind it;
 * EM_FAULT_NONE if nothing. Reads no memory outside the heap. */
static inline enum em_fault_kind em_fault_above(const struct em_heap *heap, const void *address, size_t smallest)
{
    size_t offset = (uintptr_t)address - EM_HEADER_BYTES - (uintptr_t)heap;
    size_t last = heap->size - smallest - 2u * EM_HEADER_BYTES; /* where the last block can start */
    if (EM_UNLIKELY(offset - heap->first_block > last - heap->first_block || !em_is_multiple(offset, 4))) {
        return offset >= heap->size ? EM_FAULT_FOREIGN_POINTER : EM_FAULT_NOT_A_BLOCK;
    }
    struct em_block *block = em_block_of_payload(address);
    if (EM_UNLIKELY(em_block_is_free(block))) {
        return EM_FAULT_DOUBLE_FREE;
    }
    size_t size = em_block_size_of(block);
    if (EM_UNLIKELY(size - smallest > last - offset)) {
        return EM_FAULT_NOT_A_BLOCK; /* too small, or its end would be outside */
    }
    /* a neighbour that takes it for free knows better */
    return EM_UNLIKELY(em_block_prev_is_free(em_block_behind(block, size))) ? EM_FAULT_NOT_A_BLOCK : EM_FAULT_NONE;
}

static inline enum em_fault_kind em_fault_of(const struct em_heap *heap, const void *address)
{
    return em_fault_above(heap, address, em_heap_engine(heap)->smallest_used);
}

/* Tells the port. Outside the lock. */
void em_heap_tell(const struct em_heap *heap, enum em_fault_kind kind, enum em_operation during, const void *address);

/* ---- the lock, and the steps that are taken under it ------------------------------------------ */

static inline void em_heap_lock(struct em_heap *heap)
{
    struct em_lock *lock = em_far_get(&heap->lock);
    if (EM_LIKELY(lock != NULL)) {
        em_port_lock(lock);
    }
}

static inline void em_heap_unlock(struct em_heap *heap)
{
    struct em_lock *lock = em_far_get(&heap->lock);
    if (EM_LIKELY(lock != NULL)) {
        em_port_unlock(lock);
    }
}

static inline void em_note_minimum(struct em_heap *heap)
{
    if (heap->free_bytes < heap->minimum_free) {
        heap->minimum_free = heap->free_bytes;
    }
}

/* ---- the ends of an engine's two hot operations, inlined into each ----------------------------- */

/* A block was taken: counted, told to walks, and the lock is given back. */
static inline void *em_taken(struct em_heap *heap, struct em_block *block)
{
    em_layout_changed(heap, NULL, NULL);
    em_note_minimum(heap);
    em_heap_unlock(heap);
    return em_block_payload(block);
}

/* Nothing fits. */
static inline void *em_not_taken(struct em_heap *heap)
{
    em_heap_unlock(heap);
    return NULL;
}

/* An address that is none of a live block: nothing was changed. */
static inline void em_not_given_back(struct em_heap *heap, void *address, enum em_fault_kind kind)
{
    em_heap_unlock(heap);
    em_heap_tell(heap, kind, EM_DURING_FREE, address);
}

#endif
