/* The operations of heap tracing. See run_trace.h. */
#include "tool/golden/run_trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_heap_trace.h"
#include "idf/chip.h"
#include "idf/heap_watch.h"

enum { RECORD_LIMIT = 1 << 20, CALLER_BYTES = 4, CYCLES = 0x100, MADE_UP = 2 };

static const uintptr_t first_callers[MADE_UP] = {0x400d1000, 0x400d2000};

/* One replay at a time: the tracer's source has no argument to carry a pointer. */
static struct {
    unsigned depth; /* as the recording has it */
    size_t hash_slots;
    bool hash_external;
    void *records;
    uint32_t allocations, calls; /* so far */
    bool expected, frees;        /* of the operation at hand */
} replay;

/* ---- the made-up counter and callers ---------------------------------------------------------- */

static void count_call(bool allocates)
{
    replay.calls++;
    replay.allocations += allocates;
}

void golden_trace_expect(bool allocates, bool frees)
{
    replay.expected = allocates;
    replay.frees = allocates || frees;
    if (allocates || frees)
        count_call(allocates);
}

/* An operation is one call, counted already; what more it does (the next choice of a list, or what the chip
 * allocates for itself) are calls of their own. */
static void notify(struct em_watcher *watcher, const struct em_event *event)
{
    (void)watcher;
    bool attempt = event->kind == EM_ALLOCATED || event->kind == EM_RESIZED || event->kind == EM_REFUSED;
    if (attempt && !replay.expected)
        count_call(true);
    if (attempt)
        replay.expected = false;
    if (event->kind == EM_FREED && !replay.frees)
        count_call(false);
}

static uint32_t cycles(void)
{
    return replay.allocations * CYCLES;
}

static unsigned callers(void **list, unsigned room)
{
    unsigned count = room < MADE_UP ? room : MADE_UP;
    for (unsigned i = 0; i < count; i++)
        list[i] = (void *)(first_callers[i] + CALLER_BYTES * (replay.calls - 1)); // NOLINT(performance-no-int-to-ptr)
    return count;
}

/* ---- what the recording had -------------------------------------------------------------------- */

/* "… caller 0x…:0x…": as many as there are, and one more where the list is shorter than it could be. */
static void take_depth(const char *line)
{
    const char *list = strstr(line, " caller 0x");
    if (line[0] != '|' || !list)
        return;
    unsigned depth = 1;
    for (const char *at = list; *at; at++)
        depth += *at == ':';
    replay.depth = depth < EM_TRACE_DEPTH_MAX ? depth : EM_TRACE_DEPTH_MAX;
}

static void take_hash_map(const char *line)
{
    size_t slots;
    const char *map = strstr(line, "hashmap: ");
    if (line[0] != '|' || !map)
        return;
    if (strstr(map, "allocating"))
        replay.hash_external = strstr(map, "Internal") == NULL;
    else if (sscanf(map, "hashmap: %7zu capacity", &slots) == 1)
        replay.hash_slots = slots;
}

void golden_trace_open(struct golden_run *run)
{
    static const struct em_trace_source made_up = {.time = cycles, .callers = callers};
    static struct em_watcher counter = {.notify = notify};
    struct golden_input input;
    golden_trace_close();
    if (strncmp(run->header->kind, "trace", 5) != 0)
        return;
    if (golden_input_open(&input, run->path)) {
        while (golden_input_next(&input) == GOLDEN_LINE) {
            take_depth(golden_text_string(&input.text));
            take_hash_map(golden_text_string(&input.text));
        }
    }
    golden_input_close(&input);
    idf_heap_trace_source = &made_up;
    em_pool_watch(&idf_chip.pool, &counter);
}

void golden_trace_close(void)
{
    idf_heap_trace_source = NULL;
    free(replay.records);
    memset(&replay, 0, sizeof replay);
}

/* ---- operations -------------------------------------------------------------------------------- */

/* The old records stay until the tracer has the new ones. */
static int init_with_records(size_t count)
{
    size_t record_bytes = offsetof(heap_trace_record_t, alloced_by) + 2 * replay.depth * sizeof(void *) + 2 * sizeof(void *);
    void *records = malloc(count * record_bytes);
    if (!records)
        return ESP_ERR_NO_MEM;
    int error = espmem_heap_trace_init(records, count, record_bytes, replay.depth, replay.hash_slots, replay.hash_external);
    if (error == ESP_OK) {
        free(replay.records);
        replay.records = records;
    } else {
        free(records);
    }
    return error;
}

/* A count of -1 stands for no buffer, 0 for a buffer of no records. */
void golden_trace_init(struct golden_run *run, const int64_t *argument)
{
    char nothing[1];
    if (argument[0] > RECORD_LIMIT)
        snprintf(run->why, sizeof run->why, "a trace has at most %d records.", RECORD_LIMIT);
    else if (argument[0] > 0)
        golden_result_error(run, init_with_records((size_t)argument[0]));
    else
        golden_result_error(
            run, espmem_heap_trace_init(argument[0] < 0 ? NULL : nothing, argument[0] < 0, sizeof nothing, 0, 0, false));
}

void golden_trace_start(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    const char *mode = run->step->argument[1].word;
    if (strcmp(mode, "all") != 0 && strcmp(mode, "leaks") != 0)
        snprintf(run->why, sizeof run->why, "'trace start' takes 'all' or 'leaks'.");
    else
        golden_result_error(run, heap_trace_start(strcmp(mode, "all") == 0 ? HEAP_TRACE_ALL : HEAP_TRACE_LEAKS));
}

void golden_trace_stop(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_error(run, heap_trace_stop());
}

void golden_trace_pause(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_error(run, heap_trace_alloc_pause());
}

void golden_trace_resume(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_error(run, heap_trace_resume());
}

void golden_trace_get(struct golden_run *run, const int64_t *argument)
{
    heap_trace_record_t record;
    int error = heap_trace_get((size_t)argument[0], &record);
    golden_result_error(run, error);
    if (error != ESP_OK)
        return;
    golden_result_pointer(run, record.address);
    golden_result_number(run, record.size);
    golden_result_number(run, record.freed);
}

void golden_trace_summary(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    heap_trace_summary_t summary;
    golden_result_error(run, heap_trace_summary(&summary));
    golden_text_print(&run->result, " %s", summary.mode == HEAP_TRACE_LEAKS ? "leaks" : "all");
    const size_t numbers[] = {summary.total_allocations, summary.total_frees,     summary.count,
                              summary.capacity,          summary.high_water_mark, summary.has_overflowed};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        golden_result_number(run, numbers[i]);
}

void golden_trace_dump(struct golden_run *run, const int64_t *argument)
{
    (void)run;
    (void)argument;
    heap_trace_dump();
}

void golden_trace_dump_caps(struct golden_run *run, const int64_t *argument)
{
    (void)run;
    heap_trace_dump_caps((uint32_t)argument[0]);
}
