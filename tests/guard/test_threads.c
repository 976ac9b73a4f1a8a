/* A guarded heap is checked while others work in it: nothing is found, since marks and fills are right at
 * every moment at which the lock is free. */
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "espmem/guard.h"

enum { BYTES = 64 * 1024, WORKERS = 3, BLOCKS = 24, ROUNDS = 20000 };

static _Alignas(16) unsigned char memory[BYTES];
static struct em_lock lock;
static struct em_heap *heap;
static unsigned reports;
static bool over;

static void count(void *context, const struct em_fault *fault)
{
    (void)context;
    (void)fault;
    reports++;
}

static unsigned draw(unsigned long *seed, unsigned below)
{
    *seed = *seed * 1103515245u + 12345u;
    return (unsigned)(*seed >> 12) % below;
}

static void *work(void *argument)
{
    unsigned long seed = (unsigned long)(uintptr_t)argument;
    unsigned char *blocks[BLOCKS] = {NULL};
    for (int round = 0; round < ROUNDS; round++) {
        unsigned i = draw(&seed, BLOCKS), size = draw(&seed, 400);
        if (draw(&seed, 3) == 0) {
            unsigned char *moved = em_guard_reallocate(heap, blocks[i], size);
            blocks[i] = moved || size == 0 ? moved : blocks[i];
        } else {
            em_guard_free(heap, blocks[i]);
            blocks[i] = em_guard_allocate(heap, size);
            if (blocks[i])
                memset(blocks[i], (int)i, size);
        }
    }
    for (int i = 0; i < BLOCKS; i++)
        em_guard_free(heap, blocks[i]);
    return NULL;
}

static void *check(void *argument)
{
    unsigned *checks = argument;
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        em_guard_check(heap, count, NULL);
        ++*checks;
    }
    return NULL;
}

static void run(enum em_guard guard)
{
    pthread_t workers[WORKERS], checker;
    unsigned checks = 0;
    heap = em_heap_create(memory, sizeof memory, &em_engine_tlsf);
    CHECK(em_guard_set(heap, guard));
    em_heap_set_lock(heap, &lock);
    reports = 0;
    __atomic_store_n(&over, false, __ATOMIC_RELEASE);
    pthread_create(&checker, NULL, check, &checks);
    for (uintptr_t i = 0; i < WORKERS; i++)
        pthread_create(&workers[i], NULL, work, (void *)(i + 1));
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    __atomic_store_n(&over, true, __ATOMIC_RELEASE);
    pthread_join(checker, NULL);
    CHECK(checks > 0);
    CHECK_EQ(reports, 0);
    CHECK(em_guard_check(heap, NULL, NULL));
}

TEST(a_light_heap_is_sound_at_every_moment)
{
    run(EM_GUARD_LIGHT);
}

TEST(a_comprehensive_heap_is_sound_at_every_moment)
{
    run(EM_GUARD_COMPREHENSIVE);
}

CHECK_MAIN
