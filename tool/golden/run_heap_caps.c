/* The operations of the heaps by capability: heap_caps_* over the recorded board.
 *
 * Addresses are absolute: the chip is simulated at its own. One idea: see run.h; the board's regions
 * come from what `init` printed. */
#include "tool/golden/run.h"

#include <inttypes.h>
#include <stdio.h>

#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "idf/boot.h"
#include "idf/chip.h"
#include "tool/golden/board.h"
#include "tool/golden/capture.h"
#include "tool/golden/chip.h"
#include "tool/golden/run_trace.h"

enum { PIECES = 64, PREFERENCES = 8 };

static void refuse(struct golden_run *run, const char *why)
{
    snprintf(run->why, sizeof run->why, "%s", why);
}

static void fill_slot(struct golden_run *run, int64_t slot, void *pointer)
{
    if (!golden_slot_set(&run->slots, slot, pointer))
        refuse(run, "there is no memory for so many slots.");
    golden_tasks_note(run, slot);
    golden_result_pointer(run, pointer);
}

/* The slot after a realloc: a request that failed leaves the old block. */
static void refill_slot(struct golden_run *run, int64_t slot, void *pointer, int64_t size)
{
    void *old = golden_slot(&run->slots, slot);
    fill_slot(run, slot, pointer);
    if (!pointer && size > 0)
        golden_slot_set(&run->slots, slot, old);
}

/* ---- the heaps ------------------------------------------------------------------------------- */

static void do_init(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    struct em_region_use pieces[PIECES];
    int count = golden_board_pieces(run, pieces, PIECES);
    if (count > 0)
        idf_heap_caps_init_pieces(pieces, (unsigned)count);
    else if (count == 0)
        heap_caps_init(); /* a script, which says nothing of regions: the default board's */
}

static void do_enable(struct golden_run *run, const int64_t *argument)
{
    (void)run;
    (void)argument;
    heap_caps_enable_nonos_stack_heaps();
}

static void do_add_with_caps(struct golden_run *run, const int64_t *argument)
{
    const uint32_t caps[3] = {(uint32_t)argument[2], (uint32_t)argument[3], (uint32_t)argument[4]};
    golden_result_error(run, heap_caps_add_region_with_caps(caps, (intptr_t)argument[0], (intptr_t)argument[1]));
}

static void do_add_region(struct golden_run *run, const int64_t *argument)
{
    golden_result_error(run, heap_caps_add_region((intptr_t)argument[0], (intptr_t)argument[1]));
}

/* ---- allocation ------------------------------------------------------------------------------ */

static void do_malloc(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0], heap_caps_malloc((size_t)argument[1], (uint32_t)argument[2]));
}

static void do_calloc(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0], heap_caps_calloc((size_t)argument[1], (size_t)argument[2], (uint32_t)argument[3]));
}

static void do_realloc(struct golden_run *run, const int64_t *argument)
{
    void *pointer = heap_caps_realloc(golden_slot(&run->slots, argument[0]), (size_t)argument[1], (uint32_t)argument[2]);
    refill_slot(run, argument[0], pointer, argument[1]);
}

static void do_aligned(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0], heap_caps_aligned_alloc((size_t)argument[1], (size_t)argument[2], (uint32_t)argument[3]));
}

static void do_aligned_calloc(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0],
              heap_caps_aligned_calloc((size_t)argument[1], (size_t)argument[2], (size_t)argument[3], (uint32_t)argument[4]));
}

static void do_free(struct golden_run *run, const int64_t *argument)
{
    void *pointer = golden_slot(&run->slots, argument[0]);
    golden_slot_set(&run->slots, argument[0], NULL);
    heap_caps_free(pointer);
}

static void do_default_malloc(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0], heap_caps_malloc_default((size_t)argument[1]));
}

static void do_default_realloc(struct golden_run *run, const int64_t *argument)
{
    void *pointer = heap_caps_realloc_default(golden_slot(&run->slots, argument[0]), (size_t)argument[1]);
    refill_slot(run, argument[0], pointer, argument[1]);
}

static void do_default_aligned(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0], heap_caps_aligned_alloc_default((size_t)argument[1], (size_t)argument[2]));
}

static void do_limit_external(struct golden_run *run, const int64_t *argument)
{
    (void)run;
    heap_caps_malloc_extmem_enable((size_t)argument[0]);
}

/* The caps behind the count at `at`; false iff there are not as many as it says. */
static bool take_preferences(struct golden_run *run, const int64_t *argument, unsigned at, uint32_t caps[PREFERENCES])
{
    unsigned given = golden_argument_count(run) - at - 1;
    if (argument[at] != given || given > PREFERENCES) {
        refuse(run, "the number of capabilities has to be that of the words behind it, at most 8.");
        return false;
    }
    for (unsigned i = 0; i < PREFERENCES; i++)
        caps[i] = i < given ? (uint32_t)argument[at + 1 + i] : 0;
    return true;
}

#define ALL_OF(caps) (caps)[0], (caps)[1], (caps)[2], (caps)[3], (caps)[4], (caps)[5], (caps)[6], (caps)[7]

static void do_prefer_malloc(struct golden_run *run, const int64_t *argument)
{
    uint32_t caps[PREFERENCES];
    if (take_preferences(run, argument, 2, caps))
        fill_slot(run, argument[0], heap_caps_malloc_prefer((size_t)argument[1], (size_t)argument[2], ALL_OF(caps)));
}

static void do_prefer_realloc(struct golden_run *run, const int64_t *argument)
{
    uint32_t caps[PREFERENCES];
    if (!take_preferences(run, argument, 2, caps))
        return;
    void *old = golden_slot(&run->slots, argument[0]);
    void *pointer = heap_caps_realloc_prefer(old, (size_t)argument[1], (size_t)argument[2], ALL_OF(caps));
    refill_slot(run, argument[0], pointer, argument[1]);
}

static void do_prefer_calloc(struct golden_run *run, const int64_t *argument)
{
    uint32_t caps[PREFERENCES];
    if (take_preferences(run, argument, 3, caps))
        fill_slot(run, argument[0],
                  heap_caps_calloc_prefer((size_t)argument[1], (size_t)argument[2], (size_t)argument[3], ALL_OF(caps)));
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void do_free_size(struct golden_run *run, const int64_t *argument)
{
    golden_result_number(run, heap_caps_get_free_size((uint32_t)argument[0]));
}

static void do_largest(struct golden_run *run, const int64_t *argument)
{
    golden_result_number(run, heap_caps_get_largest_free_block((uint32_t)argument[0]));
}

static void do_minimum_free(struct golden_run *run, const int64_t *argument)
{
    golden_result_number(run, heap_caps_get_minimum_free_size((uint32_t)argument[0]));
}

static void do_total(struct golden_run *run, const int64_t *argument)
{
    golden_result_number(run, heap_caps_get_total_size((uint32_t)argument[0]));
}

static void do_info(struct golden_run *run, const int64_t *argument)
{
    multi_heap_info_t info;
    heap_caps_get_info(&info, (uint32_t)argument[0]);
    golden_result_info(run, &info);
}

static void do_allocated_size(struct golden_run *run, const int64_t *argument)
{
    void *pointer = golden_slot(&run->slots, argument[0]);
    if (pointer)
        golden_result_number(run, heap_caps_get_allocated_size(pointer));
    else
        golden_result_pointer(run, NULL); /* only after a mismatch */
}

static void do_containing_size(struct golden_run *run, const int64_t *argument)
{
    char *pointer = golden_slot(&run->slots, argument[0]);
    if (pointer)
        golden_result_number(run, heap_caps_get_containing_block_size(pointer + argument[1]));
    else
        golden_result_pointer(run, NULL);
}

static void do_check(struct golden_run *run, const int64_t *argument)
{
    golden_result_number(run, heap_caps_check_integrity((uint32_t)argument[0], true));
}

static void do_check_address(struct golden_run *run, const int64_t *argument)
{
    golden_result_number(run, heap_caps_check_integrity_addr((intptr_t)argument[0], true));
}

struct walk {
    struct golden_run *run;
    walker_heap_into_t heap; /* whose blocks come now */
};

static bool see_block(walker_heap_into_t heap, walker_block_info_t block, void *context)
{
    struct walk *walk = context;
    struct golden_text *result = &walk->run->result;
    if (heap.start != walk->heap.start || heap.end != walk->heap.end)
        golden_text_print(result, "%s[0x%08" PRIxPTR "-0x%08" PRIxPTR "]", result->length > 0 ? " " : "", (uintptr_t)heap.start,
                          (uintptr_t)heap.end);
    walk->heap = heap;
    golden_text_print(result, " 0x%08" PRIxPTR ",%zu,%c", (uintptr_t)block.ptr, block.size, block.used ? 'u' : 'f');
    return true;
}

static void do_walk(struct golden_run *run, const int64_t *argument)
{
    struct walk walk = {run, {0, 0}};
    heap_caps_walk((uint32_t)argument[0], see_block, &walk);
}

static void do_print(struct golden_run *run, const int64_t *argument)
{
    (void)run;
    heap_caps_print_heap_info((uint32_t)argument[0]);
}

static void do_dump(struct golden_run *run, const int64_t *argument)
{
    (void)run;
    heap_caps_dump((uint32_t)argument[0]);
}

static void do_monitor_start(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_error(run, heap_caps_monitor_local_minimum_free_size_start());
}

static void do_monitor_stop(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_error(run, heap_caps_monitor_local_minimum_free_size_stop());
}

static void do_poke(struct golden_run *run, const int64_t *argument)
{
    void *pointer = golden_slot(&run->slots, argument[0]);
    uintptr_t address = (uintptr_t)pointer + (uintptr_t)argument[1];
    if (!pointer)
        return;
    if (golden_memory_is_chip(address, address + 1))
        *(volatile unsigned char *)address = (unsigned char)argument[2]; // NOLINT(performance-no-int-to-ptr)
    else
        refuse(run, "the byte to be written is not in the chip's memory.");
}

/* ---- the table ------------------------------------------------------------------------------- */

enum {
    ASKS = GOLDEN_HAS_OUTCOME,
    PRINTS = GOLDEN_ALWAYS_PRINTS,
    BOOKS = GOLDEN_SHOWS_BOOKS,
    TAKES = ASKS | BOOKS | GOLDEN_ALLOCATES
};

static const struct golden_operation operations[] = {
    {"malloc", "snx", TAKES, do_malloc},
    {"free", "s", GOLDEN_FREES, do_free},
    {"allocsz", "s", ASKS, do_allocated_size},
    {"info", "x", ASKS | BOOKS, do_info},
    {"realloc", "snx", TAKES, do_realloc},
    {"aligned", "snnx", TAKES, do_aligned},
    {"afree", "s", GOLDEN_FREES, do_free},
    {"largest", "x", ASKS | BOOKS, do_largest},
    {"drealloc", "sn", TAKES, do_default_realloc},
    {"dmalloc", "sn", TAKES, do_default_malloc},
    {"calloc", "snnx", TAKES, do_calloc},
    {"freesz", "x", ASKS | BOOKS, do_free_size},
    {"check", "x", ASKS, do_check},
    {"daligned", "snn", TAKES, do_default_aligned},
    {"minfree", "x", ASKS | BOOKS, do_minimum_free},
    {"total", "x", ASKS, do_total},
    {"pmalloc", "snnx*", TAKES, do_prefer_malloc},
    {"pcalloc", "snnnx*", TAKES, do_prefer_calloc},
    {"prealloc", "snnx*", TAKES, do_prefer_realloc},
    {"walk", "x", ASKS | BOOKS, do_walk},
    {"acalloc", "snnnx", TAKES, do_aligned_calloc},
    {"addcaps", "xxxxx", ASKS, do_add_with_caps},
    {"addregion", "xx", ASKS, do_add_region},
    {"blocksz", "sd", ASKS, do_containing_size},
    {"init", "", PRINTS, do_init},
    {"enable", "", 0, do_enable},
    {"extmem", "n", 0, do_limit_external},
    {"print", "x", PRINTS | BOOKS, do_print},
    {"dump", "x", PRINTS | BOOKS, do_dump},
    {"checkaddr", "x", ASKS, do_check_address},
    {"monstart", "", ASKS, do_monitor_start},
    {"monstop", "", ASKS, do_monitor_stop},
    {"poke", "sdb", 0, do_poke},
    {"task", "xw", 0, golden_do_task},
    {"taskprint", "", PRINTS, golden_do_task_print},
    {"taskoverview", "", PRINTS, golden_do_task_overview},
    {"taskprint1", "x", PRINTS, golden_do_task_print_one},
    {"taskoverview1", "x", PRINTS, golden_do_task_overview_one},
    {"taskinfo", "", ASKS, golden_do_task_info},
    {"trace init", "d", ASKS, golden_trace_init},
    {"trace start", "w", ASKS, golden_trace_start},
    {"trace stop", "", ASKS, golden_trace_stop},
    {"trace pause", "", ASKS, golden_trace_pause},
    {"trace resume", "", ASKS, golden_trace_resume},
    {"trace get", "n", ASKS, golden_trace_get},
    {"trace summary", "", ASKS, golden_trace_summary},
    {"trace dump", "", PRINTS, golden_trace_dump},
    {"trace dumpcaps", "x", PRINTS, golden_trace_dump_caps},
};

static bool open_chip(struct golden_run *run)
{
    if (!golden_board_whole_window(run))
        return false;
    golden_tasks_open(run);
    if (!golden_chip_open(run))
        return false;
    golden_capture_failures();
    golden_trace_open(run);
    return true;
}

static void close_chip(struct golden_run *run)
{
    golden_chip_close();
    golden_tasks_close(run);
    golden_trace_close();
}

static void expect_calls(const struct golden_operation *operation)
{
    golden_trace_expect((operation->flags & GOLDEN_ALLOCATES) != 0, (operation->flags & GOLDEN_FREES) != 0);
}

const struct golden_players golden_heap_caps = {
    operations, sizeof operations / sizeof *operations, true, open_chip, close_chip, expect_calls};
