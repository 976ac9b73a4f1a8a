/* Task tracking under load: what a free costs, and everything at once. */
#define CONFIG_HEAP_TASK_TRACKING       1
#define CONFIG_HEAP_TRACK_DELETED_TASKS 1
#define CONFIG_SPIRAM_MEMTEST           0
#include "check.h"
#include "waiting.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "task_stats.h"

/* ---- cost ---------------------------------------------------------------------------------------- */

/* The best of some rounds: nanoseconds for a pair while `live` other blocks are booked. */
static double pair_cost(unsigned live)
{
    static void *blocks[20000];
    double best = 1e9;
    for (unsigned i = 0; i < live; i++)
        blocks[i] = heap_caps_malloc(8, MALLOC_CAP_SPIRAM);
    for (unsigned round = 0; round < 20; round++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        for (unsigned i = 0; i < 200; i++)
            heap_caps_free(heap_caps_malloc(8, MALLOC_CAP_SPIRAM));
        clock_gettime(CLOCK_MONOTONIC, &end);
        double spent = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
        best = spent / 200 < best ? spent / 200 : best;
    }
    for (unsigned i = 0; i < live; i++)
        heap_caps_free(blocks[i]);
    return best;
}

TEST(a_free_costs_the_same_among_many_blocks)
{
    double few = pair_cost(100), many = pair_cost(20000);
    printf("# a pair among 100 blocks %.0f ns, among 20000 %.0f ns\n", few, many);
    CHECK(many < 8 * few); /* a search through all of them would cost 200 times as much */
}

/* ---- all at once ----------------------------------------------------------------------------------- */

enum { WORKERS = 8, TURNS = 400, VISITORS = 60 };

static atomic_int workers_done, visitors_done;
static atomic_bool stop_reading;
static void *_Atomic exchange[32]; /* blocks that one task allocates and another frees or reallocates */

static void work(void *number)
{
    unsigned seed = (unsigned)(uintptr_t)number + 1;
    for (unsigned i = 0; i < TURNS; i++) {
        seed = seed * 1664525u + 1013904223u;
        void *block = heap_caps_malloc(8 + (seed >> 16) % 200, seed & 0x8000 ? CAPS : MALLOC_CAP_SPIRAM);
        if (seed & 0x4000)
            block = heap_caps_realloc(block, 8 + (seed >> 20) % 300, CAPS);
        heap_caps_free(atomic_exchange(&exchange[(seed >> 8) % 32], block));
    }
    atomic_fetch_add(&workers_done, 1);
    vTaskDelete(NULL);
}

static void visit(void *stay)
{
    heap_caps_free(atomic_exchange(&exchange[0], heap_caps_malloc(24, CAPS)));
    atomic_fetch_add(&visitors_done, 1);
    if (stay)
        vTaskDelay(portMAX_DELAY);
    vTaskDelete(NULL);
}

static void *read_on(void *unused)
{
    (void)unused;
    char *text = malloc(1 << 20);
    while (!atomic_load(&stop_reading)) {
        task_stat_t found;
        FILE *stream = fmemopen(text, 1 << 20, "w");
        heap_caps_print_all_task_stat(stream);
        heap_caps_print_all_task_stat_overview(stream);
        fclose(stream);
        CHECK(find_named("main", &found));
    }
    free(text);
    return NULL;
}

TEST(tasks_come_and_go_while_eight_allocate_and_one_reads)
{
    pthread_t reader;
    size_t before = usage_of(NULL);
    CHECK_EQ(pthread_create(&reader, NULL, read_on, NULL), 0);
    for (uintptr_t i = 0; i < WORKERS; i++)
        CHECK_EQ(xTaskCreate(work, "worker", 2048, (void *)i, 5, NULL), pdPASS);
    for (unsigned i = 0; i < VISITORS; i++) {
        TaskHandle_t visitor = NULL;
        CHECK_EQ(xTaskCreate(visit, "visitor", 1024, (void *)(uintptr_t)(i & 1), 5, &visitor), pdPASS);
        CHECK(soon(&visitors_done, (int)i + 1));
        if (i & 1)
            vTaskDelete(visitor);
    }
    CHECK(soon(&workers_done, WORKERS));
    atomic_store(&stop_reading, true);
    pthread_join(reader, NULL);
    for (unsigned i = 0; i < 32; i++)
        heap_caps_free(atomic_exchange(&exchange[i], NULL));
    vTaskDelay(10);
    task_stat_t found;
    CHECK(find_named("worker", &found));
    CHECK_EQ(found.overall_current_usage, 0);
    CHECK(!found.is_alive);
    CHECK(find_named("visitor", &found));
    CHECK_EQ(found.overall_current_usage, 0);
    CHECK_EQ(usage_of(NULL), before);
}

CHECK_MAIN
