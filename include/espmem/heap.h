/* One heap over one piece of memory.
 *
 * The memory is the caller's. Its first bytes hold the heap's own records and tables, so the
 * heap's handle is the address of that memory, on every machine; nothing else is allocated.
 * A heap knows nothing of capabilities, chips or tasks.
 *
 * One idea: blocks have the chip's layout everywhere (4-byte header, 4-aligned, links of 4 bytes),
 * so that a heap places its blocks where the ESP32 would, also in a 64-bit process.
 *
 * Unless said otherwise: O(1); safe from any task once a lock was set; safe from interrupts where
 * the port's lock is. Behaviour comes from ESP-IDF's multi_heap (documentation and recordings). */
#ifndef ESPMEM_HEAP_H
#define ESPMEM_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct em_heap;
struct em_engine;

/* The chip's own algorithm (two-level segregated fit): every block stands where the ESP32 puts it. */
extern const struct em_engine em_engine_tlsf;

/* Ours: fewer instructions, a lower worst case and less memory lost, for all but chip-exact simulation. */
extern const struct em_engine em_engine_bins;
/* The same, and a free block that contradicts its neighbours is a fault (EM_FAULT_BAD_HEADER) instead of believed. */
extern const struct em_engine em_engine_bins_checked;

struct em_heap_info {
    size_t free_bytes;      /* what malloc could still hand out, headers included */
    size_t allocated_bytes; /* payload of all live blocks, as rounded */
    size_t largest_free;    /* the largest request that is sure to succeed; 0 when full */
    size_t minimum_free;    /* the lowest free_bytes since the start, or since the last reset */
    size_t allocated_blocks, free_blocks, total_blocks;
};

/* A block as a walk shows it. `address` is what malloc returned, or would. */
struct em_block_view {
    void *address;
    size_t size; /* payload bytes; as it stands in the header, also where that is corrupt */
    bool used;
};

/* Makes a heap of [start, start + bytes).
 * Returns its handle, equal to `start`, or NULL iff start is NULL or no multiple of 4, bytes is 2 GiB
 * or more, or too few bytes are left beside the tables for one block (32-bit: 220 are enough).
 * Old contents do not matter. There is no end of a heap: the memory is simply used for something else. */
struct em_heap *em_heap_create(void *start, size_t bytes, const struct em_engine *engine);

/* The lock to take around every operation; NULL (the state after create) for none. The lock stays
 * the caller's and must outlive the heap. Not to be called while others use the heap. */
void em_heap_set_lock(struct em_heap *heap, struct em_lock *lock);

/* A block of at least `size` bytes, 4-aligned, contents undefined. NULL iff size is 0 or no free block is
 * sure to fit: one of the size, rounded up to its class. Classes are single sizes below 4 << class bits
 * (tlsf) or 128 (bins). */
void *em_heap_allocate(struct em_heap *heap, size_t size);

/* The same, with (address + offset) a multiple of `alignment`. `offset` is rounded up to 4.
 * NULL iff size is 0, alignment is no power of two, or no hole of size + alignment + 16 bytes (tlsf) or
 * size + alignment - 4 bytes (bins), rounded up to its class, exists. An alignment up to 4 costs nothing. */
void *em_heap_allocate_aligned(struct em_heap *heap, size_t size, size_t alignment, size_t offset);

/* Gives a block back and merges it with free neighbours. NULL is ignored. A pointer that is not a
 * live block of this heap is a fault (EM_FAULT_*) and changes nothing. */
void em_heap_free(struct em_heap *heap, void *address);

/* Resizes in place where the block or its free successor has the room, else allocates, copies and
 * frees; the copy happens outside the lock. Where no other hole fits, bins moves the block down into what
 * is free in front of it. NULL address: as allocate. Size 0: as free, returns NULL.
 * NULL iff it does not fit or on a fault: then the old block is untouched. */
void *em_heap_reallocate(struct em_heap *heap, void *address, size_t size);

/* Whoever wants to know that a block has moved: called with the new address when the contents are there
 * and the old block is not yet given back, outside the lock. Not called for a block that stays. */
struct em_move_teller {
    void (*moved)(struct em_move_teller *teller, void *address);
};
void *em_heap_reallocate_telling(struct em_heap *heap, void *address, size_t size, struct em_move_teller *teller);

/* Resizes in place or not at all; true if the block now holds `size` bytes. */
bool em_heap_resize(struct em_heap *heap, void *address, size_t size);

/* Payload bytes of a live block, at least what was asked for. A fault and 0 for any other pointer. */
size_t em_heap_block_size(struct em_heap *heap, const void *address);

size_t em_heap_size(const struct em_heap *heap); /* of the whole region, tables included */
size_t em_heap_free_bytes(struct em_heap *heap);
size_t em_heap_minimum_free(struct em_heap *heap);
size_t em_heap_largest_free(struct em_heap *heap);
void em_heap_get_info(struct em_heap *heap, struct em_heap_info *info);

/* Sets the minimum to what is free now and returns the old one; then sets it to the lower of both. */
size_t em_heap_reset_minimum(struct em_heap *heap);
void em_heap_restore_minimum(struct em_heap *heap, size_t minimum);
/* Sets it outright (a region that joins late is said to have had nothing). */
void em_heap_set_minimum(struct em_heap *heap, size_t minimum);

/* Calls `visit` for every block in address order until it returns false. O(blocks). The lock is held
 * for one block at a time and never during the call, so `visit` may use the heap; blocks that come
 * and go meanwhile may or may not be seen, and none is seen torn. A size that leads out of the heap
 * is shown and ends the walk. Returns false iff it ended on such a block. */
typedef bool em_heap_visitor(void *context, const struct em_block_view *block);
bool em_heap_walk(struct em_heap *heap, em_heap_visitor *visit, void *context);

/* The live block that holds `address` (its header excluded), NULL if there is none. O(blocks). */
void *em_heap_containing_block(struct em_heap *heap, const void *address);
/* The same with its size, which is of the same moment: a block may be gone when it is asked for again.
 * False, and *found is undefined, iff there is none. */
bool em_heap_find_block(struct em_heap *heap, const void *address, struct em_block_view *found);

/* Checks every invariant of the heap. O(blocks), lock held a block at a time; while others allocate,
 * counters and lists are compared only as far as they stand still. Each contradiction goes to
 * `report` (NULL: none wanted). True iff none was found. */
typedef void em_fault_reporter(void *context, const struct em_fault *fault);
bool em_heap_check(struct em_heap *heap, em_fault_reporter *report, void *context);

#ifdef __cplusplus
}
#endif
#endif
