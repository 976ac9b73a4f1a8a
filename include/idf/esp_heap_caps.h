/* ESP-IDF's memory by capability.
 *
 * Functions are safe from all tasks. Sizes are bytes, capabilities a sum of MALLOC_CAP_*. Placement,
 * sizes, limits and failures are those of the chip that is simulated.
 *
 * One idea: a request names what the memory must be able to do, and the heaps are asked by priority. */
#ifndef IDF_ESP_HEAP_CAPS_H
#define IDF_ESP_HEAP_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "esp_attr.h"
#include "esp_err.h"
#include "espmem_config.h"
#include "multi_heap.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef HEAP_IRAM_ATTR
#define HEAP_IRAM_ATTR
#endif

#define MALLOC_CAP_EXEC          (1 << 0) /* code can run from it */
#define MALLOC_CAP_32BIT         (1 << 1) /* whole words can be read and written */
#define MALLOC_CAP_8BIT          (1 << 2) /* so can bytes */
#define MALLOC_CAP_DMA           (1 << 3) /* peripherals reach it */
#define MALLOC_CAP_PID2          (1 << 4)
#define MALLOC_CAP_PID3          (1 << 5)
#define MALLOC_CAP_PID4          (1 << 6)
#define MALLOC_CAP_PID5          (1 << 7)
#define MALLOC_CAP_PID6          (1 << 8)
#define MALLOC_CAP_PID7          (1 << 9)
#define MALLOC_CAP_SPIRAM        (1 << 10) /* external */
#define MALLOC_CAP_INTERNAL      (1 << 11) /* there even while the flash cache is off */
#define MALLOC_CAP_DEFAULT       (1 << 12) /* malloc may return it */
#define MALLOC_CAP_IRAM_8BIT     (1 << 13) /* IRAM that knows bytes */
#define MALLOC_CAP_RETENTION     (1 << 14)
#define MALLOC_CAP_RTCRAM        (1 << 15) /* RTC fast memory */
#define MALLOC_CAP_SPM           (1 << 16)
#define MALLOC_CAP_TCM           MALLOC_CAP_SPM
#define MALLOC_CAP_DMA_DESC_AHB  (1 << 17)
#define MALLOC_CAP_DMA_DESC_AXI  (1 << 18)
#define MALLOC_CAP_CACHE_ALIGNED (1 << 19)
#define MALLOC_CAP_SIMD          (1 << 20)
#define MALLOC_CAP_SPIRAM_NO_ENC (1 << 21)
#define MALLOC_CAP_INVALID       (1u << 31) /* no memory has it; walks, checks and dumps take it for "all" */

/* ---- allocation ------------------------------------------------------------------------------ */

/* Told of each request that failed: bytes and capabilities as asked for, and the function's name. */
typedef void (*esp_alloc_failed_hook_t)(size_t size, uint32_t caps, const char *function_name);

/* There is one callback; the latest counts. ESP_ERR_INVALID_ARG iff it is NULL. It runs in the task whose
 * request failed, outside every lock. */
esp_err_t heap_caps_register_failed_alloc_callback(esp_alloc_failed_hook_t callback);

/* A block with all of `caps`. NULL iff size is 0 (no failure is told) or no heap that has the caps has
 * room for it. */
void *heap_caps_malloc(size_t size, uint32_t caps);

/* The same, zeroed. A product that needs more than 32 bits is a failure, told with the lowest 32 of them. */
void *heap_caps_calloc(size_t n, size_t size, uint32_t caps);

/* Resizes, with the contents, and moves the block if its heap has no room or lacks the caps. ptr NULL:
 * malloc. size 0: free, and NULL. NULL otherwise iff it fits nowhere; the old block is as it was. */
void *heap_caps_realloc(void *ptr, size_t size, uint32_t caps);

/* At a multiple of `alignment`; NULL also, with no failure told, iff that is no power of two or the
 * product overflows. */
void *heap_caps_aligned_alloc(size_t alignment, size_t size, uint32_t caps);
void *heap_caps_aligned_calloc(size_t alignment, size_t n, size_t size, uint32_t caps);

/* Gives back what any function here returned. NULL is ignored; another pointer stops the program. */
void heap_caps_free(void *ptr);
void heap_caps_aligned_free(void *ptr) __attribute__((deprecated));

/* Try `num` capabilities (uint32_t or int) one after the other. One failure is told, with the last. */
void *heap_caps_malloc_prefer(size_t size, size_t num, ...);
void *heap_caps_realloc_prefer(void *ptr, size_t size, size_t num, ...);
void *heap_caps_calloc_prefer(size_t n, size_t size, size_t num, ...);

/* Lets plain malloc use external memory: up to `limit` bytes it prefers internal memory, above it
 * external memory. UINT32_MAX and SIZE_MAX: never external, which is the state before the first call. */
void heap_caps_malloc_extmem_enable(size_t limit);

/* What malloc, realloc and memalign of a program become. */
void *heap_caps_malloc_default(size_t size);
void *heap_caps_realloc_default(void *ptr, size_t size);
void *heap_caps_aligned_alloc_default(size_t alignment, size_t size);

/* A program may define these. Told of each allocation that succeeded (a realloc counts as one) with what
 * became of the size and the capabilities asked for, and of each free before the memory is anybody else's.
 * They run in the task that allocates or frees, outside every lock, and must do neither themselves. */
void esp_heap_trace_alloc_hook(void *ptr, size_t size, uint32_t caps);
void esp_heap_trace_free_hook(void *ptr);

/* ---- asking: sums over all heaps that have all of `caps`; caps 0 is all heaps ------------------- */

size_t heap_caps_get_total_size(uint32_t caps);
size_t heap_caps_get_free_size(uint32_t caps);
/* Each heap's own lowest mark, added up. A heap added after start-up counts as 0. */
size_t heap_caps_get_minimum_free_size(uint32_t caps);
/* The largest request that is sure to succeed in one of them. */
size_t heap_caps_get_largest_free_block(uint32_t caps);
void heap_caps_get_info(multi_heap_info_t *info, uint32_t caps);
void heap_caps_print_heap_info(uint32_t caps);

/* From start to stop the minimum is that of the time between; after stop it is the lowest ever. A second
 * start begins anew. Remembering costs 4 bytes a heap, taken from MALLOC_CAP_DEFAULT: start returns
 * ESP_ERR_NO_MEM iff there is no room for them. stop: ESP_FAIL iff nothing was started. */
esp_err_t heap_caps_monitor_local_minimum_free_size_start(void);
esp_err_t heap_caps_monitor_local_minimum_free_size_stop(void);

/* Whether the heaps are consistent; prints what is not iff asked. O(blocks). */
bool heap_caps_check_integrity_all(bool print_errors);
bool heap_caps_check_integrity(uint32_t caps, bool print_errors);
/* The heap that holds the address; false also iff none does. */
bool heap_caps_check_integrity_addr(intptr_t addr, bool print_errors);

/* A line for each block, on the chip's console. */
void heap_caps_dump(uint32_t caps);
void heap_caps_dump_all(void);

/* Bytes of a live block; a pointer to anything else stops the program. */
size_t heap_caps_get_allocated_size(void *ptr);
/* The same for any pointer into one. O(blocks). */
size_t heap_caps_get_containing_block_size(void *ptr);

typedef struct walker_heap_info {
    intptr_t start;
    intptr_t end;
} walker_heap_into_t;

typedef struct walker_block_info {
    void *ptr;
    size_t size;
    bool used;
} walker_block_info_t;

/* Told of each block; false goes on with the next heap. */
typedef bool (*heap_caps_walker_cb_t)(walker_heap_into_t heap_info, walker_block_info_t block_info, void *user_data);

void heap_caps_walk(uint32_t caps, heap_caps_walker_cb_t walker_func, void *user_data);
void heap_caps_walk_all(heap_caps_walker_cb_t walker_func, void *user_data);

#ifdef __cplusplus
}
#endif
#endif
