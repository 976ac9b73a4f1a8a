/* Chip, less what is reserved, less the image: the pieces that become heaps. */
#include "check.h"

#include "espmem/caps.h"
#include "espmem/chip.h"

enum { ROOM = 64 };

static struct em_region_use pieces[ROOM];
static struct em_reserved first, second;
static char text[1000];

/* The pieces as text: "START-END:TYPE START-END:TYPE*", * where a start-up stack lies. */
static const char *built(const struct em_chip *chip, const struct em_region_options *options, unsigned room)
{
    unsigned count = em_regions_build(chip, options, pieces, room, &first, &second);
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < count && i < room; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s%lX-%lX:%s%s", i ? " " : "", (unsigned long)pieces[i].start,
                             (unsigned long)pieces[i].end, pieces[i].type->name, pieces[i].startup_stack ? "*" : "");
    return text;
}

/* ---- the ESP32 ------------------------------------------------------------------------------- */

static const struct em_reserved log_image[] = {{0x3FFB0000, 0x3FFB3448, "data", EM_ALWAYS},
                                               {0x40080000, 0x4008E54C, "code", EM_ALWAYS}};

TEST(the_boot_logs_board_has_the_boot_logs_five_heaps)
{
    struct em_region_options options = {.psram = true, .cores = 2, .image = log_image, .image_count = 2};
    CHECK_STR(built(&em_chip_esp32, &options, ROOM), "3FFAE6E0-3FFB0000:DRAM 3FFB3448-3FFE0000:DRAM 3FFE0440-3FFE3F20:D/IRAM* "
                                                     "3FFE4350-40000000:D/IRAM* 4008E54C-400A0000:IRAM");
}

TEST(one_core_gives_back_its_data_and_its_cache)
{
    struct em_region_options options = {.cores = 1, .image = log_image, .image_count = 2};
    CHECK_STR(built(&em_chip_esp32, &options, ROOM), "3FFAE6E0-3FFB0000:DRAM 3FFB3448-3FFE0000:DRAM 3FFE0440-40000000:D/IRAM* "
                                                     "40078000-40080000:IRAM 4008E54C-400A0000:IRAM");
}

TEST(rtc_memory_joins_where_it_is_asked_for)
{
    struct em_region_options options = {.cores = 1, .rtc_heap = true, .image = log_image, .image_count = 2};
    CHECK(strncmp(built(&em_chip_esp32, &options, ROOM), "3FF80000-3FF82000:RTCRAM 3FFAE6E0", 33) == 0);
}

TEST(trace_memory_is_taken_from_the_end)
{
    struct em_region_options options = {.cores = 2, .trace_banks = 1, .image = log_image, .image_count = 2};
    CHECK(strstr(built(&em_chip_esp32, &options, ROOM), " 3FFE4350-3FFFC000:D/IRAM* "));
    options.trace_banks = 2;
    CHECK(strstr(built(&em_chip_esp32, &options, ROOM), " 3FFE4350-3FFF8000:D/IRAM* "));
}

TEST(psram_is_left_out_with_and_without_it)
{
    struct em_region_options options = {.cores = 2, .image = log_image, .image_count = 2};
    CHECK(strstr(built(&em_chip_esp32, &options, ROOM), "3F8") == NULL);
    options.psram = true;
    CHECK(strstr(built(&em_chip_esp32, &options, ROOM), "3F8") == NULL);
}

TEST(an_image_may_fill_a_region_whole_or_leave_a_hole)
{
    static const struct em_reserved image[] = {{0x3FFAE6E0, 0x3FFB0000, "whole", EM_ALWAYS},
                                               {0x3FFC0000, 0x3FFD0000, "a part", EM_ALWAYS},
                                               {0x40080000, 0x400A0000, "all of it", EM_ALWAYS}};
    struct em_region_options options = {.cores = 2, .image = image, .image_count = 3};
    CHECK_STR(built(&em_chip_esp32, &options, ROOM), "3FFB0000-3FFC0000:DRAM 3FFD0000-3FFE0000:DRAM 3FFE0440-3FFE3F20:D/IRAM* "
                                                     "3FFE4350-40000000:D/IRAM*");
}

/* ---- a small chip of our own ----------------------------------------------------------------- */

static const struct em_memory_type types[] = {{"A", {EM_CAP_8BIT, 0, 0}}, {"B", {EM_CAP_32BIT, 0, 0}}};
/* A A B | A with another start | gap | A */
static const struct em_region regions[] = {{0x1000, 0x1000, 0, false, EM_ALWAYS}, {0x2000, 0x1000, 0, false, EM_ALWAYS},
                                           {0x3000, 0x1000, 1, false, EM_ALWAYS}, {0x4000, 0x1000, 0, false, EM_ALWAYS},
                                           {0x5000, 0x1000, 0, true, EM_ALWAYS},  {0x8000, 0x1000, 0, false, EM_IF_TWO_CORES}};
static const struct em_chip small_chip = {
    .types = types, .type_count = 2, .regions = regions, .region_count = sizeof regions / sizeof regions[0]};

/* What is left of the small chip, without its last region, beside these areas. */
static const char *left_by(const struct em_reserved *image, unsigned count)
{
    struct em_region_options options = {.cores = 1, .image = image, .image_count = count};
    return built(&small_chip, &options, ROOM);
}

TEST(neighbours_of_one_type_become_one_piece)
{
    struct em_region_options options = {.cores = 2};
    CHECK_STR(built(&small_chip, &options, ROOM), "1000-3000:A 3000-4000:B 4000-5000:A 5000-6000:A* 8000-9000:A");
    options.cores = 1;
    CHECK_STR(built(&small_chip, &options, ROOM), "1000-3000:A 3000-4000:B 4000-5000:A 5000-6000:A*");
}

TEST(pieces_of_sixteen_bytes_and_less_are_dropped)
{
    static const struct em_reserved sixteen[] = {{0x1010, 0x1FF0, "x", EM_ALWAYS}, {0x2014, 0x6000, "y", EM_ALWAYS}};
    CHECK_STR(left_by(sixteen, 2), "2000-2014:A"); /* also where a neighbour would have made it longer */
    static const struct em_reserved twenty[] = {{0x1014, 0x1FEC, "x", EM_ALWAYS}, {0x2004, 0x6000, "y", EM_ALWAYS}};
    CHECK_STR(left_by(twenty, 2), "1000-1014:A 1FEC-2000:A");
}

TEST(areas_are_widened_to_whole_words)
{
    static const struct em_reserved odd[] = {{0x1021, 0x1033, "x", EM_ALWAYS}, {0x2000, 0x6000, "y", EM_ALWAYS}};
    CHECK_STR(left_by(odd, 2), "1000-1020:A 1034-2000:A");
}

TEST(an_area_may_reach_over_several_regions_and_into_nothing)
{
    static const struct em_reserved wide[] = {{0x0, 0x1800, "x", EM_ALWAYS}, {0x2800, 0x7000, "y", EM_ALWAYS}};
    CHECK_STR(left_by(wide, 2), "1800-2800:A");
}

TEST(areas_may_come_in_any_order_and_touch)
{
    static const struct em_reserved touching[] = {{0x4000, 0x6000, "z", EM_ALWAYS},
                                                  {0x1400, 0x1800, "y", EM_ALWAYS},
                                                  {0x1100, 0x1400, "x", EM_ALWAYS},
                                                  {0x2000, 0x4000, "w", EM_ALWAYS}};
    CHECK_STR(left_by(touching, 4), "1000-1100:A 1800-2000:A");
}

TEST(an_area_at_the_end_of_all_addresses_is_no_problem)
{
    struct em_reserved high[] = {{0x1800, 0x1C00, "x", EM_ALWAYS}, {UINTPTR_MAX - 6, UINTPTR_MAX, "y", EM_ALWAYS}};
    CHECK_STR(left_by(high, 2), "1000-1800:A 1C00-3000:A 3000-4000:B 4000-5000:A 5000-6000:A*");
}

TEST(overlapping_areas_are_refused_and_named)
{
    static const struct em_reserved both[] = {
        {0x1000, 0x1100, "far", EM_ALWAYS}, {0x2000, 0x2100, "one", EM_ALWAYS}, {0x20FC, 0x2200, "other", EM_ALWAYS}};
    struct em_region_options options = {.cores = 1, .image = both, .image_count = 3};
    CHECK_EQ(em_regions_build(&small_chip, &options, pieces, ROOM, &first, &second), 0);
    CHECK((strcmp(first.name, "one") == 0 && strcmp(second.name, "other") == 0) ||
          (strcmp(first.name, "other") == 0 && strcmp(second.name, "one") == 0));
}

TEST(areas_that_only_overlap_once_widened_are_refused_too)
{
    static const struct em_reserved both[] = {{0x1000, 0x1102, "one", EM_ALWAYS}, {0x1102, 0x1200, "other", EM_ALWAYS}};
    struct em_region_options options = {.cores = 1, .image = both, .image_count = 2};
    CHECK_EQ(em_regions_build(&small_chip, &options, pieces, ROOM, &first, &second), 0);
}

TEST(an_image_in_a_reserved_area_is_refused)
{
    static const struct em_reserved image[] = {{0x3FFAE000, 0x3FFAE800, "the image", EM_ALWAYS}};
    struct em_region_options options = {.cores = 2, .image = image, .image_count = 1};
    CHECK_EQ(em_regions_build(&em_chip_esp32, &options, pieces, ROOM, &first, &second), 0);
    CHECK_STR(first.name, "the image");
    CHECK_STR(second.name, "the ROM's data");
    options.cores = 1; /* areas that do not count now are in nobody's way */
    static const struct em_reserved other[] = {{0x3FFE3F00, 0x3FFE4400, "the image", EM_ALWAYS}};
    options.image = other;
    CHECK(em_regions_build(&em_chip_esp32, &options, pieces, ROOM, &first, &second) > 0);
    options.cores = 2;
    CHECK_EQ(em_regions_build(&em_chip_esp32, &options, pieces, ROOM, &first, &second), 0);
}

TEST(too_little_room_is_told_by_the_count)
{
    struct em_region_options options = {.cores = 2};
    for (unsigned room = 0; room < 6; room++) {
        memset(pieces, 0x5a, sizeof pieces);
        CHECK_EQ(em_regions_build(&small_chip, &options, pieces, room, &first, &second), 5);
        CHECK_EQ(pieces[room].start, (uintptr_t)0x5a5a5a5a5a5a5a5a);
        for (unsigned i = 0; i < room && i < 5; i++)
            CHECK(pieces[i].start >= 0x1000 && pieces[i].end <= 0x9000);
    }
}

CHECK_MAIN
