/* Blocks as the program holds them. */
#ifndef IDF_BLOCKS_H
#define IDF_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the program is to hold for a new block of the chip: a stand-in where the platform fences blocks,
 * else the block. NULL stays NULL. */
void *idf_block_out(void *block, size_t size, size_t alignment);

/* The chip's block for what the program holds; the pointer itself where it is no stand-in. */
void *idf_block_behind(const void *address);

/* The same for any address, also inside a block; 0 for one that is the fence's and in no live stand-in. */
uintptr_t idf_charged(uintptr_t address);

/* Gives back what the program holds. NULL is ignored. */
void idf_block_free(void *address);

/* Resizes what the program holds: `resize` gets the chip's block and returns the new one, NULL if there is
 * no room. NULL address and size 0 as in realloc. */
typedef void *idf_resize(void *block, size_t size, uint32_t caps);
void *idf_block_resize(void *address, size_t size, uint32_t caps, idf_resize *resize);

#endif
