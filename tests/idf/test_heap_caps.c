/* heap_caps_*: what is told of failures, the printed texts, and what is refused. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include <stdlib.h>

#include "../../idf/chip.h"
#include "../../idf/memory_layout.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "fixture.h"

#define BOARD "esp32-wroom"

static void *volatile kept;

TEST(a_failure_is_told_once_with_size_caps_and_function)
{
    fixture_open(BOARD);
    fixture_keep_failures();
    CHECK(!heap_caps_malloc(500000, MALLOC_CAP_8BIT));
    CHECK_STR(fixture_failures(), "500000 0x4 heap_caps_malloc\n");
}

TEST(a_request_of_nothing_is_no_failure)
{
    fixture_open(BOARD);
    fixture_keep_failures();
    CHECK(!heap_caps_malloc(0, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_calloc(5, 0, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_realloc(NULL, 0, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_aligned_alloc(16, 0, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_malloc_default(0));
    CHECK_STR(fixture_failures(), "");
}

TEST(calloc_of_no_elements_is_told_as_on_the_chip)
{
    fixture_open(BOARD);
    fixture_keep_failures();
    CHECK(!heap_caps_calloc(0, 5, MALLOC_CAP_8BIT));
    CHECK_STR(fixture_failures(), "0 0x4 heap_caps_calloc\n");
}

TEST(a_product_overflows_where_it_does_on_the_chip)
{
    fixture_open("esp32-wrover-8m,bankswitch=0");
    fixture_keep_failures();
    CHECK(!heap_caps_calloc(65536, 65536, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_calloc(0x80000001u, 2, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_calloc(SIZE_MAX / 2 + 2, 2, MALLOC_CAP_8BIT));
    CHECK_STR(fixture_failures(), "0 0x4 heap_caps_calloc\n2 0x4 heap_caps_calloc\n2 0x4 heap_caps_calloc\n");
    fixture_forget();
    CHECK(!heap_caps_aligned_calloc(16, 65536, 65537, MALLOC_CAP_8BIT));
    CHECK_STR(fixture_failures(), "");
    CHECK(!heap_caps_calloc_prefer(0x80000001u, 2, 1, MALLOC_CAP_8BIT));
    CHECK_STR(fixture_failures(), "2 0x4 heap_caps_calloc_prefer\n");
}

TEST(calloc_clears_what_was_there)
{
    fixture_open(BOARD);
    unsigned char *block = heap_caps_malloc(100, MALLOC_CAP_8BIT);
    memset(block, 0xA5, 100);
    heap_caps_free(block);
    unsigned char *again = heap_caps_calloc(25, 4, MALLOC_CAP_8BIT);
    CHECK_PTR(again, block);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(again[i], 0);
}

TEST(an_alignment_that_is_no_power_of_two_gives_null_silently)
{
    fixture_open(BOARD);
    fixture_keep_failures();
    CHECK(!heap_caps_aligned_alloc(3, 10, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_aligned_alloc(0, 10, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_aligned_alloc_default(24, 10));
    CHECK_STR(fixture_failures(), "");
    CHECK(!heap_caps_aligned_alloc((size_t)1 << 31, 500, MALLOC_CAP_8BIT));
    CHECK_STR(fixture_failures(), "500 0x4 heap_caps_aligned_alloc\n");
}

TEST(a_list_of_preferences_is_told_with_its_last)
{
    fixture_open(BOARD);
    fixture_keep_failures();
    CHECK(!heap_caps_malloc_prefer(64, 2, MALLOC_CAP_SPIRAM, MALLOC_CAP_SPIRAM | MALLOC_CAP_8BIT));
    CHECK_STR(fixture_failures(), "64 0x404 heap_caps_malloc_prefer\n");
    fixture_forget();
    CHECK(!heap_caps_calloc_prefer(3, 64, 0));
    CHECK_STR(fixture_failures(), "64 0x1000 heap_caps_calloc_prefer\n");
    void *block = heap_caps_malloc_prefer(64, 2, MALLOC_CAP_SPIRAM, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    CHECK(block);
    void *moved = heap_caps_realloc_prefer(block, 128, 1, MALLOC_CAP_DEFAULT);
    CHECK(moved);
    CHECK(!heap_caps_realloc_prefer(moved, 0, 2, MALLOC_CAP_DEFAULT, MALLOC_CAP_DEFAULT));
    CHECK(heap_caps_check_integrity_all(false));
}

TEST(the_default_family_is_told_by_the_name_that_the_chip_uses)
{
    fixture_open("esp32-wrover-4m,bankswitch=0");
    fixture_keep_failures();
    CHECK(!heap_caps_malloc_default(5000000));
    CHECK_STR(fixture_failures(), "5000000 0x1800 heap_caps_malloc\n");
    fixture_forget();
    heap_caps_malloc_extmem_enable(16384);
    CHECK(!heap_caps_malloc_default(5000000));
    CHECK(!heap_caps_realloc_default(NULL, 5000000));
    CHECK(!heap_caps_aligned_alloc_default(32, 5000000));
    CHECK_STR(fixture_failures(), "5000000 0x1000 heap_caps_malloc_default\n5000000 0x1000 heap_caps_realloc_default\n"
                                  "5000000 0x1000 heap_caps_aligned_alloc_default\n");
}

TEST(the_limit_decides_between_internal_and_external_memory)
{
    fixture_open("esp32-wrover-4m,bankswitch=0");
    CHECK((uintptr_t)heap_caps_malloc_default(20000) > 0x3FC00000);
    heap_caps_malloc_extmem_enable(16384);
    CHECK((uintptr_t)heap_caps_malloc_default(16384) > 0x3FC00000);
    CHECK((uintptr_t)heap_caps_malloc_default(16385) < 0x3FC00000);
    heap_caps_malloc_extmem_enable(INT32_MAX);
    CHECK((uintptr_t)heap_caps_malloc_default(16385) > 0x3FC00000);
    heap_caps_malloc_extmem_enable(UINT32_MAX);
    CHECK((uintptr_t)heap_caps_malloc_default(16385) > 0x3FC00000);
    heap_caps_malloc_extmem_enable(SIZE_MAX);
    CHECK((uintptr_t)heap_caps_malloc_default(16385) > 0x3FC00000);
}

static void allocate_too_much(void)
{
    kept = heap_caps_malloc(0x8000000, MALLOC_CAP_DEFAULT);
}

TEST(a_board_may_stop_at_the_first_failure)
{
    fixture_open(BOARD);
    idf_chip.board.abort_on_failure = true;
    CHECK_STR(fixture_panic_of(allocate_too_much), "Mem alloc fail. size 0x08000000 caps 0x00001000");
    idf_chip.board.abort_on_failure = false;
    CHECK(!fixture_panic_of(allocate_too_much));
}

TEST(a_callback_must_be_one)
{
    fixture_open(BOARD);
    CHECK_EQ(heap_caps_register_failed_alloc_callback(NULL), ESP_ERR_INVALID_ARG);
}

/* ---- figures and texts ----------------------------------------------------------------------- */

TEST(the_summary_is_printed_in_the_chips_format)
{
    fixture_reset(BOARD);
    heap_caps_init();
    fixture_forget();
    heap_caps_print_heap_info(MALLOC_CAP_EXEC);
    CHECK_STR(fixture_console(), "Heap summary for capabilities 0x00000001:\n"
                                 "  At 0x4008e54c len 72372 free 71500 allocated 0 min_free 71500\n"
                                 "    largest_free_block 69632 alloc_blocks 0 free_blocks 1 total_blocks 1\n"
                                 "  Totals:\n"
                                 "    free 71500 allocated 0 min_free 71500 largest_free_block 69632\n");
    fixture_forget();
    heap_caps_print_heap_info(MALLOC_CAP_INVALID);
    CHECK_STR(fixture_console(), "Heap summary for capabilities 0x80000000:\n  Totals:\n"
                                 "    free 0 allocated 0 min_free 0 largest_free_block 0\n");
}

TEST(a_dump_shows_each_block)
{
    fixture_reset(BOARD);
    heap_caps_init();
    fixture_forget();
    heap_caps_dump(MALLOC_CAP_EXEC);
    CHECK_STR(fixture_console(), "Showing data for heap: 0x4008e54c \n"
                                 "Block 0x4008e8b8 data, size: 71492 bytes, Free: Yes \n");
}

TEST(the_boot_prints_what_becomes_of_the_memory)
{
    fixture_reset("esp32-wrover-8m,reserve=62");
    heap_caps_init();
    CHECK_STR(fixture_console(), "I (7) heap_init: Initializing. RAM available for dynamic allocation:\n"
                                 "I (7) heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM\n"
                                 "I (7) heap_init: At 3FFB3448 len 0002CBB8 (178 KiB): DRAM\n"
                                 "I (7) heap_init: At 3FFE0440 len 00003AE0 (14 KiB): D/IRAM\n"
                                 "I (7) heap_init: At 3FFE4350 len 0001BCB0 (111 KiB): D/IRAM\n"
                                 "I (7) heap_init: At 4008E54C len 00011AB4 (70 KiB): IRAM\n");
    fixture_forget();
    heap_caps_init();
    CHECK_STR(fixture_console(), "");
    CHECK(strstr(fixture_reports(), "heap_caps_init"));
}

static bool count_two(walker_heap_into_t heap, walker_block_info_t block, void *user_data)
{
    int *seen = user_data;
    CHECK((intptr_t)block.ptr > heap.start && (intptr_t)block.ptr + (intptr_t)block.size <= heap.end);
    return ++*seen % 2 != 0;
}

TEST(a_walk_that_stops_goes_on_with_the_next_heap)
{
    int seen = 0;
    fixture_open(BOARD);
    for (int i = 0; i < 4; i++)
        kept = heap_caps_malloc(100, MALLOC_CAP_EXEC);
    kept = heap_caps_malloc(100, MALLOC_CAP_8BIT);
    heap_caps_walk_all(count_two, &seen);
    CHECK(seen >= 5); /* five heaps, one block at least of each */
    seen = 0;
    heap_caps_walk(MALLOC_CAP_IRAM_8BIT, count_two, &seen);
    CHECK_EQ(seen, 0);
}

static void walk_without_a_walker(void)
{
    heap_caps_walk_all(NULL, NULL);
}

TEST(a_walk_needs_somebody_to_tell)
{
    fixture_open(BOARD);
    CHECK_STR(fixture_panic_of(walk_without_a_walker), "heap_caps_walk: walker_func is NULL");
}

TEST(damage_is_found_and_printed_only_if_asked)
{
    fixture_open(BOARD);
    uint32_t *block = heap_caps_malloc(64, MALLOC_CAP_8BIT);
    kept = heap_caps_malloc(64, MALLOC_CAP_8BIT);
    CHECK(heap_caps_check_integrity_all(true));
    CHECK(heap_caps_check_integrity_addr((intptr_t)block, true));
    CHECK(!heap_caps_check_integrity_addr(0x1000, true));
    CHECK_STR(fixture_console(), "");
    uint32_t header = block[16];
    block[16] = 0xFFFFFFF0;
    CHECK(!heap_caps_check_integrity_all(false));
    CHECK_STR(fixture_console(), "");
    CHECK(!heap_caps_check_integrity(MALLOC_CAP_8BIT, true));
    CHECK(strstr(fixture_console(), "CORRUPT HEAP: "));
    CHECK(!heap_caps_check_integrity_addr((intptr_t)block, false));
    CHECK(heap_caps_check_integrity(MALLOC_CAP_EXEC, true));
    block[16] = header;
    CHECK(heap_caps_check_integrity_all(true));
}

static void ask_for_no_block(void)
{
    heap_caps_get_containing_block_size((void *)0x3FFB8000);
}

TEST(the_size_of_a_block_is_known_from_any_pointer_into_it)
{
    fixture_open(BOARD);
    char *block = heap_caps_malloc(61, MALLOC_CAP_8BIT);
    CHECK_EQ(heap_caps_get_allocated_size(block), 64);
    CHECK_EQ(heap_caps_get_containing_block_size(block + 63), 64);
    CHECK_STR(fixture_panic_of(ask_for_no_block), "heap_caps_get_containing_block_size: no live block holds 0x3ffb8000");
}

TEST(monitoring_costs_what_it_costs_on_the_chip)
{
    fixture_open(BOARD);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_stop(), ESP_FAIL);
    size_t before = heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_start(), ESP_OK);
    CHECK_EQ(before - heap_caps_get_free_size(MALLOC_CAP_DEFAULT), 4 * 5 + 4);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_start(), ESP_OK);
    CHECK_EQ(before - heap_caps_get_free_size(MALLOC_CAP_DEFAULT), 4 * 5 + 4);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_stop(), ESP_OK);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DEFAULT), before);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_stop(), ESP_FAIL);
}

/* ---- wrong pointers and regions -------------------------------------------------------------- */

static void free_twice(void)
{
    heap_caps_free(kept);
    heap_caps_free(kept);
}

static void free_outside(void)
{
    static char outside[16];
    heap_caps_free(outside + 8);
}

TEST(a_wrong_free_stops_the_program)
{
    fixture_open(BOARD);
    kept = heap_caps_malloc(50, MALLOC_CAP_8BIT);
    CHECK(fixture_panic_of(free_twice));
    CHECK(fixture_panic_of(free_outside));
    heap_caps_free(NULL);
}

TEST(regions_join_by_the_chips_rules)
{
    static const uint32_t caps[SOC_MEMORY_TYPE_NO_PRIOS] = {1u << 29, 0, MALLOC_CAP_8BIT | MALLOC_CAP_32BIT};
    static uint32_t own[1024];
    fixture_open(BOARD);
    intptr_t start = (intptr_t)own, end = start + (intptr_t)sizeof own;
    CHECK_EQ(heap_caps_add_region_with_caps(NULL, start, end), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_add_region_with_caps(caps, 0, end), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_add_region_with_caps(caps, end, start), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_caps_add_region_with_caps(caps, start, start + 100), ESP_ERR_INVALID_SIZE);
    CHECK_EQ(heap_caps_add_region(start, end), ESP_ERR_NOT_FOUND);
    CHECK_EQ(heap_caps_add_region_with_caps(caps, start, end), ESP_OK);
    CHECK_EQ(heap_caps_add_region_with_caps(caps, start, end), ESP_FAIL);
    void *block = heap_caps_malloc(100, 1u << 29);
    CHECK((uintptr_t)block > (uintptr_t)own && (uintptr_t)block < (uintptr_t)own + sizeof own);
    CHECK(heap_caps_check_add_region_allowed(0x1000, 0x2000, 0x2000, 0x3000));
    CHECK(!heap_caps_check_add_region_allowed(0x1000, 0x2000, 0x1800, 0x3000));
    CHECK(!heap_caps_check_add_region_allowed(0x1000, 0x2000, 0x1000, 0x2000));
    CHECK(heap_caps_check_add_region_allowed(0x1000, 0x2000, 0x1800, 0x2000));
}

TEST(what_is_reserved_becomes_no_heap)
{
    soc_memory_region_t regions[80];
    fixture_reset(BOARD);
    CHECK(soc_get_available_memory_region_max_count() <= 80);
    CHECK_EQ(soc_get_available_memory_regions(regions), 5);
    CHECK_EQ(regions[0].start, 0x3FFAE6E0);
    CHECK_EQ(regions[3].start, 0x3FFE4350);
    CHECK_STR(soc_memory_types[regions[3].type].name, "D/IRAM");
    CHECK_EQ(regions[3].iram_address, 0x400A0000);
    CHECK(regions[3].startup_stack);
    CHECK_EQ(soc_memory_region_count, 13); /* no PSRAM, no RTC heap */
}

static void start_overlapping(void)
{
    heap_caps_init();
}

TEST(overlapping_image_areas_stop_the_boot)
{
    fixture_reset(BOARD);
    idf_chip.board.image[idf_chip.board.image_areas++] = (struct em_image_area){0x3FFB1000, 0x3FFB2000, "a second image"};
    const char *reason = fixture_panic_of(start_overlapping);
    CHECK(reason && strstr(reason, "a second image"));
    CHECK(strstr(fixture_console(), "E (7) memory_layout: SOC_RESERVE_MEMORY_REGION region range 0x3ffb"));
}

TEST(without_a_chip_there_is_no_memory_and_no_crash)
{
    fixture_open(BOARD);
    idf_chip_close();
    CHECK(!heap_caps_malloc(100, MALLOC_CAP_8BIT));
    CHECK_EQ(heap_caps_get_free_size(0), 0);
    CHECK(heap_caps_check_integrity_all(true));
    CHECK_EQ(heap_caps_add_region(0x3FFB4000, 0x3FFB8000), ESP_ERR_NO_MEM);
}

CHECK_MAIN
