/* heap_trace_*: result codes, texts, what is traced, and records as programs have them. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "../../idf/chip.h"
#include "esp_heap_caps.h"
#include "esp_heap_trace.h"
#include "fixture.h"
#include "trace_depth.h"

#define BOARD "esp32-wrover-8m,bankswitch=0"

enum { RECORDS = 32 };

static heap_trace_record_t records[RECORDS];

static void open_trace(heap_trace_mode_t mode)
{
    fixture_open(BOARD);
    CHECK_EQ(heap_trace_init_standalone(records, RECORDS), ESP_OK);
    CHECK_EQ(heap_trace_start(mode), ESP_OK);
}

static heap_trace_summary_t summary(void)
{
    heap_trace_summary_t sums;
    CHECK_EQ(heap_trace_summary(&sums), ESP_OK);
    return sums;
}

static heap_trace_record_t record(size_t i)
{
    heap_trace_record_t one;
    CHECK_EQ(heap_trace_get(i, &one), ESP_OK);
    return one;
}

/* ---- result codes ------------------------------------------------------------------------------ */

TEST(without_records_nothing_can_be_started)
{
    heap_trace_record_t one;
    fixture_open(BOARD);
    CHECK_EQ(heap_trace_alloc_pause(), ESP_ERR_INVALID_STATE);
    CHECK_EQ(heap_trace_resume(), ESP_ERR_INVALID_STATE);
    CHECK_EQ(heap_trace_start(HEAP_TRACE_ALL), ESP_ERR_INVALID_STATE);
    CHECK_EQ(heap_trace_get_count(), 0);
    CHECK_EQ(heap_trace_get(0, &one), ESP_ERR_INVALID_STATE);
    CHECK_EQ(heap_trace_init_tohost(), ESP_ERR_NOT_SUPPORTED);
    void *block = heap_caps_malloc(40, MALLOC_CAP_8BIT); /* and no allocation minds */
    heap_caps_free(block);
}

TEST(arguments_are_checked)
{
    fixture_open(BOARD);
    CHECK_EQ(heap_trace_init_standalone(NULL, 5), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_trace_init_standalone(records, 0), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_trace_init_standalone(records, SIZE_MAX / 8), ESP_ERR_NO_MEM);
    CHECK_EQ(heap_trace_init_standalone(records, RECORDS), ESP_OK);
    CHECK_EQ(heap_trace_summary(NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_trace_get(0, NULL), ESP_ERR_INVALID_ARG);
    CHECK_EQ(heap_trace_get(0, records), ESP_ERR_INVALID_ARG);
}

TEST(a_buffer_can_be_given_back)
{
    open_trace(HEAP_TRACE_LEAKS);
    CHECK_EQ(heap_trace_init_standalone(NULL, 0), ESP_ERR_INVALID_STATE);
    CHECK_EQ(heap_trace_stop(), ESP_OK);
    CHECK_EQ(heap_trace_init_standalone(NULL, 0), ESP_OK);
    memset(records, 0x77, sizeof records);
    CHECK_EQ(heap_trace_start(HEAP_TRACE_LEAKS), ESP_ERR_INVALID_STATE);
    heap_caps_free(heap_caps_malloc(40, MALLOC_CAP_8BIT));
    for (size_t i = 0; i < sizeof records; i++)
        CHECK_EQ(((unsigned char *)records)[i], 0x77);
}

TEST(a_new_chip_has_no_trace)
{
    open_trace(HEAP_TRACE_LEAKS);
    heap_caps_malloc(40, MALLOC_CAP_8BIT);
    CHECK_EQ(heap_trace_get_count(), 1);
    fixture_open(BOARD);
    CHECK_EQ(heap_trace_get_count(), 0);
    CHECK_EQ(heap_trace_start(HEAP_TRACE_LEAKS), ESP_ERR_INVALID_STATE);
}

/* ---- what is traced ---------------------------------------------------------------------------- */

TEST(every_way_to_allocate_is_traced_with_the_size_asked_for)
{
    open_trace(HEAP_TRACE_ALL);
    heap_caps_malloc_extmem_enable(100);
    void *block[10] = {
        heap_caps_malloc(11, MALLOC_CAP_8BIT),
        heap_caps_calloc(3, 7, MALLOC_CAP_8BIT),
        heap_caps_realloc(NULL, 31, MALLOC_CAP_8BIT),
        heap_caps_aligned_alloc(64, 41, MALLOC_CAP_DMA),
        heap_caps_aligned_calloc(32, 3, 17, MALLOC_CAP_8BIT),
        heap_caps_malloc_prefer(61, 2, MALLOC_CAP_RTCRAM, MALLOC_CAP_8BIT),
        heap_caps_calloc_prefer(71, 2, 1, MALLOC_CAP_8BIT),
        heap_caps_malloc_default(200),
        heap_caps_aligned_alloc_default(16, 91),
        heap_caps_malloc(101, MALLOC_CAP_EXEC),
    };
    static const size_t sizes[10] = {11, 21, 31, 41, 51, 61, 142, 200, 91, 101};
    CHECK_EQ(heap_trace_get_count(), 10);
    for (unsigned i = 0; i < 10; i++) {
        CHECK_PTR(record(i).address, block[i]);
        CHECK_EQ(record(i).size, sizes[i]);
        CHECK(!record(i).freed);
        heap_caps_free(block[i]);
        CHECK(record(i).freed);
    }
    CHECK_EQ(summary().total_frees, 10);
}

static void *volatile kept;

__attribute__((noinline)) static void *leak(size_t size)
{
    kept = heap_caps_malloc(size, MALLOC_CAP_8BIT); /* so that the call is none that does not return here */
    return kept;
}

__attribute__((noinline)) static void drop(void *block)
{
    heap_caps_free(block);
    kept = block;
}

static bool is_inside(const void *address, const void *function)
{
    return (uintptr_t)address > (uintptr_t)function && (uintptr_t)address - (uintptr_t)function < 200;
}

TEST(callers_are_those_of_the_program)
{
    open_trace(HEAP_TRACE_ALL);
    void *block = leak(40);
    drop(block);
    CHECK(is_inside(record(0).alloced_by[0], (const void *)(uintptr_t)leak));
    CHECK(is_inside(record(0).freed_by[0], (const void *)(uintptr_t)drop));
    CHECK(!record(0).alloced_by[1]);
}

TEST(a_realloc_that_fails_leaves_its_block_in_the_trace)
{
    open_trace(HEAP_TRACE_LEAKS);
    void *block = heap_caps_malloc(40, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    CHECK(!heap_caps_realloc(block, 900000, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT));
    CHECK_EQ(heap_trace_get_count(), 1);
    CHECK_PTR(record(0).address, block);
    CHECK_EQ(summary().total_frees, 0);
    void *moved = heap_caps_realloc(block, 400, MALLOC_CAP_SPIRAM);
    CHECK_EQ(heap_trace_get_count(), 1);
    CHECK_PTR(record(0).address, moved);
    CHECK_EQ(record(0).size, 400);
    CHECK(!heap_caps_realloc(moved, 0, MALLOC_CAP_SPIRAM));
    CHECK_EQ(heap_trace_get_count(), 0);
}

TEST(records_may_lie_in_the_heap_that_is_traced)
{
    fixture_open(BOARD);
    heap_trace_record_t *own = heap_caps_malloc(3 * sizeof *own + 4, MALLOC_CAP_SPIRAM);
    own = (heap_trace_record_t *)(void *)((char *)own + 4 - (uintptr_t)own % 8); /* at a multiple of 4 only */
    CHECK_EQ(heap_trace_init_standalone(own, 3), ESP_OK);
    CHECK_EQ(heap_trace_start(HEAP_TRACE_LEAKS), ESP_OK);
    void *block = heap_caps_malloc(40, MALLOC_CAP_8BIT);
    CHECK_PTR(record(0).address, block);
    CHECK_EQ(heap_trace_stop(), ESP_OK);
}

static void allocate_two(void)
{
    heap_caps_malloc(40, MALLOC_CAP_8BIT);
    heap_caps_malloc(50, MALLOC_CAP_8BIT);
}

TEST(a_record_is_as_long_as_the_program_has_it)
{
    fixture_open(BOARD);
    CHECK_EQ(trace_of_depth_five(allocate_two), 50);
    size_t before = heap_caps_get_free_size(MALLOC_CAP_INTERNAL);
    fixture_forget();
    CHECK_EQ(trace_of_depth_none(allocate_two), 50);
    CHECK(strstr(fixture_console(), "heaptrace: hashmap: allocating 512 bytes (Internal RAM)\n") != NULL);
    CHECK(strstr(fixture_console(), "\nhashmap: 64 capacity (0 hits, 0 misses)\n") != NULL);
    size_t taken = before - heap_caps_get_free_size(MALLOC_CAP_INTERNAL);
    CHECK_EQ(taken, 44 + 56); /* the two blocks; what the map took is back */
}

/* ---- texts ------------------------------------------------------------------------------------- */

TEST(the_dump_is_the_chips)
{
    char wanted[2000];
    open_trace(HEAP_TRACE_LEAKS);
    void *internal = leak(40);
    void *external = heap_caps_malloc(70, MALLOC_CAP_SPIRAM);
    drop(internal);
    internal = leak(41);
    fixture_forget();
    heap_trace_dump_caps(MALLOC_CAP_INTERNAL);
    snprintf(wanted, sizeof wanted,
             "====== Heap Trace: 2 records (32 capacity) ======\n"
             "    41 bytes (@ 0x%08lx, Internal) allocated CPU 0 ccount 0x%08lx caller 0x%08lx:\n"
             "====== Heap Trace Summary ======\n"
             "Mode: Heap Trace Leaks\n"
             "41 bytes 'leaked' in trace (1 allocations)\n"
             "records: 2 (32 capacity, 2 high water mark)\n"
             "total allocations: 3\n"
             "total frees: 1\n"
             "================================\n",
             (unsigned long)(uintptr_t)internal, (unsigned long)(record(1).ccount & ~3u),
             (unsigned long)(uintptr_t)record(1).alloced_by[0]);
    CHECK_STR(fixture_console(), wanted);
    fixture_forget();
    heap_trace_dump();
    CHECK(strstr(fixture_console(), ",    PSRAM) allocated CPU 0") != NULL);
    CHECK(strstr(fixture_console(), "111 bytes 'leaked' in trace (2 allocations)\n") != NULL);
    CHECK(external != NULL);
}

TEST(an_overflow_is_said)
{
    open_trace(HEAP_TRACE_ALL);
    for (int i = 0; i < RECORDS + 1; i++)
        heap_caps_malloc(20, MALLOC_CAP_8BIT);
    CHECK_EQ(summary().has_overflowed, 1);
    CHECK_EQ(heap_trace_get_count(), RECORDS);
    fixture_forget();
    heap_trace_dump();
    CHECK(strstr(fixture_console(), "\n(NB: Internal Buffer has overflowed, so trace data is incomplete.)\n====") != NULL);
}

/* The console that allocates while it is written to, as another task may at that moment. */
static const struct idf_platform *quiet;

static void allocating_console(const char *text, size_t length)
{
    quiet->console(text, length);
    if (heap_trace_get_count() < 10)
        heap_caps_malloc(20, MALLOC_CAP_8BIT);
}

TEST(what_comes_while_dumping_is_said_and_not_shown)
{
    static struct idf_platform busy;
    open_trace(HEAP_TRACE_LEAKS);
    leak(40);
    leak(41);
    quiet = idf_chip.platform;
    busy = *quiet;
    busy.console = allocating_console;
    idf_chip.platform = &busy;
    fixture_forget();
    heap_trace_dump();
    idf_chip.platform = quiet;
    CHECK(strstr(fixture_console(), "81 bytes 'leaked' in trace (2 allocations)\nrecords: 2 (") != NULL);
    CHECK(strstr(fixture_console(),
                 "\n(NB: New entries were traced while dumping, so trace dump may have duplicate entries.)\n") != NULL);
}

/* ---- at once ----------------------------------------------------------------------------------- */

static bool stop;

static void *churn(void *context)
{
    void *block[20] = {NULL};
    uint32_t seed = (uint32_t)(uintptr_t)context;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        seed = seed * 1664525u + 1013904223u;
        void **one = &block[(seed >> 16) % 20];
        if (seed >> 30 == 0 && *one) {
            void *resized = heap_caps_realloc(*one, 10 + (seed >> 8) % 300, seed & 64 ? MALLOC_CAP_8BIT : MALLOC_CAP_SPIRAM);
            *one = resized ? resized : *one;
        } else if (*one) {
            heap_caps_free(*one);
            *one = NULL;
        } else {
            *one = heap_caps_malloc(10 + (seed >> 8) % 300, MALLOC_CAP_8BIT);
        }
    }
    for (int i = 0; i < 20; i++)
        heap_caps_free(block[i]);
    return NULL;
}

TEST(a_trace_over_busy_threads_ends_with_no_leak)
{
    enum { THREADS = 4 };
    static heap_trace_record_t many[1000];
    pthread_t thread[THREADS];
    fixture_open(BOARD);
    CHECK_EQ(heap_trace_init_standalone(many, 1000), ESP_OK);
    CHECK_EQ(heap_trace_start(HEAP_TRACE_LEAKS), ESP_OK);
    __atomic_store_n(&stop, false, __ATOMIC_RELAXED);
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&thread[i], NULL, churn, (void *)(i + 1)), 0);
    for (int i = 0; i < 100 || summary().total_allocations < 5000; i++) {
        heap_trace_record_t one;
        for (size_t at = 0; heap_trace_get(at, &one) == ESP_OK; at++)
            CHECK(one.address != NULL && one.size >= 10 && one.size < 310 && !one.freed);
        fixture_forget();
        heap_trace_dump();
        CHECK(strstr(fixture_console(), "====== Heap Trace Summary ======") != NULL);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    CHECK_EQ(heap_trace_get_count(), 0);
    CHECK_EQ(summary().total_allocations, summary().total_frees);
    CHECK(!summary().has_overflowed);
}

TEST(traces_start_stop_and_change_their_records_while_others_allocate)
{
    enum { THREADS = 3 };
    static heap_trace_record_t many[2][300];
    pthread_t thread[THREADS];
    fixture_open(BOARD);
    __atomic_store_n(&stop, false, __ATOMIC_RELAXED);
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&thread[i], NULL, churn, (void *)(i + 1)), 0);
    for (int i = 0; i < 400; i++) {
        heap_trace_record_t one;
        CHECK_EQ(heap_trace_init_standalone(many[i & 1], i % 7 == 0 ? 5 : 300), ESP_OK);
        CHECK_EQ(heap_trace_start(i % 3 == 0 ? HEAP_TRACE_ALL : HEAP_TRACE_LEAKS), ESP_OK);
        CHECK_EQ(heap_trace_start(i % 3 == 1 ? HEAP_TRACE_ALL : HEAP_TRACE_LEAKS), ESP_OK);
        sched_yield();
        for (size_t at = 0; heap_trace_get(at, &one) == ESP_OK && at < 400; at++)
            CHECK(one.address != NULL && one.size >= 10 && one.size < 310);
        CHECK_EQ(heap_trace_alloc_pause(), ESP_OK);
        CHECK(summary().count <= summary().capacity);
        CHECK_EQ(heap_trace_resume(), ESP_OK);
        CHECK_EQ(heap_trace_stop(), ESP_OK);
        if (i % 5 == 0)
            CHECK_EQ(heap_trace_init_standalone(NULL, 0), ESP_OK);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    CHECK(heap_caps_check_integrity_all(true));
}

CHECK_MAIN
