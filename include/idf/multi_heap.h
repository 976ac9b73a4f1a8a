/* ESP-IDF's multi_heap: heaps over memory that the caller brings.
 *
 * The handle is the address of the memory; nothing else is kept. Functions are safe from several
 * tasks once a lock was set, and O(1) unless said otherwise. Knows nothing of capabilities.
 *
 * One idea: the same calls, addresses and numbers as on the chip, also in a 64-bit process. */
#ifndef IDF_MULTI_HEAP_H
#define IDF_MULTI_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct multi_heap_info *multi_heap_handle_t;

/* Makes a heap of [start, start + size). NULL iff start is NULL or no multiple of 4, or the region is
 * too small for the tables and one block (220 bytes suffice). A heap has no end: when nothing of it is
 * used any more, its memory may serve something else. */
multi_heap_handle_t multi_heap_register(void *start, size_t size);

/* The lock to take around each operation: a struct em_lock (espmem/port.h), all zero at first, or NULL
 * for none, which is the state after register. The lock stays the caller's and must outlive the heap.
 * Not to be called while others use the heap. */
void multi_heap_set_lock(multi_heap_handle_t heap, void *lock);

/* A block of at least `size` bytes, 4-aligned; NULL iff size is 0 or no free block fits. */
void *multi_heap_malloc(multi_heap_handle_t heap, size_t size);

/* The same at a multiple of `alignment`; NULL also iff that is no power of two. */
void *multi_heap_aligned_alloc(multi_heap_handle_t heap, size_t size, size_t alignment);

/* The same with (result + offset) at a multiple of `alignment`. */
void *multi_heap_aligned_alloc_offs(multi_heap_handle_t heap, size_t size, size_t alignment, size_t offset);

/* Gives a block back; NULL is ignored. Anything that is no live block of this heap stops the program. */
void multi_heap_free(multi_heap_handle_t heap, void *p);
void multi_heap_aligned_free(multi_heap_handle_t heap, void *p) __attribute__((deprecated));

/* Resizes, with the contents. p NULL: malloc. size 0: free, and NULL. NULL otherwise iff it does not
 * fit, and then the old block is as it was. Copies at most the old size. */
void *multi_heap_realloc(multi_heap_handle_t heap, void *p, size_t size);

/* Bytes of a live block: at least what was asked for. */
size_t multi_heap_get_allocated_size(multi_heap_handle_t heap, void *p);
/* Bytes between this block's header and the next one. */
size_t multi_heap_get_full_block_size(multi_heap_handle_t heap, void *p);

/* The live block that holds ptr. O(blocks). No such block stops the program. */
void *multi_heap_find_containing_block(multi_heap_handle_t heap, void *ptr);

/* Prints a line for each block on the chip's console. O(blocks). */
void multi_heap_dump(multi_heap_handle_t heap);

/* Whether the heap is consistent; prints what is not iff asked. O(blocks). */
bool multi_heap_check(multi_heap_handle_t heap, bool print_errors);

size_t multi_heap_free_size(multi_heap_handle_t heap);
size_t multi_heap_minimum_free_size(multi_heap_handle_t heap);

typedef struct {
    size_t total_free_bytes;
    size_t total_allocated_bytes; /* of all live blocks, as rounded */
    size_t largest_free_block;    /* the largest request that is sure to succeed */
    size_t minimum_free_bytes;    /* the lowest total_free_bytes ever */
    size_t allocated_blocks;
    size_t free_blocks;
    size_t total_blocks;
} multi_heap_info_t;

void multi_heap_get_info(multi_heap_handle_t heap, multi_heap_info_t *info);

/* Sets the minimum to what is free now, and returns the old one. */
size_t multi_heap_reset_minimum_free_bytes(multi_heap_handle_t heap);
/* Sets the minimum to the lower of itself and the argument. */
void multi_heap_restore_minimum_free_bytes(multi_heap_handle_t heap, const size_t new_minimum_free_bytes_value);

/* Told of each block: its first byte, its size, whether it is used. false ends the walk. */
typedef bool (*multi_heap_walker_cb_t)(void *block_ptr, size_t block_size, int block_used, void *user_data);

/* Shows every block in address order. The callback may use the heap. O(blocks). */
void multi_heap_walk(multi_heap_handle_t heap, multi_heap_walker_cb_t walker_func, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
