/* The pool: which heaps there are, in which order they are asked, whose an address is. */
#include "check.h"

#include "caps_rig.h"
#include "core/caps/pool.h"
#include "port.h"
#include "random.h"

#define A EM_CAP_8BIT
#define C EM_CAP_INTERNAL

static struct caps_rig rig;

static void set_scene(void)
{
    CHECK_EQ(caps_rig_start(&rig, 2), EM_OK);
    em_pool_end_startup(&rig.pool);
}

/* ---- at start -------------------------------------------------------------------------------- */

static void check_order(const uintptr_t *starts, unsigned count)
{
    struct em_caps_heap *heap = NULL;
    for (unsigned i = 0; i < count; i++) {
        heap = em_caps_next(&rig.pool, heap, 0);
        CHECK(heap != NULL);
        CHECK_EQ(heap->start, starts[i]);
    }
    CHECK(em_caps_next(&rig.pool, heap, 0) == NULL);
}

TEST(heaps_are_asked_shortest_first_and_later_ones_in_front)
{
    set_scene();
    check_order((const uintptr_t[]){0x3FFAE6E0, 0x3FFE0440, 0x4008E54C, 0x3FFE4350, 0x3FFB3448}, 5);
    CHECK_EQ(caps_rig_add_psram(&rig, 2112 * 1024), EM_OK);
    check_order((const uintptr_t[]){RIG_PSRAM, 0x3FFAE6E0, 0x3FFE0440, 0x4008E54C, 0x3FFE4350, 0x3FFB3448}, 6);
}

TEST(start_up_stacks_are_no_heaps_before_start_up_is_over)
{
    CHECK_EQ(caps_rig_start(&rig, 2), EM_OK);
    check_order((const uintptr_t[]){0x3FFAE6E0, 0x4008E54C, 0x3FFB3448}, 3);
    CHECK(em_caps_heap_of(&rig.pool, 0x3FFE5000) == NULL);
    em_pool_end_startup(&rig.pool);
    check_order((const uintptr_t[]){0x3FFAE6E0, 0x3FFE0440, 0x4008E54C, 0x3FFE4350, 0x3FFB3448}, 5);
    CHECK(em_caps_heap_of(&rig.pool, 0x3FFE5000) != NULL);
    size_t free_bytes = em_caps_free_bytes(&rig.pool, 0);
    CHECK(em_caps_allocate(&rig.pool, 100, EM_CAP_DEFAULT) != NULL);
    em_pool_end_startup(&rig.pool); /* once more does nothing */
    CHECK(em_caps_free_bytes(&rig.pool, 0) < free_bytes);
}

TEST(the_records_of_the_heaps_are_one_block_of_the_first_internal_heap)
{
    set_scene();
    CHECK_EQ(em_caps_containing_block_size(&rig.pool, (void *)0x3FFAE860), 192);
    CHECK_EQ(caps_rig_add_psram(&rig, 1 << 20), EM_OK);
    CHECK_EQ(em_caps_containing_block_size(&rig.pool, (void *)0x3FFAE924), 36);
}

TEST(a_pool_starts_only_if_all_pieces_are_heaps_with_records)
{
    static const struct em_memory_type type = {"A", {A | C, 0, 0}};
    struct em_region_use pieces[3] = {
        {0x3FFB0000, 0x3FFB1000, &type, false}, {0x3FFB2000, 0x3FFB3000, &type, false}, {0x3FFB4000, 0x3FFB4064, &type, false}};
    caps_rig_memory();
    caps_rig_open(&rig, &em_chip_esp32, 1);
    CHECK_EQ(em_pool_start(&rig.pool, pieces, 2), EM_NO_MEM); /* one record */
    caps_rig_open(&rig, &em_chip_esp32, 4);
    CHECK_EQ(em_pool_start(&rig.pool, pieces, 3), EM_INVALID_SIZE); /* 100 bytes */
    static const struct em_memory_type external = {"X", {EM_CAP_SPIRAM, 0, 0}};
    pieces[0].type = pieces[1].type = &external;
    caps_rig_open(&rig, &em_chip_esp32, 4);
    CHECK_EQ(em_pool_start(&rig.pool, pieces, 2), EM_NO_MEM); /* nobody to charge */
    struct em_chip costless = em_chip_esp32;
    costless.heap_record_bytes = 0;
    caps_rig_open(&rig, &costless, 4);
    CHECK_EQ(em_pool_start(&rig.pool, pieces, 2), EM_OK);
    CHECK_EQ(em_pool_add(&rig.pool, external.caps, 0x3F900000, 0x3F901000), EM_OK);
    costless.heap_record_bytes = UINT32_MAX; /* 2 of them overflow where words have 32 bits */
    pieces[0].type = pieces[1].type = &type;
    caps_rig_open(&rig, &costless, 4);
    CHECK_EQ(em_pool_start(&rig.pool, pieces, 2), EM_NO_MEM);
}

/* ---- joining later --------------------------------------------------------------------------- */

TEST(regions_may_lie_beside_or_inside_others_but_never_across_an_edge)
{
    static const struct {
        uintptr_t start, end;
        bool may;
    } rows[] = {{50, 100, true},   {50, 99, true},   {50, 101, false},  {50, 200, false}, {50, 300, false}, {100, 200, false},
                {100, 150, true},  {100, 199, true}, {100, 201, false}, {120, 180, true}, {150, 200, true}, {150, 201, false},
                {199, 201, false}, {199, 200, true}, {200, 300, true},  {201, 300, true}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CHECK_EQ(em_region_may_join(100, 200, rows[i].start, rows[i].end), rows[i].may);
}

TEST(add_refuses_in_the_documented_order_and_charges_nothing)
{
    static const uint32_t caps[3] = {EM_CAP_SPIRAM, 0, 0};
    static const struct {
        uintptr_t start, end;
        enum em_error wanted;
    } rows[] = {{0, 0x3F801000, EM_INVALID_ARG},           {0x3F800000, 0, EM_INVALID_ARG},
                {0x3F800000, 0x3F800000, EM_INVALID_ARG},  {0x3F801000, 0x3F800000, EM_INVALID_ARG},
                {0x3FFAE000, 0x3FFB0000, EM_FAIL},         {0x3FFAE6E0, 0x3FFB0000, EM_FAIL},
                {0x3FFAF000, 0x3FFB4000, EM_FAIL},         {0x3F800000, 0x3F8000D3, EM_INVALID_SIZE},
                {0x3F800001, 0x3F801000, EM_INVALID_SIZE}, {0x3F800000, 0x3F8000DB, EM_INVALID_SIZE}};
    set_scene();
    size_t free_bytes = em_caps_free_bytes(&rig.pool, 0);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_EQ(em_pool_add(&rig.pool, caps, rows[i].start, rows[i].end), rows[i].wanted);
        CHECK_EQ(em_caps_free_bytes(&rig.pool, 0), free_bytes);
        CHECK_EQ(rig.pool.count, 5);
        CHECK(em_caps_heap_of(&rig.pool, 0x3F800010) == NULL);
    }
    CHECK_EQ(em_pool_add(&rig.pool, NULL, 0x3F800000, 0x3F801000), EM_INVALID_ARG);
    CHECK_EQ(em_pool_add(&rig.pool, caps, 0x3F800000, 0x3F8000DC), EM_OK); /* 220 bytes */
}

TEST(add_needs_a_record_and_somebody_to_charge)
{
    static const uint32_t caps[3] = {EM_CAP_SPIRAM, 0, 0};
    set_scene();
    for (unsigned i = 5; i < RIG_HEAPS; i++)
        CHECK_EQ(em_pool_add(&rig.pool, caps, 0x3F800000 + i * 0x1000, 0x3F801000 + i * 0x1000), EM_OK);
    size_t free_bytes = em_caps_free_bytes(&rig.pool, 0);
    CHECK_EQ(em_pool_add(&rig.pool, caps, 0x3F900000, 0x3F901000), EM_NO_MEM);
    CHECK_EQ(em_caps_free_bytes(&rig.pool, 0), free_bytes);
    set_scene();
    while (em_caps_allocate(&rig.pool, 36, A | C))
        ;
    CHECK_EQ(em_pool_add(&rig.pool, caps, 0x3F900000, 0x3F901000), EM_NO_MEM);
    CHECK_EQ(rig.pool.count, 5);
}

TEST(a_region_is_added_with_the_capabilities_of_the_chips_region)
{
    set_scene();
    CHECK_EQ(em_pool_add_region(&rig.pool, 0, 0x1000), EM_INVALID_ARG);
    CHECK_EQ(em_pool_add_region(&rig.pool, 0x20000000, 0x20001000), EM_NOT_FOUND);
    CHECK_EQ(em_pool_add_region(&rig.pool, 0x400A0000, 0x400A1000), EM_NOT_FOUND);
    CHECK_EQ(em_pool_add_region(&rig.pool, 0x3F7FFFFC, 0x3F801000), EM_NOT_FOUND);
    CHECK_EQ(em_pool_add_region(&rig.pool, 0x3FFAE000, 0x3FFAE6E0), EM_OK);
    CHECK_EQ(rig.pool.first->all_caps, 0x1004 | 0x80a);
    CHECK_STR(rig.pool.first->type_name, "");
}

TEST(heaps_that_join_after_start_up_never_had_free_memory)
{
    CHECK_EQ(caps_rig_start(&rig, 2), EM_OK);
    CHECK_EQ(caps_rig_add_psram(&rig, 1 << 20), EM_OK);
    CHECK(em_caps_minimum_free(&rig.pool, EM_CAP_SPIRAM) > 1000000);
    em_pool_end_startup(&rig.pool);
    CHECK_EQ(em_pool_add(&rig.pool, em_chip_esp32.psram_heap.caps, 0x3FA00000, 0x3FA10000), EM_OK);
    CHECK_EQ(em_heap_minimum_free(rig.pool.first->heap), 0);
}

/* Another task is faster: between the first look and the lock it adds the same region. */
static void add_the_same(void)
{
    em_pool_add(&rig.pool, em_chip_esp32.psram_heap.caps, 0x3FA00000, 0x3FA10000);
}

TEST(of_two_tasks_that_add_one_region_one_fails_and_is_not_charged)
{
    set_scene();
    test_port.between = add_the_same;
    CHECK_EQ(em_pool_add(&rig.pool, em_chip_esp32.psram_heap.caps, 0x3FA00000, 0x3FA10000), EM_FAIL);
    CHECK_EQ(rig.pool.count, 6);
    CHECK_EQ(em_caps_containing_block_size(&rig.pool, (void *)0x3FFAE924) +
                 em_caps_containing_block_size(&rig.pool, (void *)0x3FFAE94C),
             36);
}

/* ---- whose an address is --------------------------------------------------------------------- */

/* The innermost of the registered regions, by looking at all of them; D/IRAM also where instructions
 * are fetched from it, words counted backwards. */
static struct em_caps_heap *owner_of(uintptr_t address)
{
    if (address >= 0x400A0000 && address < 0x400C0000)
        address = 0x40000000 - 4 - (address - 0x400A0000);
    struct em_caps_heap *owner = NULL;
    for (unsigned i = 0; i < rig.pool.count; i++) {
        struct em_caps_heap *heap = &rig.heaps[i];
        if (address >= heap->start && address < heap->end && (!owner || heap->end - heap->start < owner->end - owner->start))
            owner = heap;
    }
    return owner;
}

static void check_edges(void)
{
    for (unsigned i = 0; i < rig.pool.count; i++) {
        const uintptr_t edges[] = {rig.heaps[i].start, rig.heaps[i].end};
        for (unsigned e = 0; e < 2; e++) {
            for (uintptr_t address = edges[e] - 2; address != edges[e] + 3; address++)
                CHECK_PTR(em_caps_heap_of(&rig.pool, address), owner_of(address));
        }
    }
    CHECK(em_caps_heap_of(&rig.pool, 0) == NULL);
    CHECK(em_caps_heap_of(&rig.pool, UINTPTR_MAX) == NULL);
}

TEST(the_innermost_region_owns_its_addresses)
{
    static const uintptr_t inner[][2] = {{0x3F810000, 0x3F820000}, {0x3F800000, 0x3F801000}, {0x3F8FF000, 0x3F900000},
                                         {0x3F811000, 0x3F812000}, {0x3F812000, 0x3F813000}, {0x3F81F000, 0x3F820000},
                                         {0x3F810000, 0x3F811000}, {0x3FA00000, 0x3FA10000}};
    set_scene();
    check_edges();
    CHECK_EQ(caps_rig_add_psram(&rig, 1 << 20), EM_OK);
    for (unsigned i = 0; i < sizeof inner / sizeof inner[0]; i++) {
        CHECK_EQ(em_pool_add(&rig.pool, em_chip_esp32.psram_heap.caps, inner[i][0], inner[i][1]), EM_OK);
        check_edges();
    }
}

TEST(random_nests_of_regions_are_searched_right)
{
    for (unsigned round = 0; round < random_rounds(60, 5000); round++) {
        struct random random = random_from(round);
        set_scene();
        for (unsigned i = 0; i < 200 && rig.pool.count < RIG_HEAPS; i++) {
            uintptr_t start = 0x3F800000 + 0x400 * random_below(&random, 40);
            em_pool_add(&rig.pool, em_chip_esp32.psram_heap.caps, start, start + 0x400 + 0x400 * random_below(&random, 16));
        }
        check_edges();
    }
}

TEST(a_block_in_an_inner_region_is_freed_there_and_one_around_it_in_the_outer)
{
    set_scene();
    CHECK_EQ(caps_rig_add_psram(&rig, 1 << 20), EM_OK);
    unsigned char *piece = em_caps_allocate(&rig.pool, 4096, EM_CAP_SPIRAM);
    unsigned char *outer = em_caps_allocate(&rig.pool, 100, EM_CAP_SPIRAM);
    static const uint32_t caps[3] = {EM_CAP_SPM, 0, 0};
    CHECK_EQ(em_pool_add(&rig.pool, caps, (uintptr_t)piece, (uintptr_t)piece + 4096), EM_OK);
    unsigned char *inner = em_caps_allocate(&rig.pool, 100, EM_CAP_SPM);
    CHECK(inner > piece && inner < piece + 4096);
    size_t outer_free = em_caps_free_bytes(&rig.pool, EM_CAP_SPIRAM), inner_free = em_caps_free_bytes(&rig.pool, EM_CAP_SPM);
    em_caps_free(&rig.pool, outer);
    em_caps_free(&rig.pool, inner);
    outer = em_caps_allocate(&rig.pool, 100, EM_CAP_SPIRAM); /* asked last is the inner, then the outer */
    em_caps_free(&rig.pool, outer);
    CHECK_EQ(em_caps_free_bytes(&rig.pool, EM_CAP_SPIRAM), outer_free + 104);
    CHECK_EQ(em_caps_free_bytes(&rig.pool, EM_CAP_SPM), inner_free + 108);
    CHECK_EQ(test_port.faults, 0);
}

/* ---- asking while others free ---------------------------------------------------------------- */

static void *victim;

static void free_the_victim(void)
{
    em_caps_free(&rig.pool, victim);
}

TEST(a_block_that_is_freed_while_it_is_asked_for_is_no_fault)
{
    for (unsigned moment = 0; moment < 8; moment++) {
        set_scene();
        victim = em_caps_allocate(&rig.pool, 100, EM_CAP_8BIT);
        test_port.skip = moment;
        test_port.between = free_the_victim;
        size_t size = em_caps_containing_block_size(&rig.pool, victim);
        CHECK(size == 104 || size == 0);
        CHECK_EQ(test_port.faults, 0);
    }
}

/* ---- sums ------------------------------------------------------------------------------------ */

TEST(questions_sum_over_the_heaps_that_have_all_the_caps)
{
    set_scene();
    struct em_heap_info info;
    CHECK_EQ(em_caps_total(&rig.pool, EM_CAP_EXEC), 0x3AE0 + 0x1BCB0 + 0x11AB4);
    CHECK_EQ(em_caps_total(&rig.pool, EM_CAP_SPIRAM), 0);
    CHECK_EQ(em_caps_total(&rig.pool, EM_CAP_INVALID), 0);
    CHECK_EQ(em_caps_largest_free(&rig.pool, EM_CAP_SPIRAM), 0);
    CHECK(em_caps_next(&rig.pool, NULL, EM_CAP_INVALID) != NULL); /* walks take it for "all" */
    em_caps_get_info(&rig.pool, &info, 0);
    CHECK_EQ(info.free_bytes, em_caps_free_bytes(&rig.pool, 0));
    CHECK_EQ(info.minimum_free, em_caps_minimum_free(&rig.pool, 0));
    CHECK_EQ(info.largest_free, em_caps_largest_free(&rig.pool, 0));
    CHECK_EQ(info.allocated_blocks, 1);
    CHECK_EQ(info.free_blocks, 5);
    CHECK_EQ(info.total_blocks, 6);
    CHECK_EQ(info.allocated_bytes, 192);
}

TEST(a_monitored_span_has_a_minimum_of_its_own)
{
    set_scene();
    CHECK_EQ(em_caps_monitor_stop(&rig.pool), EM_FAIL);
    void *block = em_caps_allocate(&rig.pool, 5000, EM_CAP_DMA);
    em_caps_free(&rig.pool, block);
    size_t before = em_caps_minimum_free(&rig.pool, EM_CAP_DMA), now = em_caps_free_bytes(&rig.pool, EM_CAP_DMA);
    CHECK(before < now);
    CHECK_EQ(em_caps_monitor_start(&rig.pool), EM_OK);
    CHECK_EQ(em_caps_minimum_free(&rig.pool, EM_CAP_DMA), now);
    em_caps_free(&rig.pool, em_caps_allocate(&rig.pool, 100, EM_CAP_DMA));
    CHECK_EQ(em_caps_minimum_free(&rig.pool, EM_CAP_DMA), now - 108);
    CHECK_EQ(em_caps_monitor_start(&rig.pool), EM_OK); /* begins again, and what was before is not forgotten */
    CHECK_EQ(em_caps_minimum_free(&rig.pool, EM_CAP_DMA), now);
    CHECK_EQ(em_pool_add(&rig.pool, em_chip_esp32.psram_heap.caps, 0x3FA00000, 0x3FA10000), EM_OK);
    CHECK_EQ(em_caps_monitor_stop(&rig.pool), EM_OK);
    CHECK(em_caps_minimum_free(&rig.pool, EM_CAP_DMA) <= before);
    CHECK_EQ(em_caps_monitor_stop(&rig.pool), EM_FAIL);
}

/* ---- watchers -------------------------------------------------------------------------------- */

TEST(watchers_come_and_go)
{
    static struct caps_rig other;
    set_scene();
    other.watcher.notify = rig.watcher.notify;
    em_pool_watch(&rig.pool, &other.watcher);
    void *block = em_caps_allocate(&rig.pool, 10, EM_CAP_DMA);
    CHECK_EQ(rig.events, 1);
    CHECK_EQ(other.events, 1);
    em_pool_unwatch(&rig.pool, &rig.watcher); /* the second of the list */
    em_caps_free(&rig.pool, block);
    CHECK_EQ(rig.events, 1);
    CHECK_EQ(other.events, 2);
    em_pool_unwatch(&rig.pool, &rig.watcher); /* it is not there any more */
    em_pool_unwatch(&rig.pool, &other.watcher);
    em_caps_free(&rig.pool, em_caps_allocate(&rig.pool, 10, EM_CAP_DMA));
    CHECK_EQ(other.events, 2);
}

CHECK_MAIN
