/* The prints of esp_heap_task_info.h, in ESP-IDF's words.
 *
 * Knows the books; holds nothing while it prints.
 *
 * One idea: each line is one call of the stream, and made of what was copied before it. */
#define CONFIG_HEAP_TASK_TRACKING 1
#include "esp_heap_task_info.h"

#include "chip.h"
#include "heap_tasks.h"

/* ---- trees ------------------------------------------------------------------------------------- */

static const char *branch(bool last)
{
    return last ? "└" : "├";
}

/* What stands below a branch. */
static const char *trunk(bool last)
{
    return last ? "     " : "│    ";
}

static unsigned percent(size_t part, size_t whole)
{
    return whole == 0 ? 0 : (unsigned)((uint64_t)part * 100 / whole);
}

static void print_blocks(FILE *stream, const struct em_owner_view *task, const struct em_owner_part *part, bool last_task)
{
    struct em_owners_cursor cursor;
    struct em_owned block;
    em_owners_open_blocks(idf_chip.owners, task, part, &cursor);
    while (em_owners_next_block(idf_chip.owners, &cursor, &block))
        fprintf(stream, "%s%s├ ALLOC %p, SIZE %zu\n", trunk(last_task), trunk(part->last), (void *)block.address, block.size);
    em_owners_close_blocks(idf_chip.owners, &cursor);
}

static void print_part(FILE *stream, const struct em_owner_part *part, bool last_task)
{
    const struct em_caps_heap *heap = part->heap;
    size_t size = heap->end - heap->start;
    fprintf(stream, "%s%s HEAP: %s, CAPS: 0x%08lx, SIZE: %zu, USAGE: CURRENT %zu (%u%%), PEAK %zu (%u%%), ALLOC COUNT: %lu\n",
            trunk(last_task), branch(part->last), idf_heap_type_name(heap), (unsigned long)heap->all_caps, size, part->current,
            percent(part->current, size), part->peak, percent(part->peak, size), (unsigned long)part->blocks);
}

static void print_task(FILE *stream, const struct em_owner_view *task, bool last)
{
    struct em_owner_part part = {.share = 0};
    fprintf(stream, "%s %s: %s, CURRENT MEMORY USAGE %zu, PEAK MEMORY USAGE %zu, TOTAL HEAP USED %lu:\n", branch(last),
            task->alive ? "ALIVE" : "DELETED", task->name, task->current, task->peak, (unsigned long)task->heaps);
    while (em_owners_next_part(idf_chip.owners, task, &part)) {
        print_part(stream, &part, last);
        print_blocks(stream, task, &part, last);
    }
}

/* ---- tables ------------------------------------------------------------------------------------ */

static void print_head(FILE *stream)
{
    fputs("┌────────────────────┬─────────┬──────────────────────┬───────────────────┬─────────────────┐\n"
          "│ TASK               │ STATUS  │ CURRENT MEMORY USAGE │ PEAK MEMORY USAGE │ TOTAL HEAP USED │\n"
          "├────────────────────┼─────────┼──────────────────────┼───────────────────┼─────────────────┤\n",
          stream);
}

static void print_row(FILE *stream, const struct em_owner_view *task, bool last)
{
    (void)last;
    fprintf(stream, "│ %18s │ %7s │ %20zu │ %17zu │ %15lu │\n", task->name, task->alive ? "ALIVE  " : "DELETED", task->current,
            task->peak, (unsigned long)task->heaps);
}

static void print_foot(FILE *stream)
{
    fputs("└────────────────────┴─────────┴──────────────────────┴───────────────────┴─────────────────┘\n", stream);
}

/* ---- what others call -------------------------------------------------------------------------- */

static void print_each(FILE *stream, void (*print)(FILE *stream, const struct em_owner_view *task, bool last))
{
    struct em_owner_view task, next;
    bool more = idf_chip.owners && em_owners_next(idf_chip.owners, NULL, &next);
    while (more) {
        task = next;
        more = em_owners_next(idf_chip.owners, &task, &next);
        print(stream, &task, !more);
    }
}

static void print_lost(FILE *stream)
{
    uint32_t lost = idf_chip.owners ? em_owners_lost(idf_chip.owners) : 0;
    if (lost > 0)
        fprintf(stream, "%lu blocks are not listed: the books of task tracking were full\n", (unsigned long)lost);
}

static FILE *or_stdout(FILE *stream)
{
    return stream ? stream : stdout;
}

void heap_caps_print_all_task_stat(FILE *stream)
{
    print_each(or_stdout(stream), print_task);
    print_lost(or_stdout(stream));
}

void heap_caps_print_single_task_stat(FILE *stream, TaskHandle_t task_handle)
{
    struct em_owner_view task;
    if (idf_find_task(task_handle, &task))
        print_task(or_stdout(stream), &task, true);
}

void heap_caps_print_all_task_stat_overview(FILE *stream)
{
    print_head(or_stdout(stream));
    print_each(or_stdout(stream), print_row);
    print_foot(or_stdout(stream));
    print_lost(or_stdout(stream));
}

void heap_caps_print_single_task_stat_overview(FILE *stream, TaskHandle_t task_handle)
{
    struct em_owner_view task;
    if (!idf_find_task(task_handle, &task))
        return;
    print_head(or_stdout(stream));
    print_row(or_stdout(stream), &task, true);
    print_foot(or_stdout(stream));
}
