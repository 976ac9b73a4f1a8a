/* The operations of one heap: multi_heap_* over a recorded region.
 *
 * Addresses are offsets from the region's start. One idea: see run.h; here the handle and the blocks
 * live in run->memory, and `R` starts anew. */
#include "tool/golden/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "idf/chip.h"
#include "tool/golden/board.h"
#include "tool/golden/capture.h"

enum { SIZE_MOST = 64 << 20 };

static multi_heap_handle_t heap_of(const struct golden_run *run)
{
    return run->heap;
}

static uintptr_t address_of(const struct golden_run *run, int64_t offset)
{
    return run->memory.start + (uintptr_t)offset;
}

static void result_offset(struct golden_run *run, const void *pointer)
{
    if (pointer)
        golden_text_print(&run->result, "%" PRIdPTR, (intptr_t)((uintptr_t)pointer - run->memory.start));
    else
        golden_text_add(&run->result, "-", 1);
}

static void refuse(struct golden_run *run, const char *why)
{
    snprintf(run->why, sizeof run->why, "%s", why);
}

static void fill_slot(struct golden_run *run, int64_t slot, void *pointer)
{
    if (!golden_slot_set(&run->slots, slot, pointer))
        refuse(run, "there is no memory for so many slots.");
    result_offset(run, pointer);
}

/* ---- the heap -------------------------------------------------------------------------------- */

static void do_register(struct golden_run *run, const int64_t *argument)
{
    if (!golden_memory_holds(&run->memory, argument[0], argument[1])) {
        refuse(run, "the region is not inside the header's base and size.");
        return;
    }
    golden_slots_clear(&run->slots);
    run->registered = true;
    run->heap = NULL; /* where registering does not come back there is no heap */
    run->heap =
        multi_heap_register((void *)address_of(run, argument[0]), (size_t)argument[1]); // NOLINT(performance-no-int-to-ptr)
    result_offset(run, run->heap);
}

static void do_allocate(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0], multi_heap_malloc(heap_of(run), (size_t)argument[1]));
}

static void do_allocate_zeroed(struct golden_run *run, const int64_t *argument)
{
    uint64_t bytes = (uint64_t)argument[1] * (uint64_t)argument[2];
    void *pointer = multi_heap_malloc(heap_of(run), (uint32_t)bytes); /* a product of 32 bits, as recorded */
    if (pointer)
        memset(pointer, 0, (uint32_t)bytes);
    fill_slot(run, argument[0], pointer);
}

static void do_reallocate(struct golden_run *run, const int64_t *argument)
{
    void *old = golden_slot(&run->slots, argument[0]);
    void *pointer = multi_heap_realloc(heap_of(run), old, (size_t)argument[1]);
    bool keeps_old = !pointer && argument[1] > 0;
    fill_slot(run, argument[0], pointer);
    if (keeps_old)
        golden_slot_set(&run->slots, argument[0], old);
}

static void do_allocate_aligned(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0], multi_heap_aligned_alloc(heap_of(run), (size_t)argument[1], (size_t)argument[2]));
}

static void do_allocate_offset(struct golden_run *run, const int64_t *argument)
{
    fill_slot(run, argument[0],
              multi_heap_aligned_alloc_offs(heap_of(run), (size_t)argument[1], (size_t)argument[2], (size_t)argument[3]));
}

static void do_free(struct golden_run *run, const int64_t *argument)
{
    void *pointer = golden_slot(&run->slots, argument[0]);
    golden_slot_set(&run->slots, argument[0], NULL);
    multi_heap_free(heap_of(run), pointer);
}

static void do_free_raw(struct golden_run *run, const int64_t *argument)
{
    multi_heap_free(heap_of(run), (void *)address_of(run, argument[0])); // NOLINT(performance-no-int-to-ptr)
    golden_text_add(&run->result, "ok", 2);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static void do_info(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    multi_heap_info_t info;
    multi_heap_get_info(heap_of(run), &info);
    golden_result_info(run, &info);
}

static void do_free_size(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_number(run, multi_heap_free_size(heap_of(run)));
}

static void do_minimum_free_size(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_number(run, multi_heap_minimum_free_size(heap_of(run)));
}

static void do_reset_minimum(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_number(run, multi_heap_reset_minimum_free_bytes(heap_of(run)));
}

static void do_restore_minimum(struct golden_run *run, const int64_t *argument)
{
    multi_heap_restore_minimum_free_bytes(heap_of(run), (size_t)argument[0]);
}

/* Asks of the slot's block, unless there is none: that only follows from an earlier mismatch. */
static void ask_size(struct golden_run *run, int64_t slot, size_t (*ask)(multi_heap_handle_t, void *))
{
    void *pointer = golden_slot(&run->slots, slot);
    if (pointer)
        golden_result_number(run, ask(heap_of(run), pointer));
    else
        golden_result_pointer(run, NULL);
}

static void do_allocated_size(struct golden_run *run, const int64_t *argument)
{
    ask_size(run, argument[0], multi_heap_get_allocated_size);
}

static void do_full_block_size(struct golden_run *run, const int64_t *argument)
{
    ask_size(run, argument[0], multi_heap_get_full_block_size);
}

static void do_containing_block(struct golden_run *run, const int64_t *argument)
{
    char *pointer = golden_slot(&run->slots, argument[0]);
    void *found = pointer ? multi_heap_find_containing_block(heap_of(run), pointer + argument[1]) : NULL;
    result_offset(run, found);
}

struct walk {
    struct golden_run *run;
    int64_t left; /* blocks still to be seen */
};

static bool see_block(void *block, size_t size, int used, void *context)
{
    struct walk *walk = context;
    if (walk->run->result.length > 0)
        golden_text_add(&walk->run->result, " ", 1);
    result_offset(walk->run, block);
    golden_text_print(&walk->run->result, ",%zu,%c", size, used ? 'u' : 'f');
    return --walk->left > 0;
}

static void do_walk(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    struct walk walk = {run, INT64_MAX};
    multi_heap_walk(heap_of(run), see_block, &walk);
}

static void do_walk_some(struct golden_run *run, const int64_t *argument)
{
    struct walk walk = {run, argument[0]};
    multi_heap_walk(heap_of(run), see_block, &walk);
}

static void do_check(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_number(run, multi_heap_check(heap_of(run), true));
}

static void do_dump(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    multi_heap_dump(heap_of(run));
}

/* ---- what the recorded test wrote itself ------------------------------------------------------ */

static void poke(struct golden_run *run, int64_t offset, int64_t value)
{
    if (golden_memory_holds(&run->memory, offset, 1))
        *(volatile unsigned char *)address_of(run, offset) = (unsigned char)value; // NOLINT(performance-no-int-to-ptr)
    else
        refuse(run, "the byte to be written is not inside the header's base and size.");
}

static void do_poke_slot(struct golden_run *run, const int64_t *argument)
{
    void *pointer = golden_slot(&run->slots, argument[0]);
    if (pointer)
        poke(run, (int64_t)((uintptr_t)pointer - run->memory.start) + argument[1], argument[2]);
}

static void do_poke(struct golden_run *run, const int64_t *argument)
{
    poke(run, argument[0], argument[1]);
}

static void do_fill(struct golden_run *run, const int64_t *argument)
{
    if (golden_memory_holds(&run->memory, 0, argument[1]))
        memset((void *)run->memory.start, (int)argument[0], (size_t)argument[1]); // NOLINT(performance-no-int-to-ptr)
    else
        refuse(run, "the bytes to be filled are not inside the header's base and size.");
}

/* ---- the table ------------------------------------------------------------------------------- */

enum {
    ALLOCATES = GOLDEN_HAS_OUTCOME | GOLDEN_CHANGES | GOLDEN_NEEDS_HEAP,
    ACTS = GOLDEN_NEEDS_HEAP,
    ASKS = GOLDEN_HAS_OUTCOME | GOLDEN_NEEDS_HEAP,
};

static const struct golden_operation operations[] = {
    {"m", "sn", ALLOCATES, do_allocate},
    {"f", "s", ACTS, do_free},
    {"r", "sn", ALLOCATES, do_reallocate},
    {"a", "snn", ALLOCATES, do_allocate_aligned},
    {"i", "", ASKS, do_info},
    {"G", "s", ASKS, do_full_block_size},
    {"g", "s", ASKS, do_allocated_size},
    {"o", "snnn", ALLOCATES, do_allocate_offset},
    {"F", "", ASKS, do_free_size},
    {"e", "s", ACTS, do_free},
    {"W", "", ASKS, do_walk},
    {"R", "nn", GOLDEN_HAS_OUTCOME | GOLDEN_CHANGES | GOLDEN_STARTS_ANEW, do_register},
    {"k", "", ASKS, do_check},
    {"Z", "bn", 0, do_fill},
    {"M", "", ASKS, do_minimum_free_size},
    {"x", "", ASKS, do_reset_minimum},
    {"w", "sd", ASKS, do_containing_block},
    {"c", "snn", ALLOCATES, do_allocate_zeroed},
    {"y", "n", ACTS, do_restore_minimum},
    {"V", "n", ASKS, do_walk_some},
    {"d", "", ACTS | GOLDEN_ALWAYS_PRINTS, do_dump},
    {"u", "d", ASKS, do_free_raw},
    {"p", "sdb", 0, do_poke_slot},
    {"P", "db", 0, do_poke},
};

static bool open_chip(struct golden_run *run)
{
    const struct golden_header *header = run->header;
    if (header->size == 0 || header->size > SIZE_MOST) {
        refuse(run, "the header's 'size' has to be between 1 byte and 64 MiB.");
        return false;
    }
    if (!golden_board_plain(run))
        return false;
    if (!golden_memory_open(&run->memory, (uintptr_t)header->base, (size_t)header->size)) {
        refuse(run, "there is no memory for the recorded region.");
        return false;
    }
    idf_chip_reset(&run->board, golden_capture_open(&run->console, &run->calls, NULL));
    return true;
}

static void close_chip(struct golden_run *run)
{
    golden_capture_close();
    idf_chip_close();
    golden_memory_close(&run->memory);
}

const struct golden_players golden_multi_heap = {
    operations, sizeof operations / sizeof *operations, true, open_chip, close_chip, NULL};
