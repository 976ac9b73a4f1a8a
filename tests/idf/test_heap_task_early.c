/* What a program allocates before the scheduler starts, and tasks that are not kept once deleted. */
#define CONFIG_HEAP_TASK_TRACKING 1
#define CONFIG_SPIRAM_MEMTEST     0
#include "check.h"

#include <stdlib.h>

#include "freertos/FreeRTOS.h"

#include "esp_heap_task_info.h"
#include "freertos/task.h"

enum { CAPS = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT };

static void *early;
static void *_Atomic late;

__attribute__((constructor)) static void allocate_early(void)
{
    early = heap_caps_malloc(1000, CAPS);
}

/* The usage of the task of this name; -1 iff it is not listed. */
static long usage_of(const char *name)
{
    task_stat_t tasks[20];
    heap_all_tasks_stat_t all = {.task_count = 20, .stat_arr = tasks};
    CHECK_EQ(heap_caps_get_all_task_stat(&all), ESP_OK);
    for (size_t i = 0; i < all.task_count; i++)
        if (strcmp(tasks[i].name, name) == 0)
            return (long)tasks[i].overall_current_usage;
    return -1;
}

TEST(what_was_allocated_before_the_scheduler_can_be_freed)
{
    long before = usage_of("Pre-scheduler");
    CHECK(before >= 1004);
    size_t size = heap_caps_get_containing_block_size(early);
    heap_caps_free(early);
    CHECK_EQ(usage_of("Pre-scheduler"), before - (long)size);
}

static void leak_and_end(void *unused)
{
    (void)unused;
    late = heap_caps_malloc(200, CAPS);
    CHECK(usage_of("leaks") >= 204);
    vTaskDelete(NULL);
}

TEST(a_deleted_task_is_not_listed_unless_asked_for)
{
    CHECK_EQ(xTaskCreate(leak_and_end, "leaks", 2048, NULL, 5, NULL), pdPASS);
    for (int i = 0; i < 200 && (!late || usage_of("leaks") >= 0); i++)
        vTaskDelay(1);
    CHECK(late && usage_of("leaks") == -1);
    heap_task_block_t blocks[40];
    heap_task_info_params_t params = {.blocks = blocks, .max_blocks = 40};
    size_t count = heap_caps_get_per_task_info(&params), found = 0;
    for (size_t i = 0; i < count; i++)
        found += blocks[i].address == late && blocks[i].task != NULL;
    CHECK_EQ(found, 1); /* its blocks are still known as its own */
    heap_caps_free(late);
}

void app_main(void)
{
    exit(check_run(NULL));
}
