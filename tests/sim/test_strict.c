/* Accesses that himem does not allow: let through in manner chip, stopped with a report in manner strict. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "esp32/himem.h"
#include "esp_err.h"
#include "esp_heap_caps.h"

#ifdef TEST_CHECKED
static const bool checked = true;
#else
static const bool checked = false;
#endif

enum { BANK = ESP_HIMEM_BLKSZ, HANDLED_BEFORE = 42 };

/* ---- what a child does ------------------------------------------------------------------------ */

static esp_himem_handle_t memory;
static esp_himem_rangehandle_t range;
static void *mapped_at; /* NULL: nothing is mapped */

__attribute__((noinline)) static volatile uint32_t *map(int flags)
{
    void *pointer = NULL;
    if (esp_himem_alloc(4 * BANK, &memory) != ESP_OK || esp_himem_alloc_map_range(3 * BANK, &range) != ESP_OK ||
        esp_himem_map(memory, range, 2 * BANK, BANK, BANK, flags, &pointer) != ESP_OK)
        abort();
    mapped_at = pointer;
    return pointer;
}

static void clean_up(void)
{
    if (mapped_at && esp_himem_unmap(range, mapped_at, BANK) != ESP_OK)
        abort();
    if (range && (esp_himem_free_map_range(range) != ESP_OK || esp_himem_free(memory) != ESP_OK))
        abort();
}

static volatile uint32_t *stale(void)
{
    volatile uint32_t *words = map(0);
    words[4] = 4711;
    if (esp_himem_unmap(range, (void *)(uintptr_t)words, BANK) != ESP_OK)
        abort();
    mapped_at = NULL;
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

static void unmap_twice(void)
{
    uintptr_t words = (uintptr_t)map(0);
    esp_err_t first = esp_himem_unmap(range, (void *)words, BANK), second = esp_himem_unmap(range, (void *)words, BANK);
    printf("%s %s\n", esp_err_to_name(first), esp_err_to_name(second));
    mapped_at = NULL;
}

static void unmap_never_mapped(void)
{
    uintptr_t words = (uintptr_t)map(0);
    printf("%s\n", esp_err_to_name(esp_himem_unmap(range, (void *)words, 2 * BANK)));
}

static void forget_map(void)
{
    map(0);
    range = NULL;
    mapped_at = NULL;
}

static void forget_handles(void)
{
    stale();
    range = NULL;
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
    {"unmap-twice", unmap_twice},
    {"unmap-never-mapped", unmap_never_mapped},
    {"forget-map", forget_map},
    {"forget-handles", forget_handles},
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

static unsigned lines(const char *text)
{
    unsigned count = 0;
    while ((text = strchr(text, '\n')) != NULL) {
        text++;
        count++;
    }
    return count;
}

/* Without an error, and with one line for each place in the code that is wrong, and one for their number. */
static void passes(const char *settings, const char *deed, const char *output, unsigned warnings)
{
    char number[32];
    struct child child;
    child_run_self(&child, settings, deed);
    snprintf(number, sizeof number, "espmem: %u warning", warnings);
    unsigned wanted = warnings ? warnings + 1 : 0;
    if (child.status != 0 || !strstr(child.out, output) || lines(child.err) != wanted)
        printf("%s with %s: status %d, stderr: %s\n", deed, settings, child.status, child.err);
    CHECK_EQ(child.status, 0);
    CHECK(strstr(child.out, output) != NULL);
    CHECK_EQ(lines(child.err), wanted);
    CHECK(warnings == 0 || strstr(child.err, number) != NULL);
}

static void goes_through(const char *settings, const char *deed, const char *output)
{
    passes(settings, deed, output, 0);
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
    CHECK(strncmp(child.err, "Guru Meditation Error: Core 0 panic'ed (", 40) == 0);
}

#define STOPPED(settings, deed, ...) is_stopped(settings, deed, (const char *const[]){__VA_ARGS__, NULL})

/* `settings` after ESPMEM_MANNER=chip; `number` of warnings for each of these that is wrong. */
static void lets_through(const char *settings, unsigned number)
{
    passes(settings, "read-stale", "read 4711", number);
    passes(settings, "write-stale", "written", number);
    passes(settings, "read-only-write", "read 4711", number);
    passes(settings, "read-past-map", "read 0", number);
    goes_through(settings, "read-only-read", "read 0");
    goes_through(settings, "write-after-read-only", "read 4711");
}

TEST(manner_chip_lets_everything_through_that_the_chip_does)
{
    lets_through("ESPMEM_MANNER=chip", checked ? 1 : 0);
    goes_through("ESPMEM_MANNER=chip", "read-only-modify", "modified"); /* compilers check the load alone */
    passes("", "read-unreserved", "read 0", checked ? 1 : 0);
}

TEST(manner_chip_counts_warnings_on_request)
{
    lets_through("ESPMEM_WARN=1", 1);
    passes("ESPMEM_WARN=1", "read-only-modify", "modified", checked ? 0 : 1);
}

TEST(a_warning_names_the_access_and_who_mapped_what)
{
    struct child child;
    child_run_self(&child, "ESPMEM_WARN=1", "read-stale");
    CHECK(strstr(child.err, "espmem: warning: ") != NULL);
    CHECK(strstr(child.err, "read of 0x3fa18010 by read_stale+0x") != NULL);
    CHECK(strstr(child.err, "himem page 1 is not mapped; it was mapped to himem bank 2 last") != NULL);
    CHECK(strstr(child.err, "; mapped by map+0x") != NULL);
    CHECK(strstr(child.err, "; unmapped by stale+0x") || strstr(child.err, "; unmapped by read_stale+0x"));
}

TEST(manner_strict_allows_what_is_mapped)
{
    goes_through("ESPMEM_MANNER=strict", "read-only-read", "read 0");
    goes_through("ESPMEM_MANNER=strict", "write-after-read-only", "read 4711");
}

TEST(manner_strict_stops_an_access_after_unmap)
{
    STOPPED("ESPMEM_MANNER=strict", "read-stale", "read of 0x3fa18010", "page 1 is not mapped", "to himem bank 2 last",
            "range at 0x3fa10000 of 3 pages", "manner strict", "; mapped by map+0x");
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

TEST(without_such_a_handler_an_address_in_no_memory_is_a_panic)
{
    struct child child;
    child_run_self(&child, "", "read-nowhere");
    CHECK(child.status != 0);
    if (strstr(child.err, "Sanitizer"))
        return; /* it takes crashes first */
    CHECK_EQ(child.status, 3);
    CHECK(strstr(child.err, "panic'ed (LoadProhibited). read of 0x00000010") != NULL);
    CHECK(strstr(child.err, "no address of the chip") != NULL);
}

/* ---- what is told by an error code, or only known at the end ------------------------------------- */

/* In both manners: the output, and these words on stderr. Only manner strict makes it a failure. */
static void is_told(const char *deed, const char *output, const char *const *words)
{
    static const struct {
        const char *settings;
        int status;
    } runs[] = {{"ESPMEM_MANNER=chip", 0}, {"ESPMEM_MANNER=strict", 1}};
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        struct child child;
        child_run_self(&child, runs[i].settings, deed);
        CHECK_EQ(child.status, runs[i].status);
        CHECK(strstr(child.out, output) != NULL);
        for (const char *const *word = words; *word; word++) {
            if (!strstr(child.err, *word))
                printf("no \"%s\" in: %s", *word, child.err);
            CHECK(strstr(child.err, *word) != NULL);
        }
    }
}

#define TOLD(deed, output, ...) is_told(deed, output, (const char *const[]){__VA_ARGS__, NULL})

TEST(an_unmap_of_what_is_not_mapped_is_refused_and_told)
{
    TOLD("unmap-twice", "ESP_OK ESP_ERR_INVALID_ARG", "esp_himem_unmap, called by unmap_twice+0x",
         "0x3fa18000 is not mapped; mapped last by map+0x", ", unmapped by unmap_twice+0x");
    TOLD("unmap-never-mapped", "ESP_ERR_INVALID_ARG", "0x3fa20000 is not mapped, and never was");
}

TEST(what_is_forgotten_is_told_at_the_end)
{
    TOLD("forget-map", "", "left at the end: a himem mapping at 0x3fa18000 of 32 KiB, made by map+0x",
         "a himem memory handle at 0x3ff", "a himem range handle at 0x3ff");
    TOLD("forget-handles", "", "a himem memory handle at 0x3ff", " of 128 KiB, made by map+0x", "a himem range handle");
}

int main(int count, char **arguments)
{
    for (size_t i = 0; count > 1 && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, arguments[1]) != 0)
            continue;
        deeds[i].run();
        clean_up();
        return 0;
    }
    return check_run(count > 1 ? arguments[1] : NULL);
}
