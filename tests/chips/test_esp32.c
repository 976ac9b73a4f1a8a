/* The tables of every chip keep the rules that the core relies on, and the ESP32's say what its data
 * sheet says. */
#include "check.h"

#include "espmem/caps.h"
#include "espmem/chip.h"

#define FOR_EACH_CHIP(chip)                                                                                                    \
    const struct em_chip *chip;                                                                                                \
    for (unsigned chip_i = 0; chip_i < em_chip_count && (chip = em_chips[chip_i]); chip_i++)

static uintptr_t end_of(const struct em_region *region)
{
    return region->start + region->size;
}

/* ---- any chip -------------------------------------------------------------------------------- */

TEST(regions_are_sorted_and_disjoint)
{
    FOR_EACH_CHIP(chip)
    {
        CHECK(chip->region_count > 0);
        for (unsigned i = 1; i < chip->region_count; i++)
            CHECK(chip->regions[i].start >= end_of(&chip->regions[i - 1]));
    }
}

TEST(regions_are_whole_words_and_do_not_wrap)
{
    FOR_EACH_CHIP(chip)
    {
        for (unsigned i = 0; i < chip->region_count; i++) {
            CHECK(chip->regions[i].start % 4 == 0 && chip->regions[i].size % 4 == 0);
            CHECK(chip->regions[i].size > 0 && end_of(&chip->regions[i]) > chip->regions[i].start);
        }
    }
}

TEST(every_type_is_used_by_a_region_and_every_region_has_one)
{
    FOR_EACH_CHIP(chip)
    {
        bool used[32] = {false};
        CHECK(chip->type_count <= 32);
        for (unsigned i = 0; i < chip->region_count; i++) {
            CHECK(chip->regions[i].type < chip->type_count);
            used[chip->regions[i].type] = true;
        }
        for (unsigned i = 0; i < chip->type_count; i++)
            CHECK(used[i]);
    }
}

static void check_type(const struct em_memory_type *type)
{
    uint32_t all = type->caps[0] | type->caps[1] | type->caps[2];
    CHECK(type->name && type->name[0] != '\0');
    CHECK(all != 0);
    CHECK((all & EM_CAP_INVALID) == 0);
    CHECK(((all & EM_CAP_SPIRAM) == 0) != ((all & EM_CAP_INTERNAL) == 0)); /* it is one of both */
    CHECK((all & EM_CAP_8BIT) == 0 || (all & EM_CAP_32BIT) != 0);
    for (unsigned i = 0; i < EM_PRIORITIES; i++) {
        for (unsigned j = 0; j < i; j++)
            CHECK((type->caps[i] & type->caps[j]) == 0); /* a capability has one priority */
    }
}

TEST(every_type_has_capabilities_each_at_one_priority)
{
    FOR_EACH_CHIP(chip)
    {
        for (unsigned i = 0; i < chip->type_count; i++)
            check_type(&chip->types[i]);
        check_type(&chip->psram_heap);
        check_type(&chip->internal_pool);
    }
}

static bool inside_regions(const struct em_chip *chip, uintptr_t start, uintptr_t end)
{
    for (unsigned i = 0; i < chip->region_count; i++) {
        if (start >= chip->regions[i].start && start < end_of(&chip->regions[i]))
            start = end_of(&chip->regions[i]); /* they are sorted: neighbours go on */
    }
    return start >= end;
}

TEST(reserved_areas_lie_in_regions_and_have_a_name)
{
    FOR_EACH_CHIP(chip)
    {
        for (unsigned i = 0; i < chip->reserved_count; i++) {
            const struct em_reserved *area = &chip->reserved[i];
            CHECK(area->start < area->end);
            CHECK(area->start % 4 == 0 && area->end % 4 == 0);
            CHECK(inside_regions(chip, area->start, area->end));
            CHECK(area->name && area->name[0] != '\0');
        }
    }
}

TEST(reserved_areas_that_can_hold_at_once_do_not_overlap)
{
    FOR_EACH_CHIP(chip)
    {
        for (unsigned i = 0; i < chip->reserved_count; i++) {
            for (unsigned j = 0; j < i; j++) {
                const struct em_reserved *a = &chip->reserved[i], *b = &chip->reserved[j];
                bool either = (a->condition == EM_IF_TRACE_ONE && b->condition == EM_IF_TRACE_TWO) ||
                              (a->condition == EM_IF_TRACE_TWO && b->condition == EM_IF_TRACE_ONE);
                CHECK(either || a->start >= b->end || b->start >= a->end);
            }
        }
    }
}

TEST(aliases_have_two_sides_of_one_length_that_meet_no_other)
{
    FOR_EACH_CHIP(chip)
    {
        for (unsigned i = 0; i < chip->alias_count; i++) {
            const struct em_alias *alias = &chip->aliases[i];
            uintptr_t length = alias->data_end - alias->data_start, code_end = alias->code_start + length;
            CHECK(alias->data_start < alias->data_end && code_end > alias->code_start);
            CHECK(alias->data_start % 4 == 0 && alias->data_end % 4 == 0 && alias->code_start % 4 == 0);
            CHECK(inside_regions(chip, alias->data_start, alias->data_end));
            for (unsigned j = 0; j < chip->region_count; j++)
                CHECK(code_end <= chip->regions[j].start || alias->code_start >= end_of(&chip->regions[j]));
            for (unsigned j = 0; j < i; j++) {
                const struct em_alias *other = &chip->aliases[j];
                uintptr_t other_end = other->code_start + (other->data_end - other->data_start);
                CHECK(alias->data_start >= other->data_end || other->data_start >= alias->data_end);
                CHECK(alias->code_start >= other_end || other->code_start >= code_end);
            }
        }
    }
}

TEST(memory_to_execute_from_that_data_can_reach_has_an_alias)
{
    FOR_EACH_CHIP(chip)
    {
        for (unsigned i = 0; i < chip->region_count; i++) {
            const uint32_t *caps = chip->types[chip->regions[i].type].caps;
            uint32_t all = caps[0] | caps[1] | caps[2], both = EM_CAP_EXEC | EM_CAP_8BIT;
            bool has_alias = false;
            for (unsigned j = 0; j < chip->alias_count; j++)
                has_alias |= chip->regions[i].start >= chip->aliases[j].data_start &&
                             end_of(&chip->regions[i]) <= chip->aliases[j].data_end;
            CHECK(has_alias == ((all & both) == both));
        }
    }
}

TEST(the_window_of_banks_is_the_external_region)
{
    FOR_EACH_CHIP(chip)
    {
        const struct em_bank_window *window = &chip->psram;
        CHECK(window->bank_size != 0 && (window->bank_size & (window->bank_size - 1)) == 0);
        CHECK(window->reserve_max > 0 && window->reserve_max < window->banks);
        bool found = false;
        for (unsigned i = 0; i < chip->region_count; i++)
            found |= chip->regions[i].start == window->start && chip->regions[i].size == window->banks * window->bank_size &&
                     chip->regions[i].condition == EM_IF_PSRAM;
        CHECK(found);
    }
}

TEST(alignments_are_powers_of_two_or_none)
{
    FOR_EACH_CHIP(chip)
    {
        const unsigned wishes[] = {chip->internal_line, chip->external_line, chip->axi_descriptor_alignment,
                                   chip->simd_alignment};
        for (unsigned i = 0; i < 4; i++)
            CHECK((wishes[i] & (wishes[i] - 1)) == 0);
        CHECK(chip->largest_request > 0 && chip->cores > 0);
    }
}

TEST(chips_are_found_by_their_names)
{
    FOR_EACH_CHIP(chip)
    {
        CHECK(em_chip_find(chip->name) == chip);
        CHECK(chip->title && chip->title[0] != '\0');
    }
    static const char *const unknown[] = {"", "esp", "esp32 ", "esp32x", "ESP32", "esp3"};
    for (unsigned i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        CHECK(em_chip_find(unknown[i]) == NULL);
}

/* ---- the ESP32 ------------------------------------------------------------------------------- */

static size_t bytes_between(uintptr_t start, uintptr_t end)
{
    size_t sum = 0;
    for (unsigned i = 0; i < em_chip_esp32.region_count; i++) {
        const struct em_region *region = &em_chip_esp32.regions[i];
        sum += region->start >= start && end_of(region) <= end ? region->size : 0;
    }
    return sum;
}

/* 520 KiB: SRAM0 192 (64 of it cache), SRAM1 128, SRAM2 200. The first 8 KiB of SRAM2 are the ROM's and
 * in no table. */
TEST(the_esp32s_srams_are_as_long_as_its_data_sheet_says)
{
    CHECK_EQ(bytes_between(0x40070000, 0x400A0000), 192 * 1024);
    CHECK_EQ(bytes_between(0x40070000, 0x40080000), 64 * 1024);
    CHECK_EQ(bytes_between(0x3FFE0000, 0x40000000), 128 * 1024);
    CHECK_EQ(bytes_between(0x3FFAE000, 0x3FFE0000), 200 * 1024);
    CHECK_EQ(bytes_between(0x3FFAE000, 0x400A0000), 520 * 1024);
}

TEST(the_esp32_has_8_KiB_of_fast_rtc_memory_and_a_window_of_4_MiB)
{
    CHECK_EQ(bytes_between(0x3FF80000, 0x3FF82000), 8 * 1024);
    CHECK_EQ(bytes_between(0x3F800000, 0x3FC00000), 4096 * 1024);
    CHECK_EQ(em_chip_esp32.psram.banks, 128);
    CHECK_EQ(em_chip_esp32.psram.bank_size, 32 * 1024);
    CHECK_EQ(em_chip_esp32.psram.reserve_max, 62);
}

TEST(the_start_up_stacks_lie_in_the_memory_of_both_buses)
{
    for (unsigned i = 0; i < em_chip_esp32.region_count; i++) {
        const struct em_region *region = &em_chip_esp32.regions[i];
        CHECK_EQ(region->startup_stack, region->start >= 0x3FFE0000 && region->start < 0x40000000);
    }
}

/* Priorities decide which memory a request gets first. */
TEST(the_esp32s_types_have_the_capabilities_of_the_recordings)
{
    static const struct {
        const char *name;
        uint32_t caps[3];
    } wanted[] = {{"DRAM", {0x1004, 0x80a, 0}},
                  {"D/IRAM", {0, 0x180c, 0x3}},
                  {"IRAM", {0x803, 0, 0}},
                  {"SPIRAM", {0x1400, 0, 0x6}},
                  {"RTCRAM", {0x8000, 0x1004, 0x803}}};
    CHECK_EQ(em_chip_esp32.type_count, 5);
    for (unsigned i = 0; i < 5; i++) {
        CHECK_STR(em_chip_esp32.types[i].name, wanted[i].name);
        CHECK(memcmp(em_chip_esp32.types[i].caps, wanted[i].caps, sizeof wanted[i].caps) == 0);
    }
    CHECK_EQ(em_chip_esp32.psram_heap.caps[0], 0x1400);
    CHECK_EQ(em_chip_esp32.psram_heap.caps[2], 0x100006);
    CHECK_EQ(em_chip_esp32.heap_record_bytes, 36);
    CHECK_EQ(em_chip_esp32.largest_request, 0x400000);
}

CHECK_MAIN
