/* What the allocating functions share: the one way in which an allocation of the API fails. */
#ifndef IDF_ALLOCATION_H
#define IDF_ALLOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tells the registered callback of a request that failed, then stops the program if the board says so.
 * Returns NULL, for the caller to return. */
void *idf_allocation_failed(size_t size, uint32_t caps, const char *function);

/* The same, and first in words, where the board wants that: nobody had room for a request of this size. */
void *idf_not_served(size_t alignment, size_t size, uint32_t caps, const char *function);

/* Zeroes a new block; NULL stays NULL. */
void *idf_zeroed(void *block, size_t bytes);

/* A request that no heap is asked for, and that is no failure either. */
static inline bool idf_cannot_align(size_t alignment, size_t size)
{
    return size == 0 || alignment == 0 || (alignment & (alignment - 1)) != 0;
}

#endif
