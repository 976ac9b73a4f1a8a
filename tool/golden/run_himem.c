/* The operations of bank-switched memory: esp_himem_* on a board with the recorded PSRAM and reserve.
 *
 * Which banks and pages were taken ESP-IDF's functions do not tell; the running chip's records do.
 * One idea: see run.h; here memories and ranges are two sets of slots. */
#include "tool/golden/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "esp32/himem.h"
#include "esp_heap_caps_init.h"
#include "esp_private/esp_psram_extram.h"
#include "esp_psram.h"
#include "idf/boot.h"
#include "idf/chip.h"
#include "tool/golden/board.h"
#include "tool/golden/capture.h"
#include "tool/golden/chip.h"

static void fill_slot(struct golden_run *run, struct golden_slots *slots, int64_t slot, void *handle)
{
    if (!golden_slot_set(slots, slot, handle))
        snprintf(run->why, sizeof run->why, "there is no memory for so many slots.");
}

/* ---- what was taken -------------------------------------------------------------------------- */

/* The memory whose record was free before: its number, or -1. */
static int new_memory(const bool *was_live)
{
    const struct em_himem *himem = &idf_chip.himem;
    for (unsigned i = 0; i < himem->layout.banks; i++) {
        if (himem->memories[i].count > 0 && !was_live[i])
            return (int)i;
    }
    return -1;
}

static void result_banks(struct golden_run *run, int memory)
{
    const struct em_himem *himem = &idf_chip.himem;
    for (unsigned i = 0; memory >= 0 && i < himem->memories[memory].count; i++)
        golden_result_number(run, himem->layout.first_bank + himem->memories[memory].list[i]);
}

/* The lowest page that has an owner now and had none before, from the window's start; or -1. */
static int new_page(const bool *was_taken)
{
    const struct em_himem *himem = &idf_chip.himem;
    for (unsigned i = 0; i < himem->layout.pages; i++) {
        if (himem->pages[i].range != 0 && !was_taken[i])
            return (int)(himem->layout.first_page + i);
    }
    return -1;
}

/* Each page of the new mapping and the bank that it shows. */
static void result_pairs(struct golden_run *run, const void *pointer, size_t length)
{
    const struct em_himem_layout *layout = &idf_chip.himem.layout;
    uintptr_t first = ((uintptr_t)pointer - layout->window) / layout->bank_size;
    for (unsigned page = (unsigned)first; page < first + length / layout->bank_size; page++) {
        unsigned bank = 0;
        if (em_himem_page_shows(&idf_chip.himem, page, &bank))
            golden_text_print(&run->result, " %u:%u", page, bank);
        else
            golden_text_print(&run->result, " %u:-", page);
    }
}

/* ---- operations ------------------------------------------------------------------------------ */

static void do_physical_size(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_number(run, esp_himem_get_phys_size());
}

static void do_free_size(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_number(run, esp_himem_get_free_size());
}

static void do_area(struct golden_run *run, const int64_t *argument)
{
    (void)argument;
    golden_result_number(run, esp_himem_reserved_area_size());
}

enum { RECORDS = UINT16_MAX };

static void do_allocate(struct golden_run *run, const int64_t *argument)
{
    static bool was_live[RECORDS];
    for (unsigned i = 0; i < idf_chip.himem.layout.banks; i++)
        was_live[i] = idf_chip.himem.memories[i].count > 0;
    esp_himem_handle_t handle = NULL;
    esp_err_t error = esp_himem_alloc((size_t)argument[1], &handle);
    golden_result_error(run, error);
    if (error != ESP_OK)
        return;
    fill_slot(run, &run->slots, argument[0], handle);
    result_banks(run, new_memory(was_live));
}

static void do_range(struct golden_run *run, const int64_t *argument)
{
    static bool was_taken[RECORDS];
    for (unsigned i = 0; i < idf_chip.himem.layout.pages; i++)
        was_taken[i] = idf_chip.himem.pages[i].range != 0;
    esp_himem_rangehandle_t range = NULL;
    esp_err_t error = esp_himem_alloc_map_range((size_t)argument[1], &range);
    golden_result_error(run, error);
    if (error != ESP_OK)
        return;
    fill_slot(run, &run->ranges, argument[0], range);
    int page = new_page(was_taken);
    golden_text_print(&run->result, " %d", page);
}

static void do_map(struct golden_run *run, const int64_t *argument)
{
    void *pointer = NULL;
    esp_err_t error = esp_himem_map(golden_slot(&run->slots, argument[0]), golden_slot(&run->ranges, argument[1]),
                                    (size_t)argument[2], (size_t)argument[3], (size_t)argument[4], (int)argument[5], &pointer);
    golden_result_error(run, error);
    if (error != ESP_OK)
        return;
    golden_result_pointer(run, pointer);
    result_pairs(run, pointer, (size_t)argument[4]);
}

static void do_unmap(struct golden_run *run, const int64_t *argument)
{
    void *pointer = (void *)(uintptr_t)argument[1]; // NOLINT(performance-no-int-to-ptr)
    golden_result_error(run, esp_himem_unmap(golden_slot(&run->ranges, argument[0]), pointer, (size_t)argument[2]));
}

static void do_free(struct golden_run *run, const int64_t *argument)
{
    esp_err_t error = esp_himem_free(golden_slot(&run->slots, argument[0]));
    golden_result_error(run, error);
    if (error == ESP_OK)
        fill_slot(run, &run->slots, argument[0], NULL);
}

static void do_free_range(struct golden_run *run, const int64_t *argument)
{
    esp_err_t error = esp_himem_free_map_range(golden_slot(&run->ranges, argument[0]));
    golden_result_error(run, error);
    if (error == ESP_OK)
        fill_slot(run, &run->ranges, argument[0], NULL);
}

static const struct golden_operation operations[] = {
    {"map", "ssnnnn", GOLDEN_HAS_OUTCOME, do_map},    {"unmap", "sxn", GOLDEN_HAS_OUTCOME, do_unmap},
    {"range", "sn", GOLDEN_HAS_OUTCOME, do_range},    {"alloc", "sn", GOLDEN_HAS_OUTCOME, do_allocate},
    {"free", "s", GOLDEN_HAS_OUTCOME, do_free},       {"rfree", "s", GOLDEN_HAS_OUTCOME, do_free_range},
    {"freesz", "", GOLDEN_HAS_OUTCOME, do_free_size}, {"phys", "", GOLDEN_HAS_OUTCOME, do_physical_size},
    {"area", "", GOLDEN_HAS_OUTCOME, do_area},
};

/* ---- the board ------------------------------------------------------------------------------- */

/* The steps of a boot that himem depends on, in their order. */
static void boot(void *context)
{
    (void)context;
    esp_psram_init();
    heap_caps_init();
    esp_psram_extram_add_to_heap_allocator();
    idf_himem_service.open();
    heap_caps_enable_nonos_stack_heaps();
}

/* What himem says when it opens is in the header. */
static void compare_log(struct golden_run *run)
{
    char expected[200];
    const char *console = golden_text_string(&run->console);
    snprintf(expected, sizeof expected, "esp_himem: %s\n", run->header->log);
    if (!(run->header->present & (1u << GOLDEN_KEY_LOG)) || strstr(console, expected))
        return;
    if (golden_report_mismatch(run->totals, run->path, run->header->log_line, run->header->log))
        golden_report_lines("output |", expected, console);
}

static bool open_chip(struct golden_run *run)
{
    if (!golden_board_banked(run) || !golden_chip_open(run))
        return false;
    if (golden_capture_run(boot, NULL) != GOLDEN_ENDED) {
        snprintf(run->why, sizeof run->why, "a board with its PSRAM and reserve does not boot.");
        return false;
    }
    compare_log(run);
    return true;
}

static void close_chip(struct golden_run *run)
{
    (void)run;
    golden_chip_close();
}

const struct golden_players golden_himem = {operations, sizeof operations / sizeof *operations, false, open_chip, close_chip,
                                            NULL};
