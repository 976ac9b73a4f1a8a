/* Tasks of a recording. See tasks.h. */
#define CONFIG_HEAP_TASK_TRACKING 1
#include "esp_heap_task_info.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "idf/chip.h"
#include "tool/golden/capture.h"
#include "tool/golden/run.h"

static struct idf_task *current; /* the task service's function has no argument to carry it */

static struct idf_task *get_current(void)
{
    return current;
}

static const struct idf_task_service service = {.current = get_current};

bool golden_tasks_are_recorded(const struct golden_run *run)
{
    return strcmp(run->header->kind, "task") == 0;
}

void golden_tasks_open(struct golden_run *run)
{
    current = NULL;
    if (!golden_tasks_are_recorded(run))
        return;
    run->board.task_tracking = run->board.deleted_tasks = true;
    golden_capture_tasks(&service);
}

void golden_tasks_close(struct golden_run *run)
{
    current = NULL;
    golden_capture_tasks(NULL);
    golden_slots_close(&run->tasks.recorded);
}

/* ---- handles ----------------------------------------------------------------------------------- */

void golden_tasks_note(struct golden_run *run, int64_t slot)
{
    int64_t recorded;
    if (golden_tasks_are_recorded(run) && golden_number(run->step->outcome, &recorded) && recorded > 0)
        golden_slot_set(&run->tasks.recorded, slot, (void *)(uintptr_t)recorded); // NOLINT(performance-no-int-to-ptr)
}

/* The block that stands for a recorded address, or the address itself. */
static void *block_of(const struct golden_run *run, int64_t recorded)
{
    for (int64_t slot = 0; slot < (int64_t)run->tasks.recorded.count; slot++) {
        void *here = golden_slot(&run->slots, slot);
        if (here && (int64_t)(uintptr_t)golden_slot(&run->tasks.recorded, slot) == recorded)
            return here;
    }
    return (void *)(uintptr_t)recorded; // NOLINT(performance-no-int-to-ptr)
}

/* The last one wins: a handle may be another task's later. */
static struct idf_task *find_task(struct golden_run *run, int64_t recorded)
{
    for (unsigned i = run->tasks.count; i > 0; i--)
        if (run->tasks.known[i - 1].recorded == recorded)
            return &run->tasks.known[i - 1].task;
    return NULL;
}

static struct idf_task *add_task(struct golden_run *run, int64_t recorded, const char *name)
{
    if (run->tasks.count == GOLDEN_TASKS) {
        snprintf(run->why, sizeof run->why, "there are more than %d tasks.", GOLDEN_TASKS);
        return NULL;
    }
    struct golden_task *known = &run->tasks.known[run->tasks.count++];
    known->recorded = recorded;
    known->task.handle = block_of(run, recorded);
    known->task.serial = run->tasks.count;
    snprintf(known->task.name, sizeof known->task.name, "%s", name);
    return &known->task;
}

static TaskHandle_t handle_of(struct golden_run *run, int64_t recorded)
{
    const struct idf_task *task = find_task(run, recorded);
    return task ? task->handle : (TaskHandle_t)(uintptr_t)recorded; // NOLINT(performance-no-int-to-ptr)
}

void golden_do_task(struct golden_run *run, const int64_t *argument)
{
    const char *name = run->step->argument[1].word;
    struct idf_task *task = find_task(run, argument[0]);
    if (!task || strcmp(task->name, name) != 0)
        task = add_task(run, argument[0], name);
    if (task)
        current = task;
}

/* ---- prints ------------------------------------------------------------------------------------- */

/* What print(stream, handle) writes is what the chip prints. */
static void print(struct golden_run *run, void (*print_to)(FILE *stream, TaskHandle_t handle), TaskHandle_t handle)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (!stream) {
        snprintf(run->why, sizeof run->why, "the host has no memory for what is printed.");
        return;
    }
    print_to(stream, handle);
    fclose(stream);
    golden_text_add(&run->console, text, length);
    free(text);
}

static void print_all(FILE *stream, TaskHandle_t handle)
{
    (void)handle;
    heap_caps_print_all_task_stat(stream);
}

static void print_overview(FILE *stream, TaskHandle_t handle)
{
    (void)handle;
    heap_caps_print_all_task_stat_overview(stream);
}

void golden_do_task_print(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    print(run, print_all, NULL);
}

void golden_do_task_overview(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    print(run, print_overview, NULL);
}

void golden_do_task_print_one(struct golden_run *run, const int64_t *argument)
{
    print(run, heap_caps_print_single_task_stat, handle_of(run, argument[0]));
}

void golden_do_task_overview_one(struct golden_run *run, const int64_t *argument)
{
    print(run, heap_caps_print_single_task_stat_overview, handle_of(run, argument[0]));
}

/* ---- the older totals ---------------------------------------------------------------------------- */

enum { TOTALS = 32, BLOCKS = 256 };

static void print_totals(struct golden_run *run, const heap_task_totals_t *totals, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        golden_text_print(&run->console, "total 0x%" PRIxPTR, (uintptr_t)totals[i].task);
        for (unsigned j = 0; j < NUM_HEAP_TASK_CAPS; j++)
            golden_text_print(&run->console, " %zu/%zu", totals[i].size[j], totals[i].count[j]);
        golden_text_print(&run->console, "\n");
    }
}

void golden_do_task_info(struct golden_run *run, const int64_t *argument)
{
    heap_task_totals_t totals[TOTALS];
    heap_task_block_t blocks[BLOCKS];
    size_t count = 0;
    (void)argument;
    heap_task_info_params_t params = {
        .caps = {MALLOC_CAP_8BIT, MALLOC_CAP_RTCRAM, MALLOC_CAP_EXEC, 0},
        .mask = {MALLOC_CAP_8BIT, MALLOC_CAP_RTCRAM, MALLOC_CAP_EXEC, 0},
        .totals = totals,
        .num_totals = &count,
        .max_totals = TOTALS,
        .blocks = blocks,
        .max_blocks = BLOCKS,
    };
    size_t written = heap_caps_get_per_task_info(&params);
    golden_result_number(run, written);
    golden_result_number(run, count);
    print_totals(run, totals, count);
    for (size_t i = 0; i < written; i++)
        golden_text_print(&run->console, "block 0x%" PRIxPTR " 0x%" PRIxPTR " %" PRIu32 "\n", (uintptr_t)blocks[i].task,
                          (uintptr_t)blocks[i].address, blocks[i].size);
}
