/* Which board a program runs on: the layers, and what is refused. */
#define CONFIG_SPIRAM_BANKSWITCH_RESERVE 20 /* what this program says of itself */
#define CONFIG_FREERTOS_HZ               250

#include <stdlib.h>

#include "check.h"
#include "child.h"
#include "esp32/himem.h"
#include "esp_heap_caps.h"
#include "espmem_config.h"
#include "freertos/FreeRTOS.h"
#include "idf/chip.h"

/* A second object of the program, as the boot sees one; it says nothing unless it is made to. */
static struct espmem_program_config other_object = {
    espmem_boots_the_chip, NULL, ESPMEM_OPTIONS, {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}};
__attribute__((ESPMEM_KEPT used, section("espmem_config"))) static const struct espmem_program_config *const other_entry =
    &other_object;

static const struct {
    const char *name;
    enum espmem_option option;
} sayings[] = {
    {"TEST_SPIRAM=", ESPMEM_OPTION_SPIRAM},
    {"TEST_IGNORE=", ESPMEM_OPTION_SPIRAM_IGNORE_NOTFOUND},
    {"TEST_RESERVE=", ESPMEM_OPTION_SPIRAM_BANKSWITCH_RESERVE},
    {"TEST_BANKSWITCH=", ESPMEM_OPTION_SPIRAM_BANKSWITCH_ENABLE},
    {"TEST_ALWAYSINTERNAL=", ESPMEM_OPTION_SPIRAM_MALLOC_ALWAYSINTERNAL},
    {"TEST_USE_MALLOC=", ESPMEM_OPTION_SPIRAM_USE_MALLOC},
    {"TEST_UNICORE=", ESPMEM_OPTION_FREERTOS_UNICORE},
    {"TEST_RTC=", ESPMEM_OPTION_RTC_FAST_MEM_AS_HEAP},
    {"TEST_ABORT=", ESPMEM_OPTION_HEAP_ABORT_WHEN_ALLOCATION_FAILS},
    {"TEST_POISONING=", ESPMEM_OPTION_HEAP_POISONING},
};

/* Before the boot reads it: the second object says what the environment names. */
static void let_it_say(int count, char **arguments, char **environment)
{
    (void)count;
    (void)arguments;
    for (; *environment; environment++) {
        for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++)
            if (strncmp(*environment, sayings[i].name, strlen(sayings[i].name)) == 0)
                other_object.value[sayings[i].option] = atoi(*environment + strlen(sayings[i].name));
        if (strcmp(*environment, "TEST_OLD_HEADER=1") == 0)
            other_object.options++;
    }
}
__attribute__((section(".preinit_array"), used)) static void (*const sayer)(int, char **, char **) = let_it_say;

/* What the child prints of its chip, in one line. */
static void describe_chip(void)
{
    void *large = malloc(20000);
    printf("chip psram=%zu himem=%zu window=%zu cores=%u rtc=%d abort=%d pool=%zu total=%zu large=%s\n",
           idf_chip.board.psram_bytes, esp_himem_get_phys_size(), esp_himem_reserved_area_size(), idf_chip.board.cores,
           idf_chip.board.rtc_heap, idf_chip.board.abort_on_failure,
           heap_caps_get_total_size(MALLOC_CAP_DMA) - heap_caps_get_total_size(MALLOC_CAP_DMA | MALLOC_CAP_SPIRAM),
           heap_caps_get_total_size(MALLOC_CAP_SPIRAM), (uintptr_t)large < 0x3FC00000 ? "external" : "internal");
    free(large);
}

static void runs_on(const char *settings, const char *const *words)
{
    struct child child;
    child_run_self(&child, settings, "describe");
    const char *line = strstr(child.out, "chip psram=");
    CHECK_EQ(child.status, 0);
    CHECK(line != NULL);
    for (; *words; words++) {
        if (!strstr(line, *words))
            printf("with \"%s\": no \"%s\" in %s", settings, *words, line);
        CHECK(strstr(line, *words) != NULL);
    }
}

#define RUNS_ON(settings, ...) runs_on(settings, (const char *const[]){__VA_ARGS__, NULL})

static void is_refused(const char *settings, const char *words)
{
    struct child child;
    child_run_self(&child, settings, "describe");
    if (child.status != 2 || !strstr(child.err, words))
        printf("with \"%s\": status %d, %s\n", settings, child.status, child.err);
    CHECK_EQ(child.status, 2);
    CHECK(strncmp(child.err, "espmem: ", 8) == 0);
    CHECK(strstr(child.err, words) != NULL);
    CHECK_PTR(strchr(child.err, '\n'), child.err + strlen(child.err) - 1); /* one sentence */
    CHECK_STR(child.out, "");
}

TEST(the_programs_own_constants_change_the_default_board)
{
    CHECK_EQ(esp_himem_reserved_area_size(), 20 * ESP_HIMEM_BLKSZ);
    CHECK_EQ(configTICK_RATE_HZ, 250);
    RUNS_ON("", "psram=8388608", "window=655360", "cores=2", "abort=0");
}

TEST(constants_of_all_objects_count)
{
    RUNS_ON("TEST_UNICORE=1", "cores=1", "rtc=0");
    RUNS_ON("TEST_UNICORE=1 TEST_RTC=1", "cores=1", "rtc=1");
    RUNS_ON("TEST_RTC=1", "cores=2", "rtc=0"); /* on in every configuration, of no effect with two cores */
    RUNS_ON("TEST_BANKSWITCH=0", "himem=0 ", "window=0 ", "total=4194304");
    RUNS_ON("TEST_SPIRAM=0", "psram=0 ", "total=0 ", "large=internal");
    RUNS_ON("TEST_ALWAYSINTERNAL=30000", "large=internal");
    RUNS_ON("TEST_ALWAYSINTERNAL=10000", "large=external");
    RUNS_ON("TEST_USE_MALLOC=0", "large=internal", "total=3538944");
    RUNS_ON("TEST_ABORT=1", "abort=1");
}

TEST(a_boards_name_comes_before_the_programs_constants)
{
    RUNS_ON("ESPMEM_BOARD=esp32-wrover-4m", "psram=4194304", "window=655360");
    RUNS_ON("ESPMEM_BOARD=esp32-wrover-4m TEST_SPIRAM=0", "psram=0 ");
    RUNS_ON("ESPMEM_BOARD=esp32-wroom", "psram=0 ", "himem=0 ");
}

TEST(a_boards_keys_come_after_them)
{
    RUNS_ON("ESPMEM_BOARD=esp32-wrover-8m,reserve=62", "window=2031616", "himem=6225920");
    RUNS_ON("ESPMEM_BOARD=esp32-wroom,psram=2M TEST_SPIRAM=0", "psram=2097152", "himem=0 ");
    RUNS_ON("ESPMEM_BOARD=esp32-wrover-8m,cores=1 TEST_UNICORE=0", "cores=1");
    RUNS_ON("ESPMEM_BOARD=esp32-wrover-8m,cores=1 TEST_RTC=1", "cores=1", "rtc=1");
}

TEST(objects_that_disagree_are_refused)
{
    is_refused("TEST_RESERVE=8", "disagree on CONFIG_SPIRAM_BANKSWITCH_RESERVE: ");
    is_refused("TEST_RESERVE=8", " 20"); /* which of both is named first is the linker's choice */
    is_refused("TEST_RESERVE=8", " 8");
    RUNS_ON("TEST_RESERVE=20", "window=655360");
    is_refused("TEST_OLD_HEADER=1", "compile all of it again");
}

TEST(boards_that_cannot_be_are_refused)
{
    is_refused("ESPMEM_BOARD=esp32-wrover-8m,reserve=0", "reserve=0 is impossible");
    is_refused("ESPMEM_BOARD=esp32-wrover-8m,reserve=63", "reserve=63 is impossible");
    is_refused("ESPMEM_BOARD=esp32-wrover-8m,psram=3M", "psram=0, 2M, 4M, 8M");
    is_refused("ESPMEM_BOARD=esp33", "esp32-wroom");
    is_refused("ESPMEM_BOARD=esp32-wroom,psrm=2M", "psrm");
    is_refused("ESPMEM_BOARD=esp32-wroom,psram", "key=value");
    is_refused("ESPMEM_BOARD=esp32-wroom,data=0x3FFAE000-0x3FFB0000", "overlaps");
}

TEST(settings_that_are_not_understood_are_refused)
{
    is_refused("ESPMEM_MANNER=gentle", "chip or strict");
    is_refused("ESPMEM_GUARD=heavy", "heavy");
    is_refused("ESPMEM_EXPLAIN=yes", "ESPMEM_EXPLAIN cannot be \"yes\"");
    is_refused("ESPMEM_WARN=2", "ESPMEM_WARN cannot be \"2\"");
}

TEST(settings_of_nothing_are_no_settings)
{
    RUNS_ON("ESPMEM_BOARD= ESPMEM_MANNER= ESPMEM_GUARD= ESPMEM_EXPLAIN=0 ESPMEM_WARN=0 ESPMEM_RECORD=", "window=655360");
    RUNS_ON("ESPMEM_GUARD=off ESPMEM_MANNER=chip", "window=655360");
}

TEST(a_program_that_insists_on_psram_panics_without)
{
    struct child child;
    child_run_self(&child, "ESPMEM_BOARD=esp32-wroom TEST_SPIRAM=1", "describe");
    CHECK_EQ(child.status, 3);
    CHECK(strstr(child.out, "SPI RAM enabled but initialization failed. Bailing out.") != NULL);
    RUNS_ON("ESPMEM_BOARD=esp32-wroom TEST_SPIRAM=1 TEST_IGNORE=1", "psram=0 ");
}

TEST(a_pool_that_cannot_be_reserved_panics)
{
    struct child child;
    child_run_self(&child, "ESPMEM_BOARD=esp32-wrover-8m,pool=64M", "describe");
    CHECK_EQ(child.status, 3);
    CHECK(strstr(child.out, "Could not reserve internal/DMA pool (error 0x101)") != NULL);
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "describe") == 0) {
        describe_chip();
        return 0;
    }
    return check_run(count > 1 ? arguments[1] : NULL);
}
