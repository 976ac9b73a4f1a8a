/* The regions of a board: what the chip has, less what it reserves, less what the image uses.
 *
 * Must not know heaps or a running machine: tables in, pieces out.
 *
 * One idea: the reserved areas are visited in address order, and each cuts the pieces it meets;
 * nothing is copied or sorted, since tables are short and this runs once. */
#include "core/base/bits.h"
#include "espmem/caps.h"

enum { SMALLEST_PIECE = 16 }; /* so short or shorter is not worth a heap */

struct builder {
    const struct em_chip *chip;
    const struct em_region_options *options;
    struct em_region_use *pieces;
    unsigned room, count;
    struct em_region_use last; /* also where there was no room for it */
};

static bool applies(enum em_condition condition, const struct em_region_options *options)
{
    switch (condition) {
    case EM_ALWAYS:
        return true;
    case EM_IF_PSRAM:
        return options->psram;
    case EM_IF_TWO_CORES:
        return options->cores > 1;
    case EM_IF_RTC_HEAP:
        return options->rtc_heap;
    case EM_IF_TRACE_ONE:
        return options->trace_banks == 1;
    case EM_IF_TRACE_TWO:
        return options->trace_banks == 2;
    }
    return false;
}

/* The i-th area that is taken, of the chip's and the image's together; false iff it does not count. */
static bool taken(const struct builder *builder, unsigned i, struct em_reserved *area)
{
    const struct em_chip *chip = builder->chip;
    if (i < chip->reserved_count) {
        *area = chip->reserved[i];
        if (!applies(area->condition, builder->options)) {
            return false;
        }
    } else {
        *area = builder->options->image[i - chip->reserved_count];
    }
    area->start = em_round_down(area->start, 4);
    size_t end = area->end;
    area->end = em_round_up(&end, 4) ? end : area->end;
    return true;
}

static unsigned taken_count(const struct builder *builder)
{
    return builder->chip->reserved_count + builder->options->image_count;
}

static bool no_two_overlap(const struct builder *builder, struct em_reserved *first, struct em_reserved *second)
{
    for (unsigned i = 0; i < taken_count(builder); i++) {
        for (unsigned j = 0; taken(builder, i, first) && j < i; j++) {
            if (taken(builder, j, second) && first->start < second->end && second->start < first->end) {
                return false;
            }
        }
    }
    return true;
}

/* The lowest taken area that reaches into [start, end). */
static bool lowest_taken(const struct builder *builder, uintptr_t start, uintptr_t end, struct em_reserved *lowest)
{
    bool found = false;
    for (unsigned i = 0; i < taken_count(builder); i++) {
        struct em_reserved area;
        if (taken(builder, i, &area) && area.start < end && area.end > start && (!found || area.start < lowest->start)) {
            *lowest = area;
            found = true;
        }
    }
    return found;
}

/* The piece that was added last, once more since it has grown, where there is room for it. */
static void write_last(const struct builder *builder)
{
    if (builder->count <= builder->room) {
        builder->pieces[builder->count - 1] = builder->last;
    }
}

static void add_piece(struct builder *builder, uintptr_t start, uintptr_t end, const struct em_region *region)
{
    if (end - start <= SMALLEST_PIECE) {
        return;
    }
    const struct em_memory_type *type = &builder->chip->types[region->type];
    struct em_region_use *last = &builder->last;
    if (builder->count > 0 && last->end == start && last->type == type && last->startup_stack == region->startup_stack) {
        last->end = end;
    } else {
        *last = (struct em_region_use){start, end, type, region->startup_stack};
        builder->count++;
    }
    write_last(builder);
}

static void cut_region(struct builder *builder, const struct em_region *region)
{
    uintptr_t start = region->start, end = region->start + region->size;
    struct em_reserved area = {0};
    while (start < end && lowest_taken(builder, start, end, &area)) {
        if (area.start > start) {
            add_piece(builder, start, area.start, region);
        }
        start = area.end;
    }
    if (start < end) {
        add_piece(builder, start, end, region);
    }
}

unsigned em_regions_build(const struct em_chip *chip, const struct em_region_options *options, struct em_region_use *pieces,
                          unsigned room, struct em_reserved *bad_first, struct em_reserved *bad_second)
{
    struct builder builder = {.chip = chip, .options = options, .pieces = pieces, .room = room};
    if (!no_two_overlap(&builder, bad_first, bad_second)) {
        return 0;
    }
    for (unsigned i = 0; i < chip->region_count; i++) {
        if (applies(chip->regions[i].condition, options)) {
            cut_region(&builder, &chip->regions[i]);
        }
    }
    return builder.count;
}
