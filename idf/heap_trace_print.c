/* See heap_trace_print.h. Allocates nothing; no lock is held while anything is printed.
 *
 * One idea: a line is put together first and printed in one piece, so lines of other tasks come between
 * records, never into them. */
#include "heap_trace_print.h"

#include <stdarg.h>
#include <stdio.h>

#include "chip.h"
#include "esp_heap_caps.h"
#include "esp_memory_utils.h"
#include "esp_rom_sys.h"

enum { LINE_ROOM = 2048 };

struct line {
    char text[LINE_ROOM];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line->text + line->length, sizeof line->text - line->length, format, arguments);
    va_end(arguments);
    size_t room = sizeof line->text - line->length - 1;
    line->length += length < 0 ? 0 : (size_t)length < room ? (size_t)length : room;
}

/* A list that is shorter than the depth ends with its separator, as on the chip. */
static void add_callers(struct line *line, void *const *callers, unsigned depth)
{
    for (unsigned i = 0; i < depth && callers[i]; i++)
        add(line, "0x%08lx%s", (unsigned long)(uintptr_t)callers[i], i + 1 < depth ? ":" : "");
}

/* Also in a region that a program has made PSRAM by its capabilities. */
static bool is_external(const void *address)
{
    const struct em_caps_heap *heap = em_caps_heap_of(&idf_chip.pool, (uintptr_t)address);
    return esp_ptr_external_ram(address) || (heap && (heap->all_caps & MALLOC_CAP_SPIRAM));
}

static const char *label(const void *address)
{
    if (esp_ptr_internal(address))
        return ", Internal";
    return is_external(address) ? ",    PSRAM" : "";
}

static void print_record(const struct em_trace_copy *record)
{
    struct line line = {.length = 0};
    add(&line, "%6zu bytes (@ 0x%08lx%s) allocated CPU %u ccount 0x%08lx", record->size,
        (unsigned long)(uintptr_t)record->address, label(record->address), (unsigned)(record->time & 1u),
        (unsigned long)(record->time & ~UINT32_C(3)));
    if (record->depth > 0 && record->allocated_by[0]) {
        add(&line, " caller ");
        add_callers(&line, record->allocated_by, record->depth);
    }
    if (record->freed && record->depth > 0 && record->freed_by[0]) {
        add(&line, "\nfreed by ");
        add_callers(&line, record->freed_by, record->depth);
    } else if (record->freed) {
        add(&line, " freed");
    }
    esp_rom_printf("%s\n", line.text);
}

struct listing {
    uint32_t caps;
    size_t live, live_bytes; /* of those printed */
};

static bool is_wanted(const void *address, uint32_t caps)
{
    bool internal = caps & MALLOC_CAP_INTERNAL, external = caps & MALLOC_CAP_SPIRAM;
    return (internal && external) || (internal && esp_ptr_internal(address)) || (external && is_external(address));
}

static bool list_record(void *context, const struct em_trace_copy *record)
{
    struct listing *listing = context;
    if (!is_wanted(record->address, listing->caps))
        return true;
    print_record(record);
    listing->live += !record->freed;
    listing->live_bytes += record->freed ? 0 : record->size;
    return true;
}

static void print_totals(const struct em_trace_summary *sums, const struct listing *listing)
{
    bool leaks = sums->mode == EM_TRACE_LEAKS;
    esp_rom_printf("====== Heap Trace Summary ======\nMode: Heap Trace %s\n", leaks ? "Leaks" : "All");
    if (leaks)
        esp_rom_printf("%zu bytes 'leaked' in trace (%zu allocations)\n", listing->live_bytes, listing->live);
    else
        esp_rom_printf("%zu bytes alive in trace (%zu/%zu allocations)\n", listing->live_bytes, listing->live, sums->count);
}

void idf_heap_trace_print(struct em_trace *trace, const struct em_trace_summary *sums, uint32_t caps, size_t hash_slots)
{
    struct listing listing = {.caps = caps};
    esp_rom_printf("====== Heap Trace: %zu records (%zu capacity) ======\n", sums->count, sums->capacity);
    bool more_came = trace && em_trace_walk(trace, sums, list_record, &listing);
    print_totals(sums, &listing);
    esp_rom_printf("records: %zu (%zu capacity, %zu high water mark)\n", sums->count, sums->capacity, sums->high_water_mark);
    if (hash_slots > 0)
        esp_rom_printf("hashmap: %zu capacity (%zu hits, %zu misses)\n", hash_slots, sums->found, sums->not_found);
    esp_rom_printf("total allocations: %zu\ntotal frees: %zu\n", sums->allocations, sums->frees);
    if (more_came)
        esp_rom_printf("(NB: New entries were traced while dumping, so trace dump may have duplicate entries.)\n");
    if (sums->overflowed)
        esp_rom_printf("(NB: Internal Buffer has overflowed, so trace data is incomplete.)\n");
    esp_rom_printf("================================\n");
}
