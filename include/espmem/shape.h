/* How the free memory of a pool is cut up, and by what.
 *
 * Asks and changes nothing, allocates nothing. Others may allocate and free meanwhile: then the figures are
 * of different moments, but each is right for its own.
 *
 * One idea: free memory that no request can have is as good as none, so that is what is measured. */
#ifndef ESPMEM_SHAPE_H
#define ESPMEM_SHAPE_H

#include "espmem/caps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How much of the free memory, in percent, the largest request cannot have: 0 one hole, 99 nothing but
 * crumbs. 0 also where less is free than one block needs. Over several heaps the largest request of all
 * counts, so memory in heaps of similar size is fragmented by its nature. O(1) for a heap's info. */
unsigned em_fragmentation(const struct em_heap_info *info);
unsigned em_caps_fragmentation(struct em_pool *pool, uint32_t caps);

/* A heap that lies inside another one, as the pool does that is set aside for DMA at start. */
struct em_reserve {
    struct em_caps_heap *heap;         /* NULL before the first */
    const struct em_caps_heap *around; /* the heap that it was taken from */
    struct em_heap_info info;
};

/* The next one, in the order in which heaps are asked; false iff there is none. O(heaps). */
bool em_caps_next_reserve(struct em_pool *pool, struct em_reserve *reserve);

/* The two largest free blocks of a heap and what keeps them apart. */
struct em_gap {
    const struct em_caps_heap *heap;
    uintptr_t hole[2]; /* by address */
    size_t hole_bytes[2];
    size_t blocks, bytes; /* used blocks between them, and what they hold */
    size_t joined_bytes;  /* the hole that there would be if they were free */
};

/* False iff the heap has fewer than two free blocks (or is not started). O(blocks), the lock held for one at
 * a time. */
bool em_caps_find_gap(const struct em_caps_heap *heap, struct em_gap *gap);

/* Shows each used block between the two holes, by address, until `visit` returns false. O(blocks), the same. */
void em_caps_walk_gap(const struct em_gap *gap, em_heap_visitor *visit, void *context);

#ifdef __cplusplus
}
#endif
#endif
