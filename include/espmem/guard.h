/* The guard: marks around each block of a heap, and fills, that show what wrote where it should not.
 *
 * A layer above a heap, chosen for each heap when it is made. These functions are those of heap.h for
 * heaps that may be guarded: what they hand out and count is what is between the marks. In a heap with
 * EM_GUARD_OFF they are the heap's own. The heap below does not know; its walk shows raw blocks.
 *
 *   raw block   [ head mark | size asked for ][ user's bytes ][ tail mark ][ slack ]
 *                                             ^ the pointer handed out, 4-aligned
 *
 * One idea: no lock is held over a fill or over a check of contents: a block's bytes belong to whoever
 * has it, and its marks change under the lock. Layout, marks and figures are the ESP32's. */
#ifndef ESPMEM_GUARD_H
#define ESPMEM_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

enum em_guard {
    EM_GUARD_OFF,
    EM_GUARD_LIGHT,         /* head and tail */
    EM_GUARD_COMPREHENSIVE, /* and new blocks are filled, and free memory is filled and verified */
};

enum {
    EM_GUARD_HEAD_BYTES = 8,
    EM_GUARD_TAIL_BYTES = 4, /* directly behind the last byte asked for, at any address */
    EM_GUARD_BYTES = EM_GUARD_HEAD_BYTES + EM_GUARD_TAIL_BYTES,
};

#define EM_GUARD_HEAD_MARK UINT32_C(0xABBA1234)
#define EM_GUARD_TAIL_MARK UINT32_C(0xBAAD5678)
#define EM_GUARD_NEW_WORD  UINT32_C(0xCECECECE)
#define EM_GUARD_FREE_WORD UINT32_C(0xFEFEFEFE)

/* Guards a heap from now on. Only right after em_heap_create, before the first block. Comprehensive fills
 * its free memory: O(size). False, and nothing changed, iff the heap's engine cannot keep free memory
 * filled. */
bool em_guard_set(struct em_heap *heap, enum em_guard guard);
enum em_guard em_guard_of(const struct em_heap *heap);

/* As in heap.h, with the marks' 12 bytes on top of each request. Where a mark, a size or a fill is wrong
 * it is a fault, nothing changes, and the answer is NULL or 0. Comprehensive: O(size), reallocate always
 * moves. */
void *em_guard_allocate(struct em_heap *heap, size_t size);
void *em_guard_allocate_aligned(struct em_heap *heap, size_t size, size_t alignment, size_t offset);
void em_guard_free(struct em_heap *heap, void *address);
void *em_guard_reallocate(struct em_heap *heap, void *address, size_t size);
void *em_guard_reallocate_telling(struct em_heap *heap, void *address, size_t size, struct em_move_teller *teller);

/* Bytes of a block, marks excluded and slack included; the same with the marks; the bytes asked for
 * (those of an unguarded block: all). A fault and 0 for whatever is no intact live block. */
size_t em_guard_block_size(struct em_heap *heap, const void *address);
size_t em_guard_full_size(struct em_heap *heap, const void *address);
size_t em_guard_asked_size(struct em_heap *heap, const void *address);
/* The user's pointer of the live block that holds `address`, be it in a mark; NULL if none does. O(blocks). */
void *em_guard_containing_block(struct em_heap *heap, const void *address);
/* Its size, marks excluded; 0 if none does. Never a fault: others may free the block meanwhile. O(blocks). */
size_t em_guard_containing_size(struct em_heap *heap, const void *address);

/* What the heap says, less the 12 bytes that the next block's marks would cost; 0 where that is all. */
size_t em_guard_free_bytes(struct em_heap *heap);
size_t em_guard_minimum_free(struct em_heap *heap);
size_t em_guard_largest_free(struct em_heap *heap);
/* The same, and allocated_bytes without the marks of each live block. */
void em_guard_get_info(struct em_heap *heap, struct em_heap_info *info);

/* em_heap_check, and then each live block's marks and, where they are filled, each free block's bytes.
 * Every wrong word goes to `report`. The lock is held for a mark or at most 64 words at a time. */
bool em_guard_check(struct em_heap *heap, em_fault_reporter *report, void *context);

#ifdef __cplusplus
}
#endif
#endif
