/* Accesses that himem does not allow: let through in manner chip, stopped with a report in manner strict. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "esp32/himem.h"
#include "esp_heap_caps.h"

enum { BANK = ESP_HIMEM_BLKSZ, HANDLED_BEFORE = 42 };

/* ---- what a child does ------------------------------------------------------------------------ */

static esp_himem_handle_t memory;
static esp_himem_rangehandle_t range;

static volatile uint32_t *map(int flags)
{
    void *pointer = NULL;
    if (esp_himem_alloc(4 * BANK, &memory) != ESP_OK || esp_himem_alloc_map_range(3 * BANK, &range) != ESP_OK ||
        esp_himem_map(memory, range, 2 * BANK, BANK, BANK, flags, &pointer) != ESP_OK)
        abort();
    return pointer;
}

static volatile uint32_t *stale(void)
{
    volatile uint32_t *words = map(0);
    words[4] = 4711;
    if (esp_himem_unmap(range, (void *)(uintptr_t)words, BANK) != ESP_OK)
        abort();
    return words;
}

static void read_stale(void)
{
    printf("read %u\n", (unsigned)stale()[4]);
}

static void write_stale(void)
{
    stale()[4] = 1;
    printf("written\n");
}

static void read_only_read(void)
{
    printf("read %u\n", (unsigned)(map(ESP_HIMEM_MAPFLAG_RO)[4] & 0));
}

static void read_only_write(void)
{
    volatile uint32_t *words = map(ESP_HIMEM_MAPFLAG_RO);
    words[4] = 4711;
    printf("read %u\n", (unsigned)words[4]);
}

/* The compiler leaves no check of a store behind the one of a load; the page has to. */
static void read_only_modify(void)
{
    volatile uint32_t *words = map(ESP_HIMEM_MAPFLAG_RO);
    words[4] |= 1;
    printf("modified\n");
}

static void write_after_read_only(void)
{
    volatile uint32_t *words = map(ESP_HIMEM_MAPFLAG_RO);
    void *pointer = NULL;
    if (esp_himem_unmap(range, (void *)(uintptr_t)words, BANK) != ESP_OK ||
        esp_himem_map(memory, range, 2 * BANK, BANK, BANK, 0, &pointer) != ESP_OK)
        abort();
    *(volatile uint32_t *)pointer = 4711;
    printf("read %u\n", (unsigned)*(volatile uint32_t *)pointer);
}

static void read_past_map(void)
{
    printf("read %u\n", (unsigned)(map(0)[BANK / 4] & 0));
}

static void read_unreserved(void)
{
    printf("read %u\n", (unsigned)(*(volatile uint32_t *)(uintptr_t)0x3FBF8000 & 0));
}

static void read_flash(void)
{
    printf("read %u\n", (unsigned)*(volatile uint32_t *)(uintptr_t)0x3F400010);
}

static void read_nowhere(void)
{
    volatile uint32_t *volatile nowhere = (volatile uint32_t *)(uintptr_t)16;
    printf("read %u\n", (unsigned)*nowhere);
}

static const struct {
    const char *name;
    void (*run)(void);
} deeds[] = {
    {"read-stale", read_stale},
    {"write-stale", write_stale},
    {"read-only-read", read_only_read},
    {"read-only-write", read_only_write},
    {"read-only-modify", read_only_modify},
    {"write-after-read-only", write_after_read_only},
    {"read-past-map", read_past_map},
    {"read-unreserved", read_unreserved},
    {"read-flash", read_flash},
    {"read-nowhere", read_nowhere},
};

/* A handler that was there before the chip: must see what is none of the chip's business. */
static void earlier_handler(int signal_number)
{
    (void)signal_number;
    _exit(HANDLED_BEFORE);
}

/* Constructors of one priority run in the order in which they are linked: the program's, then the boot. */
__attribute__((constructor(101))) static void install_earlier_handler(void)
{
    if (getenv("TEST_HANDLER"))
        signal(SIGSEGV, earlier_handler);
}

/* ---- tests ------------------------------------------------------------------------------------ */

static void goes_through(const char *settings, const char *deed, const char *output)
{
    struct child child;
    child_run_self(&child, settings, deed);
    if (child.status != 0 || !strstr(child.out, output) || child.err[0])
        printf("%s with %s: status %d, stderr: %s\n", deed, settings, child.status, child.err);
    CHECK_EQ(child.status, 0);
    CHECK(strstr(child.out, output) != NULL);
    CHECK_STR(child.err, "");
}

static void is_stopped(const char *settings, const char *deed, const char *const *words)
{
    struct child child;
    child_run_self(&child, settings, deed);
    CHECK_EQ(child.status, 3);
    for (; *words; words++) {
        if (!strstr(child.err, *words))
            printf("no \"%s\" in: %s", *words, child.err);
        CHECK(strstr(child.err, *words) != NULL);
    }
    CHECK_PTR(strchr(child.err, '\n'), child.err + strlen(child.err) - 1); /* one line */
}

#define STOPPED(settings, deed, ...) is_stopped(settings, deed, (const char *const[]){__VA_ARGS__, NULL})

TEST(manner_chip_lets_everything_through_that_the_chip_does)
{
    goes_through("ESPMEM_MANNER=chip", "read-stale", "read 4711");
    goes_through("ESPMEM_MANNER=chip", "write-stale", "written");
    goes_through("ESPMEM_MANNER=chip", "read-only-write", "read 4711");
    goes_through("ESPMEM_MANNER=chip", "read-only-modify", "modified");
    goes_through("ESPMEM_MANNER=chip", "read-past-map", "read 0");
    goes_through("", "read-unreserved", "read 0");
}

TEST(manner_strict_allows_what_is_mapped)
{
    goes_through("ESPMEM_MANNER=strict", "read-only-read", "read 0");
    goes_through("ESPMEM_MANNER=strict", "write-after-read-only", "read 4711");
}

TEST(manner_strict_stops_an_access_after_unmap)
{
    STOPPED("ESPMEM_MANNER=strict", "read-stale", "read of 0x3fa18010", "page 1 is not mapped", "to himem bank 2 last",
            "range at 0x3fa10000 of 3 pages", "manner strict");
    STOPPED("ESPMEM_MANNER=strict", "write-stale", "write of 0x3fa18010", "page 1 is not mapped");
}

TEST(manner_strict_stops_a_write_to_a_read_only_map)
{
    STOPPED("ESPMEM_MANNER=strict", "read-only-write", "write of 0x3fa18010", "mapped read-only to himem bank 2");
    STOPPED("ESPMEM_MANNER=strict", "read-only-modify", "write of 0x3fa18010", "mapped read-only to himem bank 2");
}

TEST(manner_strict_stops_an_access_to_what_was_never_mapped)
{
    STOPPED("ESPMEM_MANNER=strict", "read-past-map", "read of 0x3fa20000", "page 2 is not mapped");
    STOPPED("ESPMEM_MANNER=strict", "read-unreserved", "read of 0x3fbf8000", "belongs to no range");
}

TEST(where_the_chip_has_nothing_both_manners_stop)
{
    STOPPED("ESPMEM_MANNER=chip", "read-flash", "read of 0x3f400010", "flash data", "manner chip");
    STOPPED("ESPMEM_MANNER=strict", "read-flash", "read of 0x3f400010", "flash data");
    STOPPED("ESPMEM_BOARD=esp32-wroom", "read-unreserved", "read of 0x3fbf8000", "has no RAM");
}

TEST(other_addresses_go_to_the_handler_that_was_there_before)
{
    struct child child;
    child_run_self(&child, "TEST_HANDLER=1", "read-nowhere");
    CHECK_EQ(child.status, HANDLED_BEFORE);
    child_run_self(&child, "TEST_HANDLER=1 ESPMEM_MANNER=strict", "read-stale");
    CHECK_EQ(child.status, 3);
}

TEST(without_such_a_handler_they_end_the_process)
{
    struct child child;
    child_run_self(&child, "", "read-nowhere");
    CHECK(child.status != 0 && child.status != 3);
    CHECK(strstr(child.err, "espmem") == NULL);
}

int main(int count, char **arguments)
{
    for (size_t i = 0; count > 1 && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, arguments[1]) != 0)
            continue;
        deeds[i].run();
        return 0;
    }
    return check_run(count > 1 ? arguments[1] : NULL);
}
