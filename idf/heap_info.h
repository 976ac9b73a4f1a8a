/* The core's figures of a heap in ESP-IDF's words. */
#ifndef IDF_HEAP_INFO_H
#define IDF_HEAP_INFO_H

#include "espmem/heap.h"
#include "multi_heap.h"

static inline multi_heap_info_t idf_heap_info(const struct em_heap_info *found)
{
    multi_heap_info_t info = {
        .total_free_bytes = found->free_bytes,
        .total_allocated_bytes = found->allocated_bytes,
        .largest_free_block = found->largest_free,
        .minimum_free_bytes = found->minimum_free,
        .allocated_blocks = found->allocated_blocks,
        .free_blocks = found->free_blocks,
        .total_blocks = found->total_blocks,
    };
    return info;
}

#endif
