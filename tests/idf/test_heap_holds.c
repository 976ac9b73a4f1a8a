/* No lock is held over a print, nor over more than one block's work, however many blocks there are; and what
 * is printed while others allocate is whole.
 *
 * This program brings the core's lock itself: one that spins, and counts. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "../../idf/chip.h"
#include "esp_heap_caps.h"
#include "esp_heap_trace.h"
#include "espmem/inspect.h"
#include "fixture.h"

enum { BLOCKS = 10000, RECORDS = 11000 };

/* ---- the lock ---------------------------------------------------------------------------------- */

static _Thread_local unsigned held, holds;
static _Thread_local uint64_t since, longest;
static _Thread_local char own; /* its address is the thread's name */

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint32_t me(void)
{
    return (uint32_t)((uintptr_t)&own >> 4) | 1u;
}

void em_port_lock(struct em_lock *lock)
{
    uint32_t unlocked = 0;
    if (__atomic_load_n(&lock->word[0], __ATOMIC_RELAXED) == me()) {
        lock->word[1]++;
    } else {
        while (!__atomic_compare_exchange_n(&lock->word[0], &unlocked, me(), false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
            unlocked = 0;
            sched_yield();
        }
    }
    if (held++ == 0) {
        holds++;
        since = nanoseconds();
    }
}

void em_port_unlock(struct em_lock *lock)
{
    if (--held == 0) {
        uint64_t time = nanoseconds() - since;
        longest = time > longest ? time : longest;
    }
    if (lock->word[1] > 0)
        lock->word[1]--;
    else
        __atomic_store_n(&lock->word[0], 0, __ATOMIC_RELEASE);
}

/* ---- a heap with many blocks ------------------------------------------------------------------- */

static unsigned prints, prints_while_held;

static void count_print(const char *text, size_t length)
{
    (void)text;
    (void)length;
    prints++;
    prints_while_held += held > 0;
}

static heap_trace_record_t records[RECORDS];

static void open_with_blocks(unsigned blocks)
{
    static struct idf_platform counting;
    fixture_open("esp32-wrover-8m,bankswitch=0");
    CHECK_EQ(heap_trace_init_standalone(records, RECORDS), ESP_OK);
    CHECK_EQ(heap_trace_start(HEAP_TRACE_LEAKS), ESP_OK);
    for (unsigned i = 0; i < blocks; i++)
        CHECK(heap_caps_malloc(40, MALLOC_CAP_SPIRAM) != NULL);
    counting = *idf_chip.platform;
    counting.console = counting.report = count_print;
    idf_chip.platform = &counting;
}

struct cost {
    unsigned holds, prints;
    uint64_t longest; /* hold, in nanoseconds: the least of some tries, since the host interrupts */
};

/* Tries until the longest hold is below `enough`: a hold that is long by itself is long in every try. */
static struct cost cost_of(void (*act)(void), uint64_t enough)
{
    struct cost cost = {.longest = UINT64_MAX};
    for (int i = 0; i < 60 && cost.longest >= enough; i++) {
        prints = prints_while_held = holds = 0;
        longest = 0;
        act();
        CHECK_EQ(prints_while_held, 0);
        cost.longest = longest < cost.longest ? longest : cost.longest;
    }
    cost.holds = holds;
    cost.prints = prints;
    return cost;
}

static void print_info(void)
{
    heap_caps_print_heap_info(MALLOC_CAP_SPIRAM);
}

static void dump(void)
{
    heap_caps_dump(MALLOC_CAP_SPIRAM);
}

static void check(void)
{
    CHECK(heap_caps_check_integrity(MALLOC_CAP_SPIRAM, true));
}

static void show(void)
{
    espmem_show_heaps(MALLOC_CAP_SPIRAM);
    espmem_show_gaps(MALLOC_CAP_SPIRAM, 3);
    espmem_explain(10000000, MALLOC_CAP_SPIRAM);
}

static const struct {
    const char *name;
    void (*act)(void);
    bool by_block; /* at least a hold and a print for each */
} acts[] = {
    {"print_heap_info", print_info, false}, {"dump", dump, true},     {"trace dump", heap_trace_dump, true},
    {"check_integrity", check, false},      {"inspect", show, false},
};

enum { ACTS = sizeof acts / sizeof acts[0] };

TEST(no_hold_grows_with_the_number_of_blocks)
{
    struct cost few[ACTS], many[ACTS];
    open_with_blocks(100);
    for (unsigned i = 0; i < ACTS; i++)
        few[i] = cost_of(acts[i].act, 1000);
    open_with_blocks(BLOCKS);
    for (unsigned i = 0; i < ACTS; i++) {
        uint64_t limit = 20 * few[i].longest + 20000;
        many[i] = cost_of(acts[i].act, limit);
        printf("%s: %u holds, the longest %lu ns; with 100 blocks %u, %lu ns\n", acts[i].name, many[i].holds,
               (unsigned long)many[i].longest, few[i].holds, (unsigned long)few[i].longest);
        if (acts[i].by_block)
            CHECK(many[i].holds >= BLOCKS && many[i].prints >= BLOCKS);
        CHECK(many[i].longest < limit);
    }
}

/* ---- whole, while others are busy -------------------------------------------------------------- */

static bool stop;

static void *churn(void *context)
{
    void *block[50] = {NULL};
    uint32_t seed = (uint32_t)(uintptr_t)context;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        seed = seed * 1664525u + 1013904223u;
        void **one = &block[(seed >> 16) % 50];
        heap_caps_free(*one);
        *one = heap_caps_malloc(10 + (seed >> 8) % 500, MALLOC_CAP_SPIRAM);
    }
    for (int i = 0; i < 50; i++)
        heap_caps_free(block[i]);
    return NULL;
}

/* Every line of a dump says where a block is, and each begins behind the one before. */
static unsigned lines_of_dump(const char *text)
{
    unsigned lines = 0;
    unsigned long last_end = 0, address, size;
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        char is_free[4];
        if (sscanf(line, "Block 0x%lx data, size: %lu bytes, Free: %3s", &address, &size, is_free) == 3) {
            CHECK(address > last_end);
            CHECK(strcmp(is_free, "Yes") == 0 || strcmp(is_free, "No") == 0);
            last_end = address + size;
            lines++;
        } else {
            CHECK(strncmp(line, "Showing data for heap: ", 23) == 0);
        }
    }
    return lines;
}

TEST(a_dump_is_whole_while_others_allocate_and_free)
{
    pthread_t thread[3];
    fixture_open("esp32-wrover-8m,bankswitch=0");
    for (int i = 0; i < 300; i++)
        CHECK(heap_caps_malloc(40, MALLOC_CAP_SPIRAM) != NULL);
    __atomic_store_n(&stop, false, __ATOMIC_RELAXED);
    for (uintptr_t i = 0; i < 3; i++)
        CHECK_EQ(pthread_create(&thread[i], NULL, churn, (void *)(i + 1)), 0);
    for (int i = 0; i < 300; i++) {
        fixture_forget();
        heap_caps_dump(MALLOC_CAP_SPIRAM);
        CHECK(lines_of_dump(fixture_console()) >= 300);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 3; i++)
        pthread_join(thread[i], NULL);
    CHECK(heap_caps_check_integrity_all(true));
}

CHECK_MAIN
