/* Long random sequences on heaps of every engine and of many sizes, with contents checked.
 *
 * What must hold is what is promised, not where a block goes: blocks do not overlap and keep their
 * contents, alignments are kept, the heap's own check finds nothing, a size that is said to fit fits, and
 * when all is given back the heap is as it was. ESPMEM_LONG=1: 100 million operations.
 *
 * One idea: every block is filled with its own number, so an overlap shows as a wrong byte. */
#include "check.h"

#include <stdlib.h>

#include "espmem/heap.h"
#include "port.h"
#include "random.h"

enum { SLOTS = 400, OFTEN = 64 };

static const struct em_engine *const engines[] = {&em_engine_tlsf, &em_engine_bins, &em_engine_bins_checked};
static const size_t sizes[] = {256, 300, 1000, 4096, 16384, 65540, 262144, 1048576, 16777216};

struct live {
    unsigned char *at;
    size_t size;
    unsigned char mark;
};

static struct live slots[SLOTS];
static struct em_heap *heap;
static unsigned char *region;
static size_t region_bytes;

static bool stands(const struct live *block)
{
    for (size_t i = 0; i < block->size; i++)
        if (block->at[i] != block->mark)
            return false;
    return true;
}

static void fill(struct live *block, unsigned char *at, size_t size, uint32_t mark)
{
    *block = (struct live){at, size, (unsigned char)mark};
    CHECK(at >= region && at + size <= region + region_bytes);
    memset(at, block->mark, size);
}

static size_t random_size(struct random *random)
{
    unsigned bits =
        2 + random_below(random, 4) + random_below(random, 4) + random_below(random, random_below(random, 8) == 0 ? 14 : 3);
    return 1 + random_below(random, 1u << bits);
}

static void take(struct random *random, struct live *block)
{
    size_t size = random_size(random), alignment = random_below(random, 8) == 0 ? (size_t)4 << random_below(random, 7) : 0;
    unsigned char *at = alignment ? em_heap_allocate_aligned(heap, size, alignment, 0) : em_heap_allocate(heap, size);
    if (at == NULL) {
        CHECK(alignment != 0 || em_heap_largest_free(heap) < size);
        return;
    }
    CHECK(alignment == 0 || (uintptr_t)at % alignment == 0);
    fill(block, at, size, random_word(random));
}

static void resize(struct random *random, struct live *block)
{
    size_t size = random_size(random), kept = size < block->size ? size : block->size;
    bool in_place = random_below(random, 2) == 0;
    unsigned char *at =
        in_place ? (em_heap_resize(heap, block->at, size) ? block->at : NULL) : em_heap_reallocate(heap, block->at, size);
    if (at == NULL) {
        CHECK(in_place ? size > block->size : em_heap_largest_free(heap) < size);
        return;
    }
    block->at = at;
    block->size = kept;
    CHECK(stands(block));
    fill(block, at, size, random_word(random));
}

static void give_back(struct live *block)
{
    CHECK(stands(block));
    em_heap_free(heap, block->at);
    block->at = NULL;
}

static void step(struct random *random, unsigned phase)
{
    struct live *block = &slots[random_below(random, SLOTS)];
    uint32_t dice = random_below(random, 16);
    if (block->at == NULL)
        take(random, block);
    else if (dice < 3)
        resize(random, block);
    else if (dice < 3 + 13 * (phase + 1) / 3)
        give_back(block);
}

static void look_closely(void)
{
    CHECK(em_heap_check(heap, NULL, NULL));
    CHECK_EQ(test_port.faults, 0);
    size_t largest = em_heap_largest_free(heap);
    void *all = em_heap_allocate(heap, largest);
    CHECK(largest == 0 || all != NULL);
    em_heap_free(heap, all);
}

static void run(const struct em_engine *engine, size_t bytes, unsigned seed, unsigned operations)
{
    struct random random = random_from(seed);
    test_port_reset();
    memset(slots, 0, sizeof slots);
    region_bytes = bytes;
    heap = em_heap_create(region, bytes, engine);
    if (heap == NULL) {
        CHECK(engine == &em_engine_tlsf && bytes < 220);
        return;
    }
    struct em_heap_info before, after;
    em_heap_get_info(heap, &before);
    for (unsigned i = 0; i < operations; i++) {
        step(&random, i / 1000 % 3);
        if (i % OFTEN == 0)
            look_closely();
    }
    for (unsigned i = 0; i < SLOTS; i++)
        if (slots[i].at)
            give_back(&slots[i]);
    look_closely();
    em_heap_get_info(heap, &after);
    CHECK_EQ(after.free_bytes, before.free_bytes);
    CHECK_EQ(after.free_blocks, 1);
    CHECK_EQ(after.total_blocks, 1);
}

static void run_all(unsigned engine)
{
    unsigned rounds = random_rounds(3, 560), operations = random_rounds(12000, 20000);
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            region = malloc(sizes[i]);
            run(engines[engine], sizes[i], round * 100 + i, operations);
            free(region);
        }
    }
}

TEST(random_sequences_keep_all_promises_of_the_engine_tlsf)
{
    run_all(0);
}

TEST(random_sequences_keep_all_promises_of_the_engine_bins)
{
    run_all(1);
}

TEST(random_sequences_keep_all_promises_of_the_engine_bins_with_checks)
{
    run_all(2);
}

CHECK_MAIN
