/* esp_himem_*: handles, refusals and their words. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include "../../idf/boot.h"
#include "../../idf/chip.h"
#include "esp32/himem.h"
#include "esp_heap_caps.h"
#include "fixture.h"

#define BOARD "esp32-wrover-8m,reserve=62"
#define BANK  ESP_HIMEM_BLKSZ

static esp_himem_handle_t memory_of(size_t banks)
{
    esp_himem_handle_t memory = NULL;
    CHECK_EQ(esp_himem_alloc(banks * BANK, &memory), ESP_OK);
    return memory;
}

static esp_himem_rangehandle_t range_of(size_t banks)
{
    esp_himem_rangehandle_t range = NULL;
    CHECK_EQ(esp_himem_alloc_map_range(banks * BANK, &range), ESP_OK);
    return range;
}

TEST(handles_are_blocks_of_the_chips_heap_and_come_back)
{
    fixture_open(BOARD);
    size_t before = heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
    esp_himem_handle_t memory = memory_of(10);
    esp_himem_rangehandle_t range = range_of(3);
    CHECK_EQ(before - heap_caps_get_free_size(MALLOC_CAP_DEFAULT), (12 + 4) + (20 + 4) + (12 + 4));
    CHECK(heap_caps_get_allocated_size(memory) >= 8);
    CHECK_EQ(esp_himem_free(memory), ESP_OK);
    CHECK_EQ(esp_himem_free_map_range(range), ESP_OK);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DEFAULT), before);
    CHECK_STR(fixture_reports(), "");
}

TEST(opening_costs_four_bytes_a_bank_and_says_so_in_the_chips_words)
{
    fixture_reset(BOARD);
    fixture_boot();
    CHECK(strstr(fixture_console(), "I (7) esp_himem: Initialized. Using last 62 32KB address blocks for bank switching on "
                                    "6080 KB of physical memory.\n"));
    CHECK_EQ(esp_himem_get_phys_size(), 6080 * 1024);
    CHECK_EQ(esp_himem_get_free_size(), 6080 * 1024);
    CHECK_EQ(esp_himem_reserved_area_size(), 62 * BANK);
    multi_heap_info_t info;
    heap_caps_get_info(&info, MALLOC_CAP_DEFAULT);
    CHECK_EQ(info.total_allocated_bytes, 192 + 36 + 768 + 256); /* two blocks of heap records, 190 banks, 62 pages */
}

TEST(what_is_no_handle_is_refused_with_a_reason)
{
    void *pointer;
    static char outside[64];
    fixture_open(BOARD);
    esp_himem_handle_t memory = memory_of(1);
    esp_himem_rangehandle_t range = range_of(1);
    void *block = heap_caps_malloc(64, MALLOC_CAP_8BIT);
    memset(block, 1, 64);
    const struct {
        void *handle;
        const char *reason;
    } wrong[] = {
        {NULL, "it is NULL"},
        {outside, "points into no heap"},
        {(char *)memory + 2, "points into no heap"},
        {(void *)0x3FFFFFFC, "points into no heap"},
        {block, "never was one"},
        {range, "exchanged"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        fixture_forget();
        CHECK_EQ(esp_himem_free(wrong[i].handle), ESP_ERR_INVALID_ARG);
        CHECK(strstr(fixture_reports(), "esp_himem_free: 0x"));
        if (!strstr(fixture_reports(), wrong[i].reason))
            CHECK_STR(fixture_reports(), wrong[i].reason);
        CHECK_EQ(esp_himem_map(wrong[i].handle, range, 0, 0, BANK, 0, &pointer), ESP_ERR_INVALID_ARG);
    }
    fixture_forget();
    CHECK_EQ(esp_himem_map(memory, (esp_himem_rangehandle_t)(void *)memory, 0, 0, BANK, 0, &pointer), ESP_ERR_INVALID_ARG);
    CHECK(strstr(fixture_reports(), "no live range handle"));
    CHECK_EQ(esp_himem_unmap(NULL, NULL, BANK), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_himem_free_map_range(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_himem_free(memory), ESP_OK);
    CHECK_EQ(esp_himem_free_map_range(range), ESP_OK);
    CHECK(heap_caps_check_integrity_all(true));
}

TEST(a_freed_handle_is_dead_even_if_its_block_is_a_handle_again)
{
    fixture_open(BOARD);
    esp_himem_handle_t first = memory_of(1), second = memory_of(1);
    CHECK_EQ(esp_himem_free(first), ESP_OK);
    CHECK_EQ(esp_himem_free(first), ESP_ERR_INVALID_ARG);
    size_t free_bytes = esp_himem_get_free_size();
    esp_himem_rangehandle_t range = range_of(1); /* takes the freed block */
    CHECK_PTR(range, first);
    CHECK_EQ(esp_himem_free(first), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_himem_get_free_size(), free_bytes);
    CHECK_EQ(esp_himem_free(second), ESP_OK);
    CHECK_EQ(esp_himem_free_map_range(range), ESP_OK);
}

TEST(a_handle_copied_elsewhere_is_none)
{
    fixture_open(BOARD);
    esp_himem_handle_t memory = memory_of(1);
    void *copy = heap_caps_malloc(8, MALLOC_CAP_8BIT);
    memcpy(copy, memory, 8);
    CHECK_EQ(esp_himem_free(copy), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_himem_free(memory), ESP_OK);
}

TEST(there_must_be_a_place_for_the_result)
{
    fixture_open(BOARD);
    esp_himem_handle_t memory = memory_of(1);
    esp_himem_rangehandle_t range = range_of(1);
    CHECK_EQ(esp_himem_alloc(BANK, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_himem_alloc_map_range(BANK, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(esp_himem_map(memory, range, 0, 0, BANK, 0, NULL), ESP_ERR_INVALID_ARG);
    CHECK(strstr(fixture_reports(), "out_ptr is NULL"));
    CHECK_EQ(esp_himem_get_free_size(), (190 - 1) * BANK);
}

TEST(sizes_that_fit_only_when_cut_are_refused)
{
    esp_himem_handle_t memory;
    esp_himem_rangehandle_t range;
    fixture_open(BOARD);
    size_t huge = SIZE_MAX - SIZE_MAX % BANK;
    CHECK_EQ(esp_himem_alloc(huge, &memory), ESP_ERR_NO_MEM);
    CHECK_EQ(esp_himem_alloc_map_range(huge, &range), ESP_ERR_NO_MEM);
    CHECK_EQ(esp_himem_alloc(0, &memory), ESP_ERR_NO_MEM);
    CHECK_EQ(esp_himem_alloc_map_range(0, &range), ESP_ERR_NO_MEM);
#if SIZE_MAX > UINT32_MAX
    size_t wraps = ((size_t)1 << 32) + BANK, wraps_banks = ((size_t)1 << 47) + BANK;
    CHECK_EQ(esp_himem_alloc(wraps, &memory), ESP_ERR_NO_MEM);
    CHECK_EQ(esp_himem_alloc(wraps_banks, &memory), ESP_ERR_NO_MEM);
    CHECK_EQ(esp_himem_alloc_map_range(wraps_banks, &range), ESP_ERR_NO_MEM);
    memory = memory_of(1);
    range = range_of(1);
    void *pointer;
    CHECK_EQ(esp_himem_map(memory, range, wraps_banks, 0, BANK, 0, &pointer), ESP_ERR_INVALID_SIZE);
    CHECK_EQ(esp_himem_map(memory, range, 0, 0, wraps_banks, 0, &pointer), ESP_ERR_INVALID_SIZE);
#endif
}

static const char *words_after(esp_err_t error)
{
    static char text[2000];
    CHECK(error != ESP_OK);
    snprintf(text, sizeof text, "%s", fixture_console());
    fixture_forget();
    return text;
}

TEST(each_refusal_has_the_chips_words)
{
    void *pointer, *other;
    fixture_open(BOARD);
    esp_himem_handle_t memory = memory_of(2);
    esp_himem_rangehandle_t range = range_of(2);
    CHECK(strstr(words_after(esp_himem_map(memory, range, 1, 0, BANK, 0, &pointer)), "E (7) esp_himem: esp_himem_map("));
#define WORDS(call, wanted) CHECK(strstr(words_after(call), "): " wanted "\n"))
    WORDS(esp_himem_map(memory, range, 1, 0, BANK, 0, &pointer), "ram offset not aligned to blocksize");
    WORDS(esp_himem_map(memory, range, 0, 1, BANK, 0, &pointer), "range not aligned to blocksize");
    WORDS(esp_himem_map(memory, range, 0, 0, 1, 0, &pointer), "length not aligned to blocksize");
    WORDS(esp_himem_map(memory, range, 2 * BANK, 0, BANK, 0, &pointer), "args not in range of phys ram handle");
    WORDS(esp_himem_map(memory, range, 0, 2 * BANK, BANK, 0, &pointer), "args not in range of range handle");
    CHECK_EQ(esp_himem_map(memory, range, 0, 0, BANK, 0, &pointer), ESP_OK);
    WORDS(esp_himem_map(memory, range, BANK, 0, BANK, 0, &other), "range already mapped");
    WORDS(esp_himem_map(memory, range, 0, BANK, BANK, 0, &other), "ram already mapped");
    WORDS(esp_himem_free(memory), "block in range still mapped");
    WORDS(esp_himem_free_map_range(range), "memory still mapped to range");
    WORDS(esp_himem_unmap(range, (char *)pointer + 4, BANK), "range offset not block-aligned");
    WORDS(esp_himem_unmap(range, pointer, 4), "map length not block-aligned");
    WORDS(esp_himem_unmap(range, (char *)pointer - BANK, BANK), "range out of bounds for handle");
    WORDS(esp_himem_unmap(range, pointer, 3 * BANK), "range out of bounds for handle");
    WORDS(esp_himem_unmap(range, pointer, 2 * BANK), "not all of it is mapped");
    CHECK_EQ(esp_himem_unmap(range, pointer, BANK), ESP_OK);
    WORDS(esp_himem_alloc_map_range(5, &range), "requested size not aligned to blocksize");
}

TEST(what_is_written_through_one_page_is_read_through_another)
{
    uint32_t *there, *here;
    fixture_open(BOARD);
    esp_himem_handle_t memory = memory_of(190);
    esp_himem_rangehandle_t range = range_of(62);
    for (uint32_t bank = 0; bank < 190; bank++) {
        CHECK_EQ(esp_himem_map(memory, range, bank * (size_t)BANK, 0, BANK, 0, (void **)&there), ESP_OK);
        there[5] = bank;
        CHECK_EQ(esp_himem_unmap(range, there, BANK), ESP_OK);
    }
    CHECK_EQ(esp_himem_map(memory, range, 100 * BANK, 0, 62 * BANK, 0, (void **)&here), ESP_OK);
    for (uint32_t i = 0; i < 62; i++)
        CHECK_EQ(here[i * (BANK / 4) + 5], 100 + i);
    CHECK_EQ(esp_himem_unmap(range, here, 62 * BANK), ESP_OK);
}

/* ---- boards ---------------------------------------------------------------------------------- */

TEST(with_bank_switching_off_there_is_none)
{
    esp_himem_handle_t memory;
    esp_himem_rangehandle_t range;
    void *pointer;
    fixture_open("esp32-wrover-8m,bankswitch=0");
    CHECK_EQ(esp_himem_reserved_area_size(), 0);
    CHECK_EQ(esp_himem_get_phys_size(), 0);
    CHECK_EQ(esp_himem_get_free_size(), 0);
    CHECK_EQ(esp_himem_alloc(5, &memory), ESP_ERR_INVALID_SIZE);
    CHECK_EQ(esp_himem_alloc(BANK, &memory), ESP_ERR_NO_MEM);
    CHECK_EQ(esp_himem_alloc_map_range(BANK, &range), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_himem_map(NULL, NULL, 0, 0, BANK, 0, &pointer), ESP_ERR_INVALID_STATE);
    CHECK(strstr(fixture_console(), "Himem not available!"));
    CHECK_EQ(heap_caps_get_total_size(MALLOC_CAP_SPIRAM), 4 * 1024 * 1024);
}

TEST(a_handle_does_not_outlive_its_chip)
{
    fixture_open(BOARD);
    esp_himem_handle_t memory = memory_of(1);
    fixture_open("esp32-wrover-8m,bankswitch=0");
    CHECK_EQ(esp_himem_free(memory), ESP_ERR_INVALID_ARG);
    CHECK(strstr(fixture_reports(), "no bank switching"));
    fixture_open(BOARD);
    CHECK_EQ(esp_himem_free(memory), ESP_ERR_INVALID_ARG);
}

TEST(two_megabytes_all_go_to_the_heap_with_one_warning)
{
    fixture_reset("esp32-wrover-2m,bankswitch=1,reserve=62");
    fixture_boot();
    const char *warning = strstr(fixture_console(), "W (7) esp_himem: ");
    CHECK(warning && !strstr(warning + 1, "W (7)"));
    CHECK_EQ(esp_himem_reserved_area_size(), 0);
    CHECK_EQ(esp_himem_get_phys_size(), 0);
    CHECK_EQ(heap_caps_get_total_size(MALLOC_CAP_SPIRAM), 2 * 1024 * 1024);
}

TEST(four_megabytes_keep_as_many_banks_as_pages)
{
    fixture_open("esp32-wrover-4m,reserve=62");
    CHECK_EQ(esp_himem_get_phys_size(), 1984 * 1024);
    CHECK_EQ(heap_caps_get_total_size(MALLOC_CAP_SPIRAM), 2112 * 1024);
}

TEST(a_second_opening_is_refused)
{
    fixture_open(BOARD);
    idf_himem_service.open();
    CHECK(strstr(fixture_console(), "already initialized"));
}

static unsigned told_mappings, told_units, told_makers;

static void count_left(const char *what, uintptr_t address, unsigned units, const void *maker)
{
    (void)address;
    told_mappings += strcmp(what, "mapping") == 0;
    told_units += units;
    told_makers += maker != NULL;
}

TEST(what_is_left_at_the_end_is_known)
{
    void *pointer;
    fixture_open(BOARD);
    esp_himem_handle_t memory = memory_of(3);
    esp_himem_rangehandle_t range = range_of(4);
    CHECK_EQ(esp_himem_map(memory, range, 0, BANK, 2 * BANK, 0, &pointer), ESP_OK);
    CHECK_EQ(idf_himem_service.left(count_left), 3);
    CHECK_EQ(told_mappings, 1);
    CHECK_EQ(told_units, 2 + 3 + 4);
    CHECK_EQ(told_makers, 3);
    CHECK_EQ(esp_himem_unmap(range, pointer, 2 * BANK), ESP_OK);
    CHECK_EQ(esp_himem_free(memory), ESP_OK);
    CHECK_EQ(esp_himem_free_map_range(range), ESP_OK);
    CHECK_EQ(idf_himem_service.left(count_left), 0);
}

CHECK_MAIN
