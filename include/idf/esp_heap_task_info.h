/* Which task holds how much of which heap, and every block of it.
 *
 * With CONFIG_HEAP_TASK_TRACKING the chip charges a word in front of each block for its owner, so every
 * block costs 4 bytes more and the largest request is 4 bytes smaller; it is the same here. The books
 * themselves cost the chip's heaps nothing. Sizes are those of whole blocks, with the owner word and what
 * guards and rounding add.
 *
 * A block belongs to the task that allocated or last reallocated it, whoever frees it; the blocks of a
 * task's own stack and control block to its creator. What is allocated before the scheduler starts, or by a
 * thread that plays no task, belongs to "Pre-scheduler", whose handle is NULL. A task is deleted when its
 * control block is. With CONFIG_HEAP_TRACK_DELETED_TASKS it stays listed then; a task that has got the same
 * handle later is another entry. The books hold 300,000 blocks of 1,024 tasks; of the deleted ones those
 * that own nothing make room first. If that does not suffice, it is reported once.
 *
 * All functions may be called from any task, inside critical sections, and while others allocate, free, end
 * or print; no lock is held over more than one entry or block, so figures that change meanwhile are of
 * moments near each other. Cost: O(tasks² + blocks told). */
#ifndef IDF_ESP_HEAP_TASK_INFO_H
#define IDF_ESP_HEAP_TASK_INFO_H

#include "espmem_config.h"

#if CONFIG_HEAP_TASK_TRACKING

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "freertos/FreeRTOS.h"

#include "freertos/task.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NUM_HEAP_TASK_CAPS 4

/* ---- totals by task and capabilities ------------------------------------------------------------ */

typedef struct {
    TaskHandle_t task;
    size_t size[NUM_HEAP_TASK_CAPS];  /* bytes in heaps of each column */
    size_t count[NUM_HEAP_TASK_CAPS]; /* and blocks */
} heap_task_totals_t;

typedef struct {
    TaskHandle_t task;
    void *address; /* what the task holds */
    uint32_t size;
} heap_task_block_t;

typedef struct {
    int32_t caps[NUM_HEAP_TASK_CAPS]; /* a heap counts in the first column with (its caps & mask) == caps, */
    int32_t mask[NUM_HEAP_TASK_CAPS]; /* and not at all if there is none */
    TaskHandle_t *tasks;              /* whose blocks are wanted; NULL: all */
    size_t num_tasks;
    heap_task_totals_t *totals; /* may be NULL */
    size_t *num_totals;         /* in: entries that are there, whose tasks keep their places; out: all */
    size_t max_totals;
    heap_task_block_t *blocks; /* may be NULL */
    size_t max_blocks;
} heap_task_info_params_t;

/* Fills totals and blocks, in the order of heaps and addresses. Tasks beyond max_totals and blocks beyond
 * max_blocks are left out. Returns the number of blocks written; 0 iff params is NULL or none are. */
size_t heap_caps_get_per_task_info(heap_task_info_params_t *params);

/* ---- statistics --------------------------------------------------------------------------------- */

typedef struct {
    const char *name; /* of the memory's type, as heap_caps_init prints it; constant */
    uint32_t caps;    /* of all priorities together */
    size_t size;      /* of the whole heap */
    size_t current_usage;
    size_t peak_usage;
    size_t alloc_count;
    heap_task_block_t *alloc_stat; /* alloc_count of them, or NULL: there was no room, or there are none */
} heap_stat_t;

typedef struct {
    char name[configMAX_TASK_NAME_LEN]; /* cut where it is longer */
    TaskHandle_t handle;
    bool is_alive;
    size_t overall_peak_usage; /* the most over all heaps at one moment */
    size_t overall_current_usage;
    size_t heap_count;      /* heaps that the task has ever used */
    heap_stat_t *heap_stat; /* heap_count of them, or NULL as above */
} task_stat_t;

typedef struct {
    task_stat_t stat;
    size_t heap_count; /* in: room; out: entries written */
    heap_stat_t *heap_stat_start;
    size_t alloc_count;
    heap_task_block_t *alloc_stat_start;
} heap_single_task_stat_t;

typedef struct {
    size_t task_count; /* in: room; out: entries written */
    task_stat_t *stat_arr;
    size_t heap_count;
    heap_stat_t *heap_stat_start;
    size_t alloc_count;
    heap_task_block_t *alloc_stat_start;
} heap_all_tasks_stat_t;

/* The library's own functions: they are told how long a name is in this program. */
esp_err_t espmem_get_all_task_stat(heap_all_tasks_stat_t *tasks_stat, size_t name_bytes);
esp_err_t espmem_get_single_task_stat(heap_single_task_stat_t *task_stat, TaskHandle_t task_handle, size_t name_bytes);
esp_err_t espmem_alloc_all_task_stat_arrays(heap_all_tasks_stat_t *tasks_stat, size_t name_bytes);
esp_err_t espmem_alloc_single_task_stat_arrays(heap_single_task_stat_t *task_stat, TaskHandle_t task_handle, size_t name_bytes);
void espmem_free_single_task_stat_arrays(heap_single_task_stat_t *task_stat, size_t name_bytes);

/* All tasks that have ever allocated, by descending handle. ESP_ERR_INVALID_ARG iff tasks_stat is NULL or an
 * array is NULL whose room is not 0. Tasks beyond the room are left out; the heaps of a task, or the blocks of
 * a heap, for which there is no room are left out as a whole. */
static inline esp_err_t heap_caps_get_all_task_stat(heap_all_tasks_stat_t *tasks_stat)
{
    return espmem_get_all_task_stat(tasks_stat, configMAX_TASK_NAME_LEN);
}

/* The same of one task, NULL being the caller; where a handle has been reused, of the task that lives, else
 * of the last. ESP_FAIL iff that task is not listed: it has never allocated, or was deleted. */
static inline esp_err_t heap_caps_get_single_task_stat(heap_single_task_stat_t *task_stat, TaskHandle_t task_handle)
{
    return espmem_get_single_task_stat(task_stat, task_handle, configMAX_TASK_NAME_LEN);
}

/* Arrays with room for what is listed now, from the byte-addressable heap that has the largest free block;
 * they are no task's. An array of no entries is NULL. A task that is not listed has none: ESP_OK. ESP_FAIL iff
 * no heap has the room: then there are no arrays. ESP_ERR_INVALID_ARG iff the struct is NULL. */
static inline esp_err_t heap_caps_alloc_all_task_stat_arrays(heap_all_tasks_stat_t *tasks_stat)
{
    return espmem_alloc_all_task_stat_arrays(tasks_stat, configMAX_TASK_NAME_LEN);
}
static inline esp_err_t heap_caps_alloc_single_task_stat_arrays(heap_single_task_stat_t *task_stat, TaskHandle_t task_handle)
{
    return espmem_alloc_single_task_stat_arrays(task_stat, task_handle, configMAX_TASK_NAME_LEN);
}

/* Gives arrays of the functions above back and leaves pointers NULL and counts 0. NULL does nothing. */
void heap_caps_free_all_task_stat_arrays(heap_all_tasks_stat_t *tasks_stat);
static inline void heap_caps_free_single_task_stat_arrays(heap_single_task_stat_t *task_stat)
{
    espmem_free_single_task_stat_arrays(task_stat, configMAX_TASK_NAME_LEN);
}

/* ---- prints -------------------------------------------------------------------------------------- */

/* In ESP-IDF's words, to stdout where the stream is NULL. The first two: each task, its heaps, its blocks;
 * the overviews: a table with a line for each task. A single task is meant as above; one that is not listed
 * prints nothing. */
void heap_caps_print_all_task_stat(FILE *stream);
void heap_caps_print_single_task_stat(FILE *stream, TaskHandle_t task_handle);
void heap_caps_print_all_task_stat_overview(FILE *stream);
void heap_caps_print_single_task_stat_overview(FILE *stream, TaskHandle_t task_handle);

#ifdef __cplusplus
}
#endif

#endif
#endif
