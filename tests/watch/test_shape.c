/* Fragmentation, reserves, and what stands between holes. */
#include "check.h"

#include "core/base/bits.h"
#include "espmem/shape.h"
#include "scene.h"

static unsigned fragmentation(size_t free_bytes, size_t largest)
{
    const struct em_heap_info info = {.free_bytes = free_bytes, .largest_free = largest};
    return em_fragmentation(&info);
}

TEST(fragmentation_is_the_part_of_free_memory_out_of_reach)
{
    CHECK_EQ(fragmentation(1000, 1000), 0);
    CHECK_EQ(fragmentation(1000, 750), 25);
    CHECK_EQ(fragmentation(1000, 8), 100);
    CHECK_EQ(fragmentation(0, 0), 0);
    CHECK_EQ(fragmentation(12, 0), 0); /* no block fits into so little */
    CHECK_EQ(fragmentation(SIZE_MAX, SIZE_MAX / 2), 51);
    CHECK_EQ(fragmentation(SIZE_MAX, SIZE_MAX), 0);
}

TEST(division_by_bits_is_division)
{
    uint64_t seed = 1;
    for (unsigned i = 0; i < 100000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t number = (size_t)(seed ^ seed >> 29), divisor = ((size_t)(seed >> 7) >> i % (8 * sizeof(size_t))) | 1u, rest;
        CHECK_EQ(em_divide(number, divisor, &rest), number / divisor);
        CHECK_EQ(rest, number % divisor);
    }
}

TEST(holes_between_blocks_raise_it)
{
    void *block[64];
    scene_open();
    struct em_caps_heap *heap = em_caps_next(&scene, NULL, FAST_ONLY);
    unsigned whole = em_caps_fragmentation(&scene, FAST_ONLY);
    CHECK(whole < 10);
    for (unsigned i = 0; i < 64; i++)
        block[i] = em_caps_allocate(&scene, 100, FAST_ONLY);
    scene_fill(FAST_ONLY, 60);
    scene_fill(FAST_ONLY, 12);
    for (unsigned i = 0; i < 64; i += 2)
        em_caps_free(&scene, block[i]);
    CHECK(em_caps_fragmentation(&scene, FAST_ONLY) > 90);
    for (unsigned i = 1; i < 64; i += 2)
        em_caps_free(&scene, block[i]);
    CHECK(em_caps_fragmentation(&scene, FAST_ONLY) < 10);
    CHECK(heap != NULL);
}

TEST(a_heap_inside_another_is_a_reserve)
{
    static const uint32_t caps[EM_PRIORITIES] = {EM_CAP_DMA | EM_CAP_8BIT, 0, 0};
    struct em_reserve reserve = {.heap = NULL};
    scene_open();
    CHECK(!em_caps_next_reserve(&scene, &reserve));
    void *block = em_caps_allocate(&scene, 4096, FAST_ONLY);
    uintptr_t start = (uintptr_t)block;
    CHECK_EQ(em_pool_add(&scene, caps, start, start + 4096), EM_OK);
    CHECK(em_caps_next_reserve(&scene, &reserve));
    CHECK_EQ(reserve.heap->start, start);
    CHECK_STR(reserve.around->type_name, "fast");
    size_t before = reserve.info.free_bytes;
    CHECK(em_caps_allocate(&scene, 1000, EM_CAP_DMA) != NULL);
    reserve.heap = NULL;
    CHECK(em_caps_next_reserve(&scene, &reserve));
    CHECK(reserve.info.free_bytes <= before - 1000);
    CHECK(!em_caps_next_reserve(&scene, &reserve));
}

static unsigned shown;
static uintptr_t shown_address[8];

static bool show(void *context, const struct em_block_view *block)
{
    (void)context;
    CHECK(block->used);
    if (shown < 8)
        shown_address[shown] = (uintptr_t)block->address;
    shown++;
    return true;
}

TEST(the_blocks_between_the_two_largest_holes_are_found)
{
    void *block[10];
    struct em_gap gap;
    scene_open();
    struct em_caps_heap *heap = em_caps_next(&scene, NULL, FAST_ONLY);
    static const size_t sizes[10] = {512, 40, 60, 80, 300, 40, 40, 100, 700, 40};
    for (unsigned i = 0; i < 10; i++)
        block[i] = em_caps_allocate(&scene, sizes[i], FAST_ONLY);
    scene_fill(FAST_ONLY, 60);
    scene_fill(FAST_ONLY, 12);
    CHECK(!em_caps_find_gap(heap, &gap));
    em_caps_free(&scene, block[4]); /* 300, the third largest */
    em_caps_free(&scene, block[0]);
    CHECK(em_caps_find_gap(heap, &gap));
    CHECK_EQ(gap.hole[0], (uintptr_t)block[0]);
    CHECK_EQ(gap.hole[1], (uintptr_t)block[4]);
    em_caps_free(&scene, block[8]);
    CHECK(em_caps_find_gap(heap, &gap));
    CHECK_EQ(gap.hole[0], (uintptr_t)block[0]);
    CHECK_EQ(gap.hole[1], (uintptr_t)block[8]);
    CHECK_EQ(gap.hole_bytes[0], 512);
    CHECK_EQ(gap.blocks, 6); /* 1, 2, 3, 5, 6, 7 */
    size_t bytes = 0;
    for (unsigned i = 1; i < 8; i++)
        bytes += i == 4 ? 0 : em_caps_block_size(&scene, block[i]);
    CHECK_EQ(gap.bytes, bytes);
    CHECK_EQ(gap.joined_bytes, gap.hole[1] + gap.hole_bytes[1] - gap.hole[0]);
    shown = 0;
    em_caps_walk_gap(&gap, show, NULL);
    CHECK_EQ(shown, 6);
    CHECK_EQ(shown_address[0], (uintptr_t)block[1]);
    CHECK_EQ(shown_address[5], (uintptr_t)block[7]);
    for (unsigned i = 1; i < 8; i++) {
        if (i != 4)
            em_caps_free(&scene, block[i]);
    }
    struct em_heap_info info;
    em_heap_get_info(heap->heap, &info);
    CHECK(em_caps_allocate(&scene, info.largest_free, FAST_ONLY) != NULL);
    CHECK(info.largest_free > 700 && info.largest_free <= gap.joined_bytes);
}

CHECK_MAIN
