/* See place.h. Reads himem's and the heaps' records; knows no signal.
 *
 * One idea: the smallest thing that holds the address is what is named, and then what that lies in. */
#include "place.h"

#include <stdbool.h>
#include <stdio.h>

#include "backtrace.h"
#include "banks.h"
#include "fence.h"
#include "idf/chip.h"
#include "idf/himem_sites.h"
#include "idf/kernel.h"
#include "space.h"

static unsigned long number(uintptr_t address)
{
    return (unsigned long)address;
}

/* Appends; what does not fit is cut. */
struct text {
    char *start;
    size_t room, used;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    int length = vsnprintf(text->start + text->used, text->room - text->used, format, arguments);
    __builtin_va_end(arguments);
    if (length > 0)
        text->used += (size_t)length < text->room - text->used ? (size_t)length : text->room - text->used - 1;
}

/* ---- himem ---------------------------------------------------------------------------------- */

static bool is_himem_page(unsigned page)
{
    const struct em_himem_layout *layout = &idf_chip.himem.layout;
    return idf_chip.himem_open && page >= layout->first_page && page - layout->first_page < layout->pages;
}

/* The range that owns a page, counted from himem's first. */
static void add_range(struct text *text, unsigned page)
{
    const struct em_himem *himem = &idf_chip.himem;
    unsigned owner = himem->pages[page].range;
    if (owner == 0) {
        add(text, ", and belongs to no range");
        return;
    }
    unsigned count = 0;
    for (unsigned i = owner - 1; i < himem->layout.pages && himem->pages[i].range == owner; i++)
        count++;
    uintptr_t start = himem->layout.window + (himem->layout.first_page + owner - 1) * himem->layout.bank_size;
    add(text, ", and belongs to the range at 0x%08lx of %u page%s", number(start), count, count == 1 ? "" : "s");
}

static void add_site(struct text *text, const char *what, const void *code)
{
    char name[SIM_CODE_TEXT];
    if (code)
        add(text, "; %s by %s", what, sim_code_text((uintptr_t)code, name));
}

static void add_himem_page(struct text *text, const struct sim_page_view *view)
{
    const struct em_himem_layout *layout = &idf_chip.himem.layout;
    unsigned page = view->page - layout->first_page;
    const struct idf_himem_site site = idf_himem_site(view->page);
    unsigned shown = idf_chip.himem.pages[page].bank;
    add(text, "himem page %u ", page);
    if (shown)
        add(text, "is mapped%s to himem bank %u", site.read_only ? " read-only" : "", shown - 1);
    else if (site.mapped_by && view->ever_shown && view->bank >= layout->first_bank)
        add(text, "is not mapped; it was mapped to himem bank %u last", view->bank - layout->first_bank);
    else
        add(text, "is not mapped");
    add_range(text, page);
    add_site(text, "mapped", site.mapped_by);
    add_site(text, "unmapped", shown ? NULL : site.unmapped_by);
}

/* ---- heaps ---------------------------------------------------------------------------------- */

struct search {
    uintptr_t address;
    struct em_block_view found;
};

static bool is_at(void *context, const struct em_block_view *block)
{
    struct search *search = context;
    uintptr_t start = (uintptr_t)block->address;
    if (search->address < start || search->address - start >= block->size)
        return true;
    search->found = *block;
    return false;
}

/* Of a live task; the table is read as it is. */
static const char *task_name(uintptr_t handle)
{
    for (unsigned i = 0; i < idf_task_slots; i++)
        if (handle != 0 && (uintptr_t)idf_task_table[i].handle == handle)
            return idf_task_table[i].name;
    return "that has ended";
}

/* Where the program keeps books of who owns what (CONFIG_HEAP_TASK_TRACKING). */
static void add_owner(struct text *text, uintptr_t block)
{
    struct em_owned owned;
    uintptr_t handle;
    if (idf_chip.owners && em_owners_lookup(idf_chip.owners, block, &owned, &handle))
        add(text, ", allocated by task %s (0x%08lx)", handle ? task_name(handle) : "none", number(handle));
}

/* PSRAM joins as any region does, without a name. */
static const char *name_of(const struct em_caps_heap *heap)
{
    if (heap->type_name[0])
        return heap->type_name;
    return heap->all_caps & EM_CAP_SPIRAM ? "SPIRAM" : "that was added";
}

static void add_heap(struct text *text, const struct em_caps_heap *heap, uintptr_t address)
{
    struct search search = {address, {0}};
    if (heap->heap)
        em_heap_walk(heap->heap, is_at, &search);
    add(text, "it is in the heap %s at 0x%08lx-0x%08lx", name_of(heap), number(heap->start), number(heap->end));
    if (!search.found.address)
        return;
    const bool marked = search.found.used && em_guard_of(heap->heap) != EM_GUARD_OFF;
    uintptr_t block = (uintptr_t)search.found.address + (marked ? EM_GUARD_HEAD_BYTES : 0);
    add(text, ", %ld bytes inside the %s block of %lu bytes at 0x%08lx", (long)(address - block),
        search.found.used ? "used" : "free", (unsigned long)(search.found.size - (marked ? EM_GUARD_BYTES : 0)), number(block));
    if (search.found.used)
        add_owner(text, block);
}

/* ---- together ------------------------------------------------------------------------------- */

void sim_place_describe(uintptr_t address, char *buffer, size_t room)
{
    struct text text = {buffer, room, 0};
    const struct sim_page_view view = sim_banks_view(address);
    const struct sim_range *range = sim_space_range_of(address);
    const struct em_caps_heap *heap = idf_chip.heaps_open ? em_caps_heap_of(&idf_chip.pool, address) : NULL;
    buffer[0] = '\0';
    if (sim_fence_holds(address))
        sim_fence_describe(address, buffer, room);
    else if (heap)
        add_heap(&text, heap, address);
    else if (view.in_window && is_himem_page(view.page))
        add_himem_page(&text, &view);
    else if (view.in_window && !view.ever_shown)
        add(&text, "it is in page %u of the external RAM's window, where this board has no RAM", view.page);
    else if (view.in_window)
        add(&text, "it is in page %u of the external RAM's window, outside the heaps and himem", view.page);
    else if (range)
        add(&text, "it is in the %s's %s%s", range->chip, range->name,
            range->kind == SIM_NOTHING ? ", where nothing can be accessed" : "");
    else
        add(&text, "it is no address of the chip");
}
