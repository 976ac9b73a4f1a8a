/* ESPMEM_EXPLAIN, ESPMEM_CALLERS and the words of espmem/inspect.h, as a program's user sees them. */
#include "check.h"

#include <stdlib.h>

#include "child.h"
#include "esp_heap_caps.h"
#include "esp_heap_trace.h"
#include "espmem/inspect.h"

static heap_trace_record_t records[100];
static void *volatile kept[20];

__attribute__((noinline)) static void *take(size_t size)
{
    kept[0] = heap_caps_malloc(size, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    return kept[0];
}

__attribute__((noinline)) static void take_for_another(size_t size)
{
    kept[1] = take(size);
    kept[2] = NULL;
}

/* ---- what the children do ---------------------------------------------------------------------- */

static void fail(void)
{
    kept[0] = take(300000);
    kept[0] = heap_caps_malloc_prefer(5000000, 2, MALLOC_CAP_DMA, MALLOC_CAP_SPIRAM);
    kept[0] = heap_caps_calloc(70000, 70000, MALLOC_CAP_8BIT);
    kept[0] = malloc(5000000);
    kept[0] = heap_caps_malloc(0, MALLOC_CAP_8BIT);
}

static void trace(void)
{
    heap_trace_record_t record;
    heap_trace_init_standalone(records, 100);
    heap_trace_start(HEAP_TRACE_LEAKS);
    take_for_another(1000);
    heap_trace_stop();
    if (heap_trace_get(0, &record) != ESP_OK)
        return;
    printf("callers %d take %d\n", (record.alloced_by[0] != NULL) + (record.alloced_by[1] != NULL),
           (uintptr_t)record.alloced_by[0] - (uintptr_t)take < 200);
}

static void show(void)
{
    heap_trace_init_standalone(records, 100);
    heap_trace_start(HEAP_TRACE_LEAKS);
    for (int i = 0; i < 20; i++)
        kept[i] = heap_caps_malloc(100, MALLOC_CAP_SPIRAM);
    heap_caps_free(kept[2]);
    heap_caps_free(kept[9]);
    heap_trace_stop();
    espmem_show_heaps(MALLOC_CAP_8BIT);
    espmem_show_gaps(MALLOC_CAP_SPIRAM, 4);
    espmem_explain(100, MALLOC_CAP_EXEC | MALLOC_CAP_8BIT);
}

static const struct {
    const char *name;
    void (*act)(void);
} acts[] = {{"fail", fail}, {"trace", trace}, {"show", show}};

static struct child child;

static bool shows(const char *text)
{
    return strstr(child.err, text) != NULL;
}

/* ---- cases ------------------------------------------------------------------------------------- */

TEST(failures_are_explained_where_that_is_wanted)
{
    child_run_self(&child, "ESPMEM_EXPLAIN=1", "fail");
    CHECK_EQ(child.status, 0);
    CHECK(shows("espmem: heap_caps_malloc failed, called from take+0x"));
    CHECK(shows(": 300000 bytes with 8BIT|INTERNAL\n  DRAM 0x3ffae6e0-0x3ffb0000: too small: "));
    CHECK(shows("\n  PSRAM 0x3f800000-0x3fc00000: lacks INTERNAL\n  the largest that would fit: "));
    CHECK(shows("\n  it would fit without INTERNAL, in PSRAM 0x3f800000-0x3fc00000\n"));
    CHECK(shows("espmem: heap_caps_malloc_prefer failed, called from fail+0x"));
    CHECK(shows(": 5000000 bytes with DMA\n  no heap was asked: the chip's largest request is 4194304 bytes\n"));
    CHECK(shows(": 5000000 bytes with SPIRAM\n"));
    CHECK(shows("espmem: heap_caps_calloc failed: 70000 times 70000 bytes is more than"));
    CHECK(shows("espmem: heap_caps_malloc_default failed, called from fail+0x"));
    CHECK(!shows(" 0 bytes"));
    child_run_self(&child, "ESPMEM_EXPLAIN=0", "fail");
    CHECK_STR(child.err, "");
    child_run_self(&child, "ESPMEM_BOARD=esp32-wroom,explain=1", "fail");
    CHECK(shows("espmem: heap_caps_malloc failed"));
}

TEST(callers_of_callers_are_found_on_request)
{
    child_run_self(&child, "ESPMEM_CALLERS=return", "trace");
    CHECK(strstr(child.out, "callers 1 take 1\n") != NULL);
    child_run_self(&child, "ESPMEM_CALLERS=frames", "trace");
    CHECK_EQ(child.status, 0); /* frame pointers or not, nothing is read that is no stack */
    CHECK(strstr(child.out, " take 1\n") != NULL);
    child_run_self(&child, "ESPMEM_CALLERS=all", "trace");
    CHECK_EQ(child.status, 2);
    CHECK(shows("ESPMEM_CALLERS cannot be \"all\": it takes return or frames"));
}

TEST(the_state_of_the_heaps_is_told_in_words)
{
    child_run_self(&child, "", "show");
    CHECK_EQ(child.status, 0);
    CHECK(shows("espmem: heaps with 8BIT:\n"));
    CHECK(shows(" free, largest "));
    CHECK(shows("\n  reserve 0x3ffe46bc-0x3ffec6bb inside D/IRAM 0x3ffe4350: "));
    CHECK(shows(" blocks of "));
    CHECK(shows(": 100 bytes, 100 asked for by show+0x"));
    CHECK(shows("\n    and "));
    CHECK(shows("100 bytes with EXEC|8BIT\n  no heap was asked: no memory is EXEC and 8BIT or DMA, ask for one of both\n"));
}

int main(int count, char **arguments)
{
    for (size_t i = 0; count > 1 && i < sizeof acts / sizeof acts[0]; i++) {
        if (strcmp(arguments[1], acts[i].name) == 0) {
            acts[i].act();
            return 0;
        }
    }
    return check_run(count > 1 ? arguments[1] : NULL);
}
