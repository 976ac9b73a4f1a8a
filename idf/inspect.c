/* The state of the heaps in words. See espmem/inspect.h.
 *
 * The figures are the core's. Knows who holds a block as far as the tracer and the books of tasks do.
 *
 * One idea: a line is written when its figures are known, with no lock held. */
#include "espmem/inspect.h"

#include <stdio.h>

#include "chip.h"
#include "console.h"
#include "espmem/explain.h"
#include "espmem/shape.h"
#include "explain.h"
#include "heap_tasks.h"
#include "heap_watch.h"

enum { CAPS_TEXT = 160 };

static unsigned long number(uintptr_t address)
{
    return (unsigned long)address;
}

/* ---- heaps ------------------------------------------------------------------------------------- */

static void show_heap(const struct em_caps_heap *heap)
{
    char caps[CAPS_TEXT];
    struct em_heap_info info;
    em_guard_get_info(heap->heap, &info);
    em_caps_names(heap->all_caps, caps, sizeof caps);
    idf_report("  %s 0x%08lx-0x%08lx (%s): %zu of %zu free, largest %zu, fragmented %u%%, lowest %zu, %zu blocks",
               em_caps_heap_name(heap), number(heap->start), number(heap->end), caps, info.free_bytes,
               (size_t)(heap->end - heap->start), info.largest_free, em_fragmentation(&info), info.minimum_free,
               info.allocated_blocks);
}

static void show_reserves(void)
{
    struct em_reserve reserve = {.heap = NULL};
    while (em_caps_next_reserve(&idf_chip.pool, &reserve)) {
        size_t bytes = reserve.heap->end - reserve.heap->start;
        size_t taken = bytes - reserve.info.free_bytes;
        idf_report("  reserve 0x%08lx-0x%08lx inside %s 0x%08lx: %zu of %zu taken (%zu%%), largest %zu",
                   number(reserve.heap->start), number(reserve.heap->end), em_caps_heap_name(reserve.around),
                   number(reserve.around->start), taken, bytes, taken * 100 / bytes, reserve.info.largest_free);
    }
}

void espmem_show_heaps(uint32_t caps)
{
    char names[CAPS_TEXT];
    em_caps_names(caps, names, sizeof names);
    idf_report("espmem: heaps with %s:", caps == 0 ? "whatever capabilities" : names);
    for (struct em_caps_heap *heap = NULL; (heap = em_caps_next(&idf_chip.pool, heap, caps));)
        show_heap(heap);
    struct em_heap_info info;
    em_caps_get_info(&idf_chip.pool, &info, caps);
    idf_report("  together: %zu free, largest %zu, fragmented %u%%", info.free_bytes, info.largest_free,
               em_fragmentation(&info));
    show_reserves();
}

/* ---- gaps -------------------------------------------------------------------------------------- */

struct gap_listing {
    unsigned lines, left_out;
};

static void add_tracer_words(const void *address, char *text, size_t room)
{
    struct em_trace_copy record;
    char name[IDF_CODE_NAME];
    struct em_trace *trace = idf_heap_trace();
    if (!trace || !em_trace_find(trace, address, &record))
        return;
    int length = snprintf(text, room, ", %zu asked for", record.size);
    if (record.depth > 0 && record.allocated_by[0])
        snprintf(text + length, room - (size_t)length, " by %s", idf_code_name(record.allocated_by[0], name));
}

static void add_owner_words(uintptr_t place, char *text, size_t room)
{
    uintptr_t handle;
    struct em_owned owned;
    struct em_owner_view task;
    if (!idf_chip.owners || !em_owners_lookup(idf_chip.owners, place, &owned, &handle))
        return;
    bool known = handle != 0 && idf_find_task((const void *)handle, &task); // NOLINT(performance-no-int-to-ptr)
    snprintf(text, room, ", of task %s", known ? task.name : "none");
}

static bool show_block(void *context, const struct em_block_view *block)
{
    struct gap_listing *listing = context;
    if (listing->lines == 0) {
        listing->left_out++;
        return true;
    }
    char words[IDF_CODE_NAME + 40] = "", owner[EM_OWNER_NAME + 16] = "";
    uintptr_t user = em_caps_user_address(&idf_chip.pool, (uintptr_t)block->address);
    add_tracer_words((const void *)user, words, sizeof words); // NOLINT(performance-no-int-to-ptr)
    add_owner_words((uintptr_t)block->address, owner, sizeof owner);
    listing->lines--;
    idf_report("    0x%08lx: %zu bytes%s%s", number(user), block->size, words, owner);
    return true;
}

static void show_gap(const struct em_caps_heap *heap, unsigned lines)
{
    struct em_gap gap;
    if (!em_caps_find_gap(heap, &gap))
        return;
    idf_report("  %s 0x%08lx: holes of %zu bytes at 0x%08lx and %zu at 0x%08lx; %zu blocks of %zu bytes between them, without "
               "which there would be one of %zu",
               em_caps_heap_name(heap), number(heap->start), gap.hole_bytes[0], number(gap.hole[0]), gap.hole_bytes[1],
               number(gap.hole[1]), gap.blocks, gap.bytes, gap.joined_bytes);
    struct gap_listing listing = {.lines = lines};
    em_caps_walk_gap(&gap, show_block, &listing);
    if (listing.left_out > 0)
        idf_report("    and %u more", listing.left_out);
}

void espmem_show_gaps(uint32_t caps, unsigned lines)
{
    idf_report("espmem: what stands between the two largest holes of each heap:");
    for (struct em_caps_heap *heap = NULL; (heap = em_caps_next(&idf_chip.pool, heap, caps));)
        show_gap(heap, lines);
}
