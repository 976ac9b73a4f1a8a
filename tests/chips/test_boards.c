/* Boards are read from text, and what is wrong with a text is said in one sentence. */
#include "check.h"

#include <ctype.h>
#include <stdlib.h>

#include "espmem/board.h"

static struct em_board board;
static char why[400];

static void parses(const char *text)
{
    why[0] = '\0';
    if (!em_board_parse(&board, text, why, sizeof why))
        check_fail(__FILE__, __LINE__, "\"%s\" is refused: %s", text, why);
}

/* One sentence: no line end, no stop in front of another, names what was wrong. */
static void refused(const char *text, const char *sentence)
{
    struct em_board before;
    memset(&board, 0x5a, sizeof board);
    before = board;
    why[0] = '\0';
    CHECK(!em_board_parse(&board, text, why, sizeof why));
    CHECK_STR(why, sentence);
    CHECK(memcmp(&before, &board, sizeof board) == 0);
    CHECK(strchr(why, '\n') == NULL && strstr(why, ". ") == NULL);
}

/* ---- names and defaults ---------------------------------------------------------------------- */

TEST(a_name_alone_gives_the_defaults)
{
    parses("esp32-wrover-8m");
    CHECK_STR(board.name, "esp32-wrover-8m");
    CHECK(board.chip == &em_chip_esp32);
    CHECK_EQ(board.psram_bytes, 8 << 20);
    CHECK(board.bankswitch);
    CHECK_EQ(board.reserve, 8);
    CHECK_EQ(board.cores, 2);
    CHECK(!board.rtc_heap);
    CHECK_EQ(board.trace_banks, 0);
    CHECK_STR(board.engine, "tlsf");
    CHECK_STR(board.guard, "off");
    CHECK_EQ(board.manner, EM_MANNER_CHIP);
    CHECK_EQ(board.malloc_limit, 16384);
    CHECK_EQ(board.internal_pool, 32768);
    CHECK(!board.abort_on_failure && !board.system_tasks);
    CHECK_EQ(board.image_areas, 2);
    CHECK_EQ(board.image[0].start, 0x3FFB0000);
    CHECK_EQ(board.image[0].end, 0x3FFB3448);
    CHECK_EQ(board.image[1].start, 0x40080000);
    CHECK_EQ(board.image[1].end, 0x4008E54C);
}

TEST(every_named_board_can_be_read_and_has_its_psram)
{
    static const struct {
        const char *name;
        size_t psram;
        bool extension;
    } wanted[] = {{"esp32-wroom", 0, false},
                  {"esp32-wrover-2m", 2 << 20, false},
                  {"esp32-wrover-4m", 4 << 20, false},
                  {"esp32-wrover-8m", 8 << 20, false},
                  {"esp32-wrover-16m", 16 << 20, true}};
    CHECK_EQ(em_board_count, 5);
    for (unsigned i = 0; i < em_board_count; i++) {
        CHECK_STR(em_board_names[i].name, wanted[i].name);
        CHECK_EQ(em_board_names[i].extension, wanted[i].extension);
        CHECK(em_board_names[i].description && em_board_names[i].description[0] != '\0');
        parses(em_board_names[i].name);
        CHECK_EQ(board.psram_bytes, wanted[i].psram);
        CHECK_EQ(em_board_names[i].psram_bytes, wanted[i].psram);
    }
}

TEST(the_default_board_is_a_good_one)
{
    parses(em_board_default);
    CHECK_EQ(board.psram_bytes, 8 << 20);
    CHECK_EQ(board.reserve, 62);
}

/* ---- every key ------------------------------------------------------------------------------- */

TEST(every_key_sets_its_field)
{
    parses("esp32-wroom,psram=4M,bankswitch=0,reserve=17,cores=1,engine=tlsf,guard=off,manner=strict,limit=4K,pool=0,rtc=1,"
           "trace=2,abort=1,tasks=1,data=0x3FFB0000-0x3FFB8000,code=0x40080000-0x40090000");
    CHECK_EQ(board.psram_bytes, 4 << 20);
    CHECK(!board.bankswitch);
    CHECK_EQ(board.reserve, 17);
    CHECK_EQ(board.cores, 1);
    CHECK_EQ(board.manner, EM_MANNER_STRICT);
    CHECK_EQ(board.malloc_limit, 4096);
    CHECK_EQ(board.internal_pool, 0);
    CHECK(board.rtc_heap && board.abort_on_failure && board.system_tasks);
    CHECK_EQ(board.trace_banks, 2);
    CHECK_EQ(board.image_areas, 2);
    CHECK_EQ(board.image[0].end, 0x3FFB8000);
    CHECK_EQ(board.image[1].end, 0x40090000);
}

TEST(the_last_of_two_equal_keys_counts)
{
    parses("esp32-wrover-8m,reserve=5,manner=strict,reserve=9,manner=chip");
    CHECK_EQ(board.reserve, 9);
    CHECK_EQ(board.manner, EM_MANNER_CHIP);
}

TEST(numbers_may_be_decimal_or_hexadecimal_bytes_with_K_or_M)
{
    static const struct {
        const char *text;
        size_t bytes;
    } rows[] = {{"pool=0x8000", 0x8000},       {"pool=32768", 32768},      {"pool=32K", 32768},
                {"pool=1m", 1 << 20},          {"pool=32k", 32768},        {"pool=0", 0},
                {"pool=4194303K", 0xFFFFFC00}, {"pool=4095M", 0xFFF00000}, {"pool=4294967295", UINT32_MAX}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[80];
        snprintf(text, sizeof text, "esp32-wroom,%s", rows[i].text);
        parses(text);
        CHECK_EQ(board.internal_pool, rows[i].bytes);
    }
}

TEST(limit_may_be_never)
{
    parses("esp32-wrover-4m,limit=never");
    CHECK_EQ(board.malloc_limit, EM_LIMIT_NEVER_EXTERNAL);
    parses("esp32-wrover-4m,limit=0");
    CHECK_EQ(board.malloc_limit, 0);
    parses("esp32-wrover-4m,limit=2147483647");
    CHECK_EQ(board.malloc_limit, INT32_MAX);
}

TEST(guard_may_be_off_light_or_comprehensive)
{
    parses("esp32-wroom,guard=light");
    CHECK_STR(board.guard, "light");
    parses("esp32-wroom,guard=comprehensive");
    CHECK_STR(board.guard, "comprehensive");
    parses("esp32-wroom,guard=comprehensive,guard=off");
    CHECK_STR(board.guard, "off");
}

TEST(an_area_that_the_board_does_not_have_is_added)
{
    parses("esp32-wroom");
    board.image_areas = 0;
    CHECK(em_board_set(&board, "code", "0x40080000-0x40081000", why, sizeof why));
    CHECK(em_board_set(&board, "data", "0x3FFB0000-0x3FFB1000", why, sizeof why));
    CHECK(em_board_set(&board, "code", "0x40080000-0x40082000", why, sizeof why));
    CHECK_EQ(board.image_areas, 2);
    CHECK_EQ(board.image[0].end, 0x40082000);
    CHECK_EQ(board.image[1].start, 0x3FFB0000);
}

TEST(an_area_whose_start_is_too_long_a_word_is_refused)
{
    char text[200];
    parses("esp32-wroom");
    snprintf(text, sizeof text, "0x%070d-0x3FFB1000", 1);
    CHECK(!em_board_set(&board, "data", text, why, sizeof why));
}

TEST(an_image_area_may_be_empty)
{
    parses("esp32-wroom,data=0x3FFB0000-0x3FFB0000");
    CHECK_EQ(board.image[0].start, board.image[0].end);
}

/* ---- what is refused ------------------------------------------------------------------------- */

#define NAMES "esp32-wroom, esp32-wrover-2m, esp32-wrover-4m, esp32-wrover-8m, esp32-wrover-16m"
#define KEYS                                                                                                                   \
    "psram, bankswitch, reserve, cores, engine, guard, quarantine, below, manner, limit, pool, rtc, trace, abort, explain, "   \
    "tasks, "                                                                                                                  \
    "data, code"

TEST(an_unknown_board_is_refused_with_the_names_there_are)
{
    refused("esp32-wrover", "there is no board \"esp32-wrover\": choose one of " NAMES);
    refused("", "there is no board \"\": choose one of " NAMES);
    refused(",psram=4M", "there is no board \"\": choose one of " NAMES);
    refused("psram=4M", "there is no board \"psram=4M\": choose one of " NAMES);
    refused("ESP32-WROOM", "there is no board \"ESP32-WROOM\": choose one of " NAMES);
}

TEST(an_unknown_key_is_refused_with_the_keys_there_are)
{
    refused("esp32-wroom,ram=4M", "a board has no key \"ram\": it has " KEYS);
    refused("esp32-wroom,=4M", "a board has no key \"\": it has " KEYS);
    refused("esp32-wroom,psram =4M", "a board has no key \"psram \": it has " KEYS);
}

TEST(an_option_without_a_value_is_refused)
{
    refused("esp32-wroom,psram", "\"psram\" is no option of a board: write key=value");
    refused("esp32-wroom,,psram=4M", "\"\" is no option of a board: write key=value");
}

TEST(words_that_are_too_long_are_refused)
{
    static const char x63[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    char text[200], sentence[400];
    CHECK_EQ(strlen(x63), 63);
    snprintf(sentence, sizeof sentence, "there is no board \"%s\": choose one of " NAMES, x63);
    refused(x63, sentence);
    snprintf(text, sizeof text, "%sx", x63);
    refused(text, "a board's name has at most 63 characters");
    snprintf(text, sizeof text, "esp32-wroom,%sx", x63);
    refused(text, "a board's option has at most 63 characters");
    snprintf(text, sizeof text, "esp32-wroom,engine=%.40s", x63);
    snprintf(sentence, sizeof sentence, "a board's \"engine\" cannot be \"%.40s\": it takes tlsf", x63);
    refused(text, sentence);
}

/* One row a value: what it is given to, and what that takes. */
TEST(values_that_are_not_understood_are_refused_with_what_is)
{
    static const struct {
        const char *key, *wants, *values[14];
    } rows[] = {
        {"psram",
         "bytes, as 8M",
         {"", "M", "8MB", "8 M", "-8M", "+8", " 8", "8G", "4096M", "4294967296", "0x", "99999999999999999999", "4194304K"}},
        {"bankswitch", "0 or 1", {"", "2", "yes", "01", "-1"}},
        {"reserve", "a number of banks", {"", "8K", "x", "-1", "4294967296", "18446744073709551624"}},
        {"cores", "1 or 2", {"", "two", "2M"}},
        {"manner", "chip or strict", {"", "Chip", "strictly"}},
        {"limit", "bytes, as 16K, or never", {"", "Never", "-1", "2147483648", "2G"}},
        {"pool", "bytes, as 32K", {"", "32KB", "-32K"}},
        {"rtc", "0 or 1: RTC fast memory as heap", {"", "2"}},
        {"trace", "0, 1 or 2 banks of trace memory", {"", "1K", "-1"}},
        {"abort", "0 or 1: stop where an allocation fails", {"", "true"}},
        {"explain", "0 or 1: say why an allocation fails", {"", "yes"}},
        {"tasks", "0 or 1: charge for the system's own tasks", {"", "3"}},
        {"data",
         "START-END of the image's static data",
         {"", "0x3FFB0000", "-", "1-", "-1", "2-1", "0x3FFB0000-x", "1-2-3", "1K-2K", "4294967296-4294967297"}},
        {"code", "START-END of the image's code in IRAM", {"", "5-4", "a-b"}},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned j = 0; rows[i].values[j]; j++) {
            char text[100], sentence[200];
            snprintf(text, sizeof text, "esp32-wroom,%s=%s", rows[i].key, rows[i].values[j]);
            snprintf(sentence, sizeof sentence, "a board's \"%s\" cannot be \"%s\": it takes %s", rows[i].key,
                     rows[i].values[j], rows[i].wants);
            refused(text, sentence);
        }
    }
}

TEST(boards_that_cannot_be_are_refused_with_what_to_change)
{
    static const struct {
        const char *options, *sentence;
    } rows[] = {
        {"psram=1M", "there is no PSRAM of 1048576 bytes: choose psram=0, 2M, 4M, 8M, 16M or 32M"},
        {"psram=8388607", "there is no PSRAM of 8388607 bytes: choose psram=0, 2M, 4M, 8M, 16M or 32M"},
        {"psram=64M", "there is no PSRAM of 67108864 bytes: choose psram=0, 2M, 4M, 8M, 16M or 32M"},
        {"psram=8M,reserve=0", "reserve=0 is impossible: himem keeps 1 to 62 banks of the window; bankswitch=0 turns it off"},
        {"psram=8M,reserve=63", "reserve=63 is impossible: himem keeps 1 to 62 banks of the window; bankswitch=0 turns it off"},
        {"cores=0", "cores=0 is impossible: the ESP32 has 1 to 2"},
        {"cores=3", "cores=3 is impossible: the ESP32 has 1 to 2"},
        {"rtc=1", "rtc=1 needs cores=1: only then is RTC fast memory free for the heap"},
        {"trace=3", "trace=3 is impossible: trace memory has 0, 1 or 2 banks"},
        {"engine=buddy", "there is no engine \"buddy\": choose engine=tlsf"},
        {"guard=on", "there is no guard \"on\": choose guard=off, light, comprehensive or page"},
        {"data=0x40080000-0x40080004",
         "the image's code (0x40080000-0x4008e54c) overlaps the image's data (0x40080000-0x40080004): move one of them"},
        {"data=0x3FFAE000-0x3FFAE100",
         "the image's data (0x3ffae000-0x3ffae100) overlaps the ROM's data (0x3ffae000-0x3ffae6e0): move it"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[100];
        snprintf(text, sizeof text, "esp32-wroom,%s", rows[i].options);
        refused(text, rows[i].sentence);
    }
}

TEST(what_is_off_may_have_any_reserve)
{
    parses("esp32-wrover-8m,bankswitch=0,reserve=63");
    parses("esp32-wrover-8m,reserve=1");
    parses("esp32-wrover-8m,reserve=62");
    parses("esp32-wrover-8m,psram=32M");
}

TEST(a_sentence_is_cut_to_the_room_there_is)
{
    char small[8] = "xxxxxxx";
    CHECK(!em_board_parse(&board, "esp32-wroom,psram=1M", small, 5));
    CHECK_STR(small, "ther");
    CHECK_STR(small + 5, "xx");
    CHECK(!em_board_parse(&board, "nothing", NULL, 0));
    CHECK(!em_board_set(&board, "nothing", "1", NULL, 0));
}

TEST(set_changes_one_field_and_leaves_the_check_to_check)
{
    parses("esp32-wrover-8m");
    CHECK(em_board_set(&board, "reserve", "63", why, sizeof why));
    CHECK_EQ(board.reserve, 63);
    CHECK(!em_board_check(&board, why, sizeof why));
    CHECK(!em_board_set(&board, "reserve", "x", why, sizeof why));
    CHECK_EQ(board.reserve, 63);
    CHECK(em_board_set(&board, "reserve", "62", why, sizeof why));
    CHECK(em_board_check(&board, why, sizeof why));
}

TEST(more_areas_than_a_board_holds_are_refused)
{
    parses("esp32-wrover-8m");
    board.image_areas = EM_IMAGE_AREAS;
    for (unsigned i = 0; i < EM_IMAGE_AREAS; i++)
        board.image[i].name = "other";
    CHECK(!em_board_set(&board, "data", "1-2", why, sizeof why));
    CHECK_STR(why, "a board's \"data\" cannot be \"1-2\": it takes START-END of the image's static data");
}

CHECK_MAIN
