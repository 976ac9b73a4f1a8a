/* Random sequences on guarded heaps of every engine: whatever a block's neighbours do, marks and fills stand.
 *
 * One idea: the guard's own check looks at every byte that is not a live block's contents. */
#include "check.h"

#include <stdlib.h>

#include "core/random.h"
#include "espmem/guard.h"

enum { SLOTS = 64, OPERATIONS = 12000, OFTEN = 16, LARGEST_REGION = 64 * 1024 };

static unsigned faults;
static _Alignas(8) unsigned char memory[LARGEST_REGION];
static struct {
    unsigned char *at;
    size_t size;
} slots[SLOTS];

void em_port_lock(struct em_lock *lock)
{
    (void)lock;
}

void em_port_unlock(struct em_lock *lock)
{
    (void)lock;
}

void em_port_copy(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

void em_port_fault(const struct em_fault *fault)
{
    (void)fault;
    faults++;
}

static void hold(unsigned slot, void *at, size_t size)
{
    slots[slot].at = at;
    slots[slot].size = size;
    if (at != NULL)
        memset(at, (int)slot, size);
}

static bool stands(unsigned slot, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (slots[slot].at[i] != slot)
            return false;
    return true;
}

static void step(struct em_heap *heap, struct random *random)
{
    unsigned slot = random_below(random, SLOTS);
    size_t size = 1 + random_below(random, 4u << random_below(random, 8)), old = slots[slot].size;
    if (slots[slot].at == NULL) {
        bool aligned = random_below(random, 4) == 0;
        hold(slot,
             aligned ? em_guard_allocate_aligned(heap, size, (size_t)4 << random_below(random, 6), 0)
                     : em_guard_allocate(heap, size),
             size);
        return;
    }
    CHECK(stands(slot, old));
    if (random_below(random, 2) == 0) {
        em_guard_free(heap, slots[slot].at);
        slots[slot].at = NULL;
        return;
    }
    void *moved = em_guard_reallocate(heap, slots[slot].at, size);
    if (moved != NULL) {
        slots[slot].at = moved;
        CHECK(stands(slot, old < size ? old : size));
        hold(slot, moved, size);
    }
}

static void run(const struct em_engine *engine, enum em_guard guard, size_t bytes, unsigned seed)
{
    struct random random = random_from(seed);
    struct em_heap *heap = em_heap_create(memory, bytes, engine);
    memset(slots, 0, sizeof slots);
    faults = 0;
    CHECK(heap != NULL && em_guard_set(heap, guard));
    for (unsigned i = 0; i < OPERATIONS; i++) {
        step(heap, &random);
        CHECK(i % OFTEN != 0 || em_guard_check(heap, NULL, NULL));
    }
    CHECK_EQ(faults, 0);
}

static void run_all(const struct em_engine *engine)
{
    for (enum em_guard guard = EM_GUARD_OFF; guard <= EM_GUARD_COMPREHENSIVE; guard++)
        for (unsigned i = 0; i < 6; i++)
            run(engine, guard, i < 5 ? 1500u << i : LARGEST_REGION, i);
}

TEST(marks_and_fills_stand_on_the_engine_tlsf)
{
    run_all(&em_engine_tlsf);
}

TEST(marks_and_fills_stand_on_the_engine_bins)
{
    run_all(&em_engine_bins);
}

TEST(marks_and_fills_stand_on_the_engine_bins_with_checks)
{
    run_all(&em_engine_bins_checked);
}

CHECK_MAIN
