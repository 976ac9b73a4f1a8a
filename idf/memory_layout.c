/* ESP-IDF's tables of memory types and regions, and what of them is free for heaps.
 *
 * The tables are the core's chip tables in ESP-IDF's shape; cutting is the core's em_regions_build.
 *
 * One idea: the tables are written when a chip comes, so one program can be several chips in turn. */
#include "memory_layout.h"

#include "chip.h"
#include "esp_log.h"
#include "heap_memory_layout.h"
#include "report.h"

enum { TYPES = 16, REGIONS = 64, RESERVED = 64 };

soc_memory_type_desc_t soc_memory_types[TYPES];
size_t soc_memory_type_count;
soc_memory_region_t soc_memory_regions[REGIONS];
size_t soc_memory_region_count;

/* The program's own SOC_RESERVE_MEMORY_REGION records lie between these; there may be none. */
extern const soc_reserved_region_t __start_espmem_reserved[] __attribute__((weak));
extern const soc_reserved_region_t __stop_espmem_reserved[] __attribute__((weak));

/* ---- the tables ------------------------------------------------------------------------------ */

static uintptr_t code_address(const struct em_chip *chip, uintptr_t start, size_t size)
{
    for (unsigned i = 0; i < chip->alias_count; i++) {
        const struct em_alias *alias = &chip->aliases[i];
        if (start >= alias->data_start && start < alias->data_end)
            return alias->code_start + (alias->reversed ? alias->data_end - (start + size) : start - alias->data_start);
    }
    return 0;
}

static bool present(const struct em_region *region, const struct em_board *board)
{
    if (region->condition == EM_IF_PSRAM)
        return board->psram_bytes > 0;
    if (region->condition == EM_IF_RTC_HEAP)
        return board->rtc_heap;
    return true;
}

void idf_memory_layout_fill(const struct em_board *board)
{
    const struct em_chip *chip = board->chip;
    soc_memory_type_count = chip->type_count < TYPES ? chip->type_count : TYPES;
    for (size_t i = 0; i < soc_memory_type_count; i++) {
        soc_memory_types[i].name = chip->types[i].name;
        for (int priority = 0; priority < SOC_MEMORY_TYPE_NO_PRIOS; priority++)
            soc_memory_types[i].caps[priority] = chip->types[i].caps[priority];
    }
    soc_memory_region_count = 0;
    for (unsigned i = 0; i < chip->region_count && soc_memory_region_count < REGIONS; i++) {
        const struct em_region *region = &chip->regions[i];
        if (!present(region, board))
            continue;
        soc_memory_regions[soc_memory_region_count++] = (soc_memory_region_t){
            .start = (intptr_t)region->start,
            .size = region->size,
            .type = region->type,
            .iram_address = (intptr_t)code_address(chip, region->start, region->size),
            .startup_stack = region->startup_stack,
        };
    }
}

bool idf_memory_is_named(uintptr_t address)
{
    for (size_t i = 0; i < soc_memory_region_count; i++)
        if (address - (uintptr_t)soc_memory_regions[i].start < soc_memory_regions[i].size)
            return true;
    return false;
}

/* ---- what is free of it ---------------------------------------------------------------------- */

static unsigned reserved_by_program(void)
{
    return __start_espmem_reserved ? (unsigned)(__stop_espmem_reserved - __start_espmem_reserved) : 0;
}

static unsigned collect_reserved(struct em_reserved *areas)
{
    unsigned count = 0, own = reserved_by_program();
    const struct em_board *board = &idf_chip.board;
    if (own + board->image_areas > RESERVED)
        idf_stop("more than %d SOC_RESERVE_MEMORY_REGION areas: merge some of them", RESERVED - (int)board->image_areas);
    for (unsigned i = 0; i < board->image_areas; i++)
        areas[count++] = (struct em_reserved){board->image[i].start, board->image[i].end, board->image[i].name, EM_ALWAYS};
    for (unsigned i = 0; i < own; i++) {
        const soc_reserved_region_t *area = &__start_espmem_reserved[i];
        areas[count++] = (struct em_reserved){(uintptr_t)area->start, (uintptr_t)area->end, "the program", EM_ALWAYS};
    }
    return count;
}

_Noreturn static void stop_for_overlap(const struct em_reserved *first, const struct em_reserved *second)
{
    ESP_EARLY_LOGE("memory_layout", "SOC_RESERVE_MEMORY_REGION region range 0x%08lx - 0x%08lx overlaps with 0x%08lx - 0x%08lx",
                   (unsigned long)first->start, (unsigned long)first->end, (unsigned long)second->start,
                   (unsigned long)second->end);
    idf_stop("reserved memory overlaps: %s and %s; change the board's image areas or the program's", first->name, second->name);
}

unsigned idf_memory_pieces(struct em_region_use *pieces)
{
    struct em_reserved reserved[RESERVED], first, second;
    const struct em_board *board = &idf_chip.board;
    struct em_region_options options = {
        .psram = board->psram_bytes > 0,
        .cores = board->cores,
        .rtc_heap = board->rtc_heap,
        .trace_banks = board->trace_banks,
        .image = reserved,
        .image_count = collect_reserved(reserved),
    };
    unsigned count = em_regions_build(board->chip, &options, pieces, IDF_PIECES, &first, &second);
    if (count == 0)
        stop_for_overlap(&first, &second);
    if (count > IDF_PIECES)
        idf_stop("the reserved areas cut the memory into %u pieces; at most %d become heaps", count, (int)IDF_PIECES);
    return count;
}

size_t soc_get_available_memory_regions(soc_memory_region_t *regions)
{
    struct em_region_use pieces[IDF_PIECES];
    unsigned count = idf_memory_pieces(pieces);
    const struct em_chip *chip = idf_chip.board.chip;
    for (unsigned i = 0; i < count; i++) {
        size_t size = pieces[i].end - pieces[i].start;
        regions[i] = (soc_memory_region_t){
            .start = (intptr_t)pieces[i].start,
            .size = size,
            .type = (size_t)(pieces[i].type - chip->types),
            .iram_address = (intptr_t)code_address(chip, pieces[i].start, size),
            .startup_stack = pieces[i].startup_stack,
        };
    }
    return count;
}

size_t soc_get_available_memory_region_max_count(void)
{
    return IDF_PIECES;
}
