/* One heap, with every engine there is: contents, checks, merges, faults and guards.
 *
 * One idea: every block is filled with its own pattern, so whoever writes where he should not is seen. */
#include "frame.h"

#include "espmem/guard.h"
#include "espmem/heap.h"

enum { REGION_BYTES = 32768, SLOTS = 64, ROUNDS = 6000, CHECK_EVERY = 500 };

static uint32_t region[REGION_BYTES / 4];

struct slot {
    unsigned char *block;
    uint32_t size;
};
static struct slot slots[SLOTS];

static unsigned char pattern(const struct slot *slot, uint32_t i)
{
    return (unsigned char)((uint32_t)(slot - slots) * 37 + i);
}

static void fill(const struct slot *slot)
{
    for (uint32_t i = 0; i < slot->size; i++) {
        slot->block[i] = pattern(slot, i);
    }
}

static bool holds(const struct slot *slot, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (slot->block[i] != pattern(slot, i)) {
            return false;
        }
    }
    return true;
}

static uint32_t lower(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* One step: a free, a resize, or an allocation, aligned or not. False iff something was not as it was left. */
static bool step(struct em_heap *heap, uint32_t *random)
{
    struct slot *slot = &slots[target_random_below(random, SLOTS)];
    uint32_t size = 1 + target_random_below(random, target_random_below(random, 8) == 0 ? 3000 : 200);
    if (slot->block == NULL) {
        bool aligned = target_random_below(random, 4) == 0;
        slot->block = aligned ? em_heap_allocate_aligned(heap, size, 64, 0) : em_heap_allocate(heap, size);
        slot->size = size;
        if (slot->block != NULL) {
            fill(slot);
        }
        return slot->block == NULL || !aligned || ((uintptr_t)slot->block & 63) == 0;
    }
    if (!holds(slot, slot->size)) {
        return false;
    }
    if (target_random_below(random, 3) != 0) {
        em_heap_free(heap, slot->block);
        slot->block = NULL;
        return true;
    }
    unsigned char *moved = em_heap_reallocate(heap, slot->block, size);
    if (moved == NULL) {
        return true;
    }
    *slot = (struct slot){moved, lower(size, slot->size)};
    bool kept = holds(slot, slot->size);
    slot->size = size;
    fill(slot);
    return kept;
}

static bool plays(struct em_heap *heap, uint32_t seed)
{
    size_t whole = em_heap_largest_free(heap);
    for (unsigned i = 0; i < SLOTS; i++) {
        slots[i].block = NULL;
    }
    for (unsigned i = 1; i <= ROUNDS; i++) {
        if (!step(heap, &seed) || (i % CHECK_EVERY == 0 && !em_heap_check(heap, NULL, NULL))) {
            return false;
        }
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        em_heap_free(heap, slots[i].block);
    }
    return em_heap_check(heap, NULL, NULL) && em_heap_largest_free(heap) == whole;
}

static void random_use_keeps_contents_and_merges_to_one_block(void)
{
    for (const struct target_engine *it = target_engines; it->name != NULL; it++) {
        static struct em_lock lock;
        struct em_heap *heap = em_heap_create(region, sizeof region, it->engine);
        CHECK(heap != NULL);
        em_heap_set_lock(heap, &lock);
        CHECK(plays(heap, 0x12345678));
        CHECK(plays(heap, 0x9ABCDEF1));
        CHECK(lock.word[0] == 0);
    }
}

static void wrong_pointers_are_told_and_change_nothing(void)
{
    target_faults();
    for (const struct target_engine *it = target_engines; it->name != NULL; it++) {
        struct em_heap *heap = em_heap_create(region, sizeof region, it->engine);
        char *block = em_heap_allocate(heap, 100), *behind = em_heap_allocate(heap, 100);
        CHECK(block != NULL && behind != NULL);
        em_heap_free(heap, block);
        em_heap_free(heap, block);
        CHECK(target_faults() == 1 && target_last_fault() == EM_FAULT_DOUBLE_FREE);
        em_heap_free(heap, (void *)((uintptr_t)region + sizeof region + 8));
        CHECK(target_faults() == 1 && target_last_fault() == EM_FAULT_FOREIGN_POINTER);
        em_heap_free(heap, behind + 2);
        CHECK(target_faults() == 1 && target_last_fault() == EM_FAULT_NOT_A_BLOCK);
        CHECK(em_heap_check(heap, NULL, NULL));
    }
}

static void count_fault(void *context, const struct em_fault *fault)
{
    (void)fault;
    ++*(unsigned *)context;
}

static void guards_see_a_write_past_the_end_and_after_a_free(void)
{
    for (const struct target_engine *it = target_engines; it->name != NULL; it++) {
        struct em_heap *heap = em_heap_create(region, sizeof region, it->engine);
        if (!em_guard_set(heap, EM_GUARD_COMPREHENSIVE)) {
            continue; /* this engine keeps no fill */
        }
        unsigned seen = 0;
        unsigned char *block = em_guard_allocate(heap, 33), *other = em_guard_allocate(heap, 40);
        CHECK(block != NULL && other != NULL && block[0] == 0xCE);
        CHECK(em_guard_check(heap, count_fault, &seen) && seen == 0);
        unsigned char right = block[33];
        block[33] = 0;
        CHECK(!em_guard_check(heap, count_fault, &seen) && seen == 1);
        block[33] = right;
        em_guard_free(heap, block);
        CHECK(em_guard_check(heap, count_fault, &seen) && seen == 1);
        block[20] = 0;
        CHECK(!em_guard_check(heap, count_fault, &seen) && seen == 2);
    }
}

const struct target_case heap_cases[] = {
    {"random_use_keeps_contents_and_merges_to_one_block", random_use_keeps_contents_and_merges_to_one_block},
    {"wrong_pointers_are_told_and_change_nothing", wrong_pointers_are_told_and_change_nothing},
    {"guards_see_a_write_past_the_end_and_after_a_free", guards_see_a_write_past_the_end_and_after_a_free},
    {NULL, NULL},
};
