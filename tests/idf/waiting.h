/* What tests of tasks count with and wait by. */
#ifndef TESTS_IDF_WAITING_H
#define TESTS_IDF_WAITING_H

#include <stdatomic.h>
#include <stdbool.h>

#include "freertos/FreeRTOS.h"

#include "freertos/task.h"

enum { CAPS = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT };

static inline size_t free_bytes(void)
{
    return heap_caps_get_free_size(CAPS);
}

/* Waits up to two seconds for what another task does. */
static inline bool soon(atomic_int *value, int wanted)
{
    for (int i = 0; i < 200 && atomic_load(value) != wanted; i++)
        vTaskDelay(1);
    return atomic_load(value) == wanted;
}

/* Waits up to two seconds until the main task is alone and its memory all that is taken. */
static inline bool alone(size_t wanted_free)
{
    for (int i = 0; i < 200 && (free_bytes() != wanted_free || uxTaskGetNumberOfTasks() != 1); i++)
        vTaskDelay(1);
    return free_bytes() == wanted_free && uxTaskGetNumberOfTasks() == 1;
}

/* A task that counts ticks for ever, into the atomic_int it is given. */
static inline void count_up(void *counter)
{
    for (;;) {
        atomic_fetch_add((atomic_int *)counter, 1);
        vTaskDelay(1);
    }
}

#endif
