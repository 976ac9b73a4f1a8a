/* Which task holds what: esp_heap_task_info.h on a booted chip, also where ESP-IDF's own goes wrong. */
#define CONFIG_HEAP_TASK_TRACKING       1
#define CONFIG_HEAP_TRACK_DELETED_TASKS 1
#define CONFIG_SPIRAM_MEMTEST           0
#include "caught.h"
#include "check.h"
#include "task_stats.h"
#include "waiting.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "esp_heap_caps_init.h"
#include "idf/chip.h"

static char *printed(void (*print)(FILE *stream))
{
    static char text[65536];
    FILE *stream = fmemopen(text, sizeof text, "w");
    print(stream);
    fclose(stream);
    return text;
}

/* ---- what it costs ------------------------------------------------------------------------------ */

TEST(each_block_has_a_word_for_its_owner)
{
    void *block = heap_caps_malloc(16, CAPS);
    CHECK_EQ(heap_caps_get_allocated_size(block), 16);
    CHECK_EQ(heap_caps_get_containing_block_size(block), 20);
    heap_caps_free(block);
    void *aligned = heap_caps_aligned_alloc(256, 100, CAPS);
    CHECK_EQ((uintptr_t)aligned % 256, 0);
    heap_caps_free(aligned);
}

TEST(the_largest_request_is_a_word_smaller)
{
    size_t largest = heap_caps_get_largest_free_block(MALLOC_CAP_SPIRAM);
    CHECK_EQ(idf_chip.pool.largest, idf_chip.board.chip->largest_request - 4);
    void *block = heap_caps_malloc(largest, MALLOC_CAP_SPIRAM);
    CHECK(block != NULL);
    heap_caps_free(block);
}

TEST(instruction_memory_has_the_word_too)
{
    void *block = heap_caps_malloc(40, MALLOC_CAP_EXEC | MALLOC_CAP_32BIT);
    size_t before = usage_of(NULL);
    while (block && (uintptr_t)block < 0x400A0000) { /* until IRAM is full and the aliased memory has its turn */
        block = heap_caps_malloc(16000, MALLOC_CAP_EXEC);
        CHECK(block != NULL);
    }
    CHECK(usage_of(NULL) > before);
    CHECK(heap_caps_get_allocated_size(block) >= 16000);
    block = heap_caps_realloc(block, 200, MALLOC_CAP_EXEC);
    CHECK(block != NULL);
    heap_caps_free(block);
    ask(NULL);
    for (size_t i = 0; i < asked.stat.alloc_count; i++)
        if ((uintptr_t)asked.blocks[i].address >= 0x40080000)
            heap_caps_free(asked.blocks[i].address);
    CHECK(usage_of(NULL) < before);
}

/* ---- whose -------------------------------------------------------------------------------------- */

static struct {
    void *block;
    atomic_int step;
} shared;

static void allocate_and_wait(void *bytes)
{
    shared.block = heap_caps_malloc((size_t)bytes, CAPS);
    atomic_store(&shared.step, 1);
    vTaskDelay(portMAX_DELAY);
}

static TaskHandle_t start_holder(const char *name, size_t bytes)
{
    TaskHandle_t task = NULL;
    atomic_store(&shared.step, 0);
    CHECK_EQ(xTaskCreate(allocate_and_wait, name, 2048, (void *)bytes, 5, &task), pdPASS);
    CHECK(soon(&shared.step, 1));
    vTaskDelay(1);
    return task;
}

TEST(what_another_task_frees_is_taken_off_the_owner)
{
    TaskHandle_t task = start_holder("holder", 500);
    size_t mine = usage_of(NULL);
    size_t size = heap_caps_get_containing_block_size(shared.block);
    CHECK(size >= 504);
    CHECK_EQ(usage_of(task), size);
    CHECK_EQ(asked.stat.alloc_count, 1);
    CHECK_PTR(asked.blocks[0].address, shared.block);
    CHECK_PTR(asked.blocks[0].task, task);
    CHECK(asked.stat.stat.heap_stat->alloc_stat == asked.blocks);
    heap_caps_free(shared.block);
    CHECK_EQ(usage_of(task), 0);
    CHECK_EQ(asked.stat.stat.overall_peak_usage, size);
    CHECK_EQ(asked.stat.stat.heap_count, 1);
    CHECK(asked.stat.stat.heap_stat->alloc_stat == NULL);
    CHECK_EQ(usage_of(NULL), mine);
    vTaskDelete(task);
}

TEST(what_another_task_reallocates_is_that_tasks)
{
    TaskHandle_t task = start_holder("holder", 500);
    size_t mine = usage_of(NULL);
    void *moved = heap_caps_realloc(shared.block, 3000, MALLOC_CAP_SPIRAM); /* to a heap that nobody here has used */
    CHECK_EQ(usage_of(task), 0);
    CHECK_EQ(usage_of(NULL), mine + 3008);
    size_t sum = 0;
    for (size_t i = 0; i < asked.stat.heap_count; i++)
        sum += asked.heaps[i].current_usage;
    CHECK_EQ(sum, mine + 3008);
    moved = heap_caps_realloc(moved, 3100, MALLOC_CAP_SPIRAM); /* in place */
    CHECK(usage_of(NULL) > mine + 3100);
    heap_caps_free(moved);
    CHECK_EQ(usage_of(NULL), mine);
    vTaskDelete(task);
}

static void *allocate_as_nobody(void *unused)
{
    (void)unused;
    return heap_caps_malloc(1000, CAPS);
}

TEST(what_was_allocated_by_no_task_can_be_freed)
{
    task_stat_t before, between, after;
    pthread_t thread;
    void *block;
    CHECK(find_named("Pre-scheduler", &before));
    CHECK(before.handle == NULL && before.is_alive);
    pthread_create(&thread, NULL, allocate_as_nobody, NULL);
    pthread_join(thread, &block);
    size_t size = heap_caps_get_containing_block_size(block);
    CHECK(find_named("Pre-scheduler", &between));
    CHECK_EQ(between.overall_current_usage, before.overall_current_usage + size);
    heap_caps_free(block);
    CHECK(find_named("Pre-scheduler", &after));
    CHECK_EQ(after.overall_current_usage, before.overall_current_usage);
}

TEST(a_deleted_task_stays_listed_with_what_it_has_left)
{
    task_stat_t found;
    TaskHandle_t task = start_holder("leaver", 200);
    CHECK(find_named("leaver", &found) && found.is_alive);
    vTaskDelete(task);
    CHECK(find_named("leaver", &found) && !found.is_alive);
    CHECK_EQ(found.overall_current_usage, heap_caps_get_containing_block_size(shared.block));
    heap_caps_free(shared.block);
    CHECK(find_named("leaver", &found));
    CHECK_EQ(found.overall_current_usage, 0);
}

TEST(a_static_tasks_end_is_seen_without_any_free)
{
    static StackType_t stack[2048];
    static StaticTask_t block;
    task_stat_t found;
    atomic_store(&shared.step, 0);
    TaskHandle_t task = xTaskCreateStatic(allocate_and_wait, "static", sizeof stack, (void *)100, 5, stack, &block);
    CHECK(task && soon(&shared.step, 1));
    vTaskDelay(1);
    vTaskDelete(task);
    CHECK(find_named("static", &found) && !found.is_alive);
    heap_caps_free(shared.block);
}

TEST(a_handle_that_is_reused_begins_anew)
{
    void *kept[20];
    TaskHandle_t former = start_holder("former", 64), task = NULL;
    kept[0] = shared.block;
    vTaskDelete(former);
    unsigned count = 1;
    while (count < 20 && task != former) {
        task = start_holder("later", 32);
        kept[count++] = shared.block;
        if (task != former)
            vTaskDelete(task);
    }
    CHECK_PTR(task, former);
    CHECK_EQ(usage_of(task), 36);
    heap_caps_free(kept[0]); /* of the former life */
    CHECK_EQ(usage_of(task), 36);
    for (unsigned i = 1; i < count; i++)
        heap_caps_free(kept[i]);
    CHECK_EQ(usage_of(task), 0);
    CHECK_STR(asked.stat.stat.name, "later");
    vTaskDelete(task);
}

static void ask_for_itself(void *unused)
{
    (void)unused;
    heap_single_task_stat_t stat;
    CHECK_EQ(heap_caps_alloc_single_task_stat_arrays(&stat, NULL), ESP_OK);
    CHECK(stat.heap_count == 0 && stat.alloc_count == 0 && !stat.heap_stat_start && !stat.alloc_stat_start);
    CHECK(!ask(NULL));
    atomic_store(&shared.step, 1);
    vTaskDelete(NULL);
}

TEST(a_task_that_has_never_allocated_is_not_listed_whoever_had_its_handle)
{
    for (unsigned i = 0; i < 5; i++) {
        atomic_store(&shared.step, 0);
        CHECK_EQ(xTaskCreate(ask_for_itself, "asks", 2048, NULL, 5, NULL), pdPASS);
        CHECK(soon(&shared.step, 1));
        vTaskDelay(2);
    }
}

/* ---- where the original blocks or deadlocks -------------------------------------------------------- */

static portMUX_TYPE mux = portMUX_INITIALIZER_UNLOCKED;

static void *play_interrupt(void *turns)
{
    for (unsigned i = 0; i < *(const unsigned *)turns; i++) {
        portENTER_CRITICAL_ISR(&mux);
        heap_caps_free(heap_caps_malloc(40, CAPS));
        ask(NULL);
        portEXIT_CRITICAL_ISR(&mux);
    }
    return NULL;
}

TEST(it_works_in_critical_sections_in_interrupts_and_while_the_scheduler_is_suspended)
{
    unsigned turns = 200;
    pthread_t interrupt;
    CHECK_EQ(pthread_create(&interrupt, NULL, play_interrupt, &turns), 0);
    vTaskSuspendAll();
    for (unsigned i = 0; i < turns; i++) {
        portENTER_CRITICAL(&mux);
        void *block = heap_caps_malloc(100, CAPS);
        CHECK(usage_of(NULL) >= 104);
        heap_caps_free(block);
        portEXIT_CRITICAL(&mux);
    }
    xTaskResumeAll();
    pthread_join(interrupt, NULL);
    CHECK(strstr(printed(heap_caps_print_all_task_stat_overview), "main") != NULL);
}

/* A stream that allocates and asks while it is printed to, as one does at its first use. */
static ssize_t write_and_allocate(void *cookie, const char *text, size_t length)
{
    task_stat_t found;
    (void)text;
    void *block = heap_caps_malloc(64, CAPS);
    CHECK(find_named("main", &found));
    heap_caps_free(block);
    ++*(unsigned *)cookie;
    return (ssize_t)length;
}

TEST(a_stream_may_allocate_while_it_is_printed_to)
{
    unsigned writes = 0;
    FILE *stream = fopencookie(&writes, "w", (cookie_io_functions_t){.write = write_and_allocate});
    setvbuf(stream, NULL, _IONBF, 0);
    heap_caps_print_all_task_stat(stream);
    heap_caps_print_single_task_stat(stream, NULL);
    fclose(stream);
    CHECK(writes > 4);
}

/* ---- arrays, arguments, names ----------------------------------------------------------------------- */

TEST(arrays_are_nobodys_and_can_be_read_by_bytes)
{
    heap_all_tasks_stat_t all;
    size_t before = heap_caps_get_free_size(MALLOC_CAP_8BIT), mine = usage_of(NULL);
    CHECK_EQ(heap_caps_alloc_all_task_stat_arrays(&all), ESP_OK);
    CHECK(all.task_count >= 2 && all.heap_count >= all.task_count && all.alloc_count > 0);
    CHECK(heap_caps_get_free_size(MALLOC_CAP_8BIT) < before);
    CHECK_EQ(heap_caps_get_all_task_stat(&all), ESP_OK);
    CHECK_EQ(usage_of(NULL), mine);
    for (size_t i = 0; i < all.alloc_count; i++)
        CHECK(all.alloc_stat_start[i].address != all.stat_arr);
    memset(all.stat_arr, 1, all.task_count * sizeof *all.stat_arr);
    heap_caps_free_all_task_stat_arrays(&all);
    CHECK(all.task_count == 0 && all.heap_count == 0 && all.alloc_count == 0 && !all.stat_arr && !all.heap_stat_start);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_8BIT), before);
    heap_caps_free_all_task_stat_arrays(NULL);
    heap_caps_free_single_task_stat_arrays(NULL);
}

TEST(arguments_that_cannot_be_are_refused)
{
    heap_all_tasks_stat_t all = {.task_count = 1};
    heap_single_task_stat_t single = {.heap_count = 1};
    CHECK_EQ(heap_caps_get_all_task_stat(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_get_all_task_stat(&all), ESP_ERR_INVALID_ARG);
    all = (heap_all_tasks_stat_t){.alloc_count = 1};
    CHECK_EQ(heap_caps_get_all_task_stat(&all), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_get_single_task_stat(NULL, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_get_single_task_stat(&single, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_get_single_task_stat(&asked.stat, (TaskHandle_t)&single), ESP_FAIL);
    CHECK_EQ(heap_caps_alloc_all_task_stat_arrays(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_alloc_single_task_stat_arrays(NULL, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_get_per_task_info(NULL), 0);
}

TEST(what_has_no_room_is_left_out_as_a_whole)
{
    void *block = heap_caps_malloc(8, CAPS);
    task_stat_t tasks[2];
    heap_stat_t heaps[1];
    heap_all_tasks_stat_t all = {.task_count = 2, .stat_arr = tasks, .heap_count = 0};
    CHECK_EQ(heap_caps_get_all_task_stat(&all), ESP_OK);
    CHECK_EQ(all.task_count, 2);
    CHECK_EQ(all.heap_count, 0);
    CHECK(tasks[0].heap_stat == NULL && tasks[1].heap_stat == NULL && tasks[0].heap_count > 0);
    heap_single_task_stat_t single = {.heap_count = 1, .heap_stat_start = heaps};
    CHECK(ask(NULL));
    CHECK_EQ(heap_caps_get_single_task_stat(&single, NULL), ESP_OK);
    CHECK_EQ(single.heap_count, asked.stat.heap_count == 1);
    CHECK_EQ(single.alloc_count, 0);
    heap_caps_free(block);
}

TEST(a_name_is_cut_to_what_the_program_has_room_for)
{
    struct {
        struct {
            char name[8];
            TaskHandle_t handle;
            bool is_alive;
            size_t peak, current, heap_count;
            heap_stat_t *heaps;
        } stat[40];
        char behind[16];
    } small;
    memset(&small, 'x', sizeof small);
    heap_all_tasks_stat_t all = {.task_count = 40, .stat_arr = (task_stat_t *)(void *)&small.stat};
    CHECK_EQ(espmem_get_all_task_stat(&all, 8), ESP_OK);
    CHECK(all.task_count >= 2);
    CHECK_STR(small.stat[all.task_count - 1].name, "Pre-sch");
    CHECK(small.stat[all.task_count - 1].handle == NULL && small.stat[all.task_count - 1].is_alive);
    CHECK_EQ(small.behind[0], 'x');
}

TEST(a_heap_with_caps_of_its_own_has_a_name)
{
    static char memory[4096] __attribute__((aligned(4)));
    const uint32_t caps[3] = {1u << 29, 0, 0};
    CHECK_EQ(heap_caps_add_region_with_caps(caps, (intptr_t)memory, (intptr_t)memory + (intptr_t)sizeof memory), ESP_OK);
    void *block = heap_caps_malloc(10, 1u << 29);
    CHECK(block && ask(NULL));
    CHECK_STR(asked.heaps[asked.stat.heap_count - 1].name, "unnamed");
    CHECK_EQ(asked.heaps[asked.stat.heap_count - 1].size, sizeof memory);
    heap_caps_free(block);
    task_stat_t found;
    CHECK(find_named("Pre-scheduler", &found));
    CHECK(ask(NULL));
}

TEST(the_older_totals_name_only_owners)
{
    TaskHandle_t task = start_holder("totals", 600), wanted[] = {task};
    heap_task_totals_t totals[40] = {{.task = task, .size = {12345}}};
    heap_task_block_t blocks[4];
    size_t count = 1;
    void *external = heap_caps_malloc(100, MALLOC_CAP_SPIRAM);
    heap_task_info_params_t params = {
        .caps = {MALLOC_CAP_SPIRAM, MALLOC_CAP_8BIT},
        .mask = {MALLOC_CAP_SPIRAM, MALLOC_CAP_8BIT, -1, -1},
        .tasks = wanted,
        .num_tasks = 1,
        .totals = totals,
        .num_totals = &count,
        .max_totals = 40,
        .blocks = blocks,
        .max_blocks = 4,
    };
    CHECK_EQ(heap_caps_get_per_task_info(&params), 1);
    CHECK_PTR(blocks[0].task, task);
    CHECK_PTR(blocks[0].address, shared.block);
    CHECK_EQ(blocks[0].size, heap_caps_get_containing_block_size(shared.block));
    CHECK_PTR(totals[0].task, task);
    CHECK_EQ(totals[0].size[0], 0);
    CHECK_EQ(totals[0].size[1], blocks[0].size);
    CHECK_EQ(totals[0].count[1], 1);
    CHECK(count >= 3);
    for (size_t i = 0; i < count; i++)
        CHECK(totals[i].task == task || totals[i].task == NULL || totals[i].task == xTaskGetCurrentTaskHandle());
    heap_caps_free(external);
    heap_caps_free(shared.block);
    vTaskDelete(task);
}

CHECK_MAIN
