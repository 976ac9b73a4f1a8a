/* What tests of esp_heap_task_info.h ask. With CONFIG_HEAP_TASK_TRACKING. */
#ifndef TESTS_IDF_TASK_STATS_H
#define TESTS_IDF_TASK_STATS_H

#include <string.h>

#include "check.h"
#include "esp_heap_task_info.h"

static struct {
    heap_single_task_stat_t stat;
    heap_stat_t heaps[16];
    heap_task_block_t blocks[64];
} asked;

/* False iff the task is not listed. */
static inline bool ask(TaskHandle_t task)
{
    memset(&asked, 0, sizeof asked);
    asked.stat.heap_count = 16;
    asked.stat.heap_stat_start = asked.heaps;
    asked.stat.alloc_count = 64;
    asked.stat.alloc_stat_start = asked.blocks;
    return heap_caps_get_single_task_stat(&asked.stat, task) == ESP_OK;
}

static inline size_t usage_of(TaskHandle_t task)
{
    return ask(task) ? asked.stat.stat.overall_current_usage : 0;
}

/* The youngest entry of this name. */
static inline bool find_named(const char *name, task_stat_t *found)
{
    heap_all_tasks_stat_t all;
    bool there = false;
    memset(found, 0, sizeof *found);
    CHECK_EQ(heap_caps_alloc_all_task_stat_arrays(&all), ESP_OK);
    CHECK_EQ(heap_caps_get_all_task_stat(&all), ESP_OK);
    for (size_t i = 0; i < all.task_count && !there; i++) {
        there = strcmp(all.stat_arr[i].name, name) == 0;
        *found = all.stat_arr[i];
    }
    heap_caps_free_all_task_stat_arrays(&all);
    return there;
}

#endif
