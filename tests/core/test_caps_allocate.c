/* The funnel: how a request is rounded, which heap serves it, what is told, and what realloc does. */
#include "check.h"

#include "caps_rig.h"
#include "core/caps/pool.h"
#include "port.h"

static struct caps_rig rig;

static void set_scene(void)
{
    CHECK_EQ(caps_rig_start(&rig, 2), EM_OK);
    em_pool_end_startup(&rig.pool);
    CHECK_EQ(caps_rig_add_psram(&rig, 2112 * 1024), EM_OK);
    rig.events = 0;
}

static uintptr_t allocate(size_t size, uint32_t caps)
{
    return (uintptr_t)em_caps_allocate(&rig.pool, size, caps);
}

static bool in(uintptr_t address, uintptr_t start, uintptr_t end)
{
    return address >= start && address < end;
}

/* ---- requests -------------------------------------------------------------------------------- */

/* A chip that has every wish: lines of 16 and 64, AXI descriptors of 32, vectors of 128. */
static struct em_chip wishful_chip(void)
{
    struct em_chip chip = em_chip_esp32;
    chip.internal_line = 16;
    chip.external_line = 64;
    chip.axi_descriptor_alignment = 32;
    chip.simd_alignment = 128;
    return chip;
}

TEST(a_request_is_rounded_to_what_hardware_wants)
{
    enum { AHB = EM_CAP_DMA_DESC_AHB, AXI = EM_CAP_DMA_DESC_AXI, DMA = EM_CAP_DMA, EXT = EM_CAP_SPIRAM };
    static const struct {
        size_t size, alignment;
        uint32_t caps;
        size_t rounded, aligned;
        uint32_t wanted;
    } rows[] = {{10, 4, EM_CAP_8BIT, 10, 4, EM_CAP_8BIT},
                {10, 4, EM_CAP_32BIT, 12, 4, EM_CAP_32BIT},
                {12, 4, EM_CAP_32BIT, 12, 4, EM_CAP_32BIT},
                {10, 4, DMA, 16, 16, DMA},
                {17, 4, DMA, 32, 16, DMA},
                {10, 4, DMA | EXT, 64, 64, EXT},
                {10, 256, DMA, 256, 256, DMA},
                {10, 4, AHB, 16, 16, DMA},
                {10, 4, AXI, 32, 32, DMA},
                {10, 4, AHB | EXT, 64, 64, EXT},
                {10, 4, EM_CAP_CACHE_ALIGNED, 16, 16, 0},
                {10, 4, EM_CAP_CACHE_ALIGNED | EXT, 64, 64, EXT},
                {10, 4, EM_CAP_SIMD | EM_CAP_8BIT, 128, 128, EM_CAP_SIMD | EM_CAP_8BIT},
                {10, 4, EXT, 10, 4, EXT},
                {0x400000, 4, DMA, 0x400000, 16, DMA}};
    const struct em_chip chip = wishful_chip();
    const struct em_pool pool = {.chip = &chip, .largest = chip.largest_request};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct em_request request;
        CHECK_EQ(em_request_make(&request, &pool, rows[i].alignment, rows[i].size, rows[i].caps), EM_NO_FLAW);
        CHECK_EQ(request.size, rows[i].rounded);
        CHECK_EQ(request.alignment, rows[i].aligned);
        CHECK_EQ(request.caps, rows[i].wanted);
        CHECK(!request.instruction_view);
    }
}

TEST(a_request_that_nobody_could_serve_is_refused)
{
    static const struct {
        size_t size, alignment;
        uint32_t caps;
    } rows[] = {{0, 4, EM_CAP_8BIT},
                {0x400001, 4, EM_CAP_8BIT},
                {SIZE_MAX, 4, EM_CAP_8BIT},
                {SIZE_MAX, 4, EM_CAP_32BIT},
                {SIZE_MAX - 2, 4, EM_CAP_DMA},
                {10, 0, EM_CAP_8BIT},
                {10, 24, EM_CAP_8BIT},
                {10, 0x800000, EM_CAP_DMA}, /* rounded up it is larger than any request */
                {10, SIZE_MAX / 2 + 1, EM_CAP_DMA},
                {10, 4, EM_CAP_EXEC | EM_CAP_8BIT},
                {10, 4, EM_CAP_EXEC | EM_CAP_DMA},
                {10, 4, EM_CAP_EXEC | EM_CAP_DMA_DESC_AHB}};
    const struct em_chip chip = wishful_chip();
    const struct em_pool pool = {.chip = &chip, .largest = chip.largest_request};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct em_request request;
        CHECK(em_request_make(&request, &pool, rows[i].alignment, rows[i].size, rows[i].caps) != EM_NO_FLAW);
    }
}

TEST(exec_means_words_by_instruction_address)
{
    const struct em_pool pool = {.chip = &em_chip_esp32, .largest = em_chip_esp32.largest_request};
    struct em_request request;
    CHECK_EQ(em_request_make(&request, &pool, 4, 10, EM_CAP_EXEC), EM_NO_FLAW);
    CHECK(request.instruction_view);
    CHECK_EQ(request.size, 12);
    CHECK_EQ(request.caps, EM_CAP_EXEC | EM_CAP_32BIT);
}

/* ---- the choice of a heap -------------------------------------------------------------------- */

TEST(each_request_goes_to_the_memory_that_has_it_first)
{
    static const struct {
        uint32_t caps;
        uintptr_t start, end;
    } rows[] = {{EM_CAP_DEFAULT, 0x3F800000, 0x3FC00000},
                {EM_CAP_DEFAULT | EM_CAP_INTERNAL, 0x3FFAE6E0, 0x3FFB0000},
                {EM_CAP_8BIT, 0x3FFAE6E0, 0x3FFB0000},
                {EM_CAP_INTERNAL, 0x4008E54C, 0x400A0000},
                {EM_CAP_32BIT, 0x4008E54C, 0x400A0000},
                {EM_CAP_SPIRAM, 0x3F800000, 0x3FC00000},
                {EM_CAP_SPIRAM | EM_CAP_DMA, 0x3F800000, 0x3FC00000},
                {EM_CAP_EXEC, 0x4008E54C, 0x400A0000},
                {EM_CAP_DMA, 0x3FFAE6E0, 0x3FFE4000}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set_scene();
        CHECK(in(allocate(100, rows[i].caps), rows[i].start, rows[i].end));
    }
}

TEST(no_caps_and_caps_that_nobody_has_get_nothing)
{
    static const uint32_t caps[] = {0,
                                    EM_CAP_INVALID,
                                    EM_CAP_INVALID | EM_CAP_8BIT,
                                    EM_CAP_RTCRAM,
                                    EM_CAP_SPIRAM | EM_CAP_INTERNAL,
                                    EM_CAP_SPIRAM | EM_CAP_EXEC,
                                    EM_CAP_CACHE_ALIGNED,
                                    1u << 29};
    set_scene();
    for (unsigned i = 0; i < sizeof caps / sizeof caps[0]; i++) {
        CHECK_EQ(allocate(100, caps[i]), 0);
        CHECK_EQ(rig.events, i + 1);
        CHECK_EQ(rig.event.kind, EM_FAILED);
        CHECK_EQ(rig.event.caps, caps[i]);
        CHECK_EQ(rig.event.size, 100);
        CHECK_PTR(rig.event.address, NULL);
    }
}

TEST(size_zero_gets_nothing_and_nobody_is_told)
{
    set_scene();
    CHECK_EQ(allocate(0, EM_CAP_8BIT), 0);
    CHECK_PTR(em_caps_allocate_aligned(&rig.pool, 16, 0, EM_CAP_8BIT), NULL);
    CHECK_PTR(em_caps_allocate_default(&rig.pool, 0), NULL);
    CHECK_EQ(rig.events, 0);
    CHECK_EQ(allocate(0x400001, EM_CAP_8BIT), 0);
    CHECK_EQ(rig.events, 1);
}

TEST(the_next_memory_serves_where_the_first_is_full)
{
    set_scene();
    uintptr_t last = 0;
    for (uintptr_t block; (block = allocate(4, EM_CAP_EXEC)) && block < 0x400A0000;)
        last = block;
    CHECK(last != 0);
    CHECK(in(allocate(4, EM_CAP_EXEC), 0x400A0000, 0x400C0000)); /* D/IRAM, by its instruction address */
    CHECK(in(allocate(4, EM_CAP_32BIT), 0x3FFAE6E0, 0x3FFB0000));
}

/* ---- events ---------------------------------------------------------------------------------- */

TEST(each_allocation_is_told_once_with_the_callers_pointer)
{
    set_scene();
    uintptr_t plain = allocate(10, EM_CAP_8BIT);
    CHECK_EQ(rig.events, 1);
    CHECK_EQ(rig.event.kind, EM_ALLOCATED);
    CHECK_PTR(rig.event.address, plain);
    CHECK_EQ(rig.event.size, 10);
    CHECK_EQ(rig.event.caps, EM_CAP_8BIT);
    void *words = em_caps_allocate_aligned(&rig.pool, 64, 10, EM_CAP_32BIT);
    CHECK_PTR(rig.event.address, words);
    CHECK_EQ(rig.event.size, 10);
    CHECK_EQ(rig.event.rounded, 12);
    CHECK_EQ(rig.event.alignment, 64);
    em_caps_free(&rig.pool, (void *)plain);
    CHECK_EQ(rig.events, 3);
    CHECK_EQ(rig.event.kind, EM_FREED);
    CHECK_PTR(rig.event.address, plain);
    em_caps_free(&rig.pool, NULL);
    CHECK_EQ(rig.events, 3);
}

static size_t free_bytes_when_told;
static void note_free_bytes(struct em_watcher *watcher, const struct em_event *event)
{
    (void)watcher;
    (void)event;
    free_bytes_when_told = em_caps_free_bytes(&rig.pool, 0);
}

TEST(a_free_is_told_before_the_memory_is_anybodys)
{
    static struct em_watcher watcher = {.notify = note_free_bytes};
    set_scene();
    uintptr_t block = allocate(100, EM_CAP_8BIT);
    em_pool_watch(&rig.pool, &watcher);
    size_t before = em_caps_free_bytes(&rig.pool, 0);
    em_caps_free(&rig.pool, (void *)block);
    CHECK_EQ(free_bytes_when_told, before);
}

/* ---- bad pointers ---------------------------------------------------------------------------- */

TEST(pointers_of_no_heap_are_foreign_whatever_is_done_with_them)
{
    static int elsewhere;
    set_scene();
    void *const pointers[] = {&elsewhere,         (void *)4,          (void *)0x3FC00000, (void *)0x3FFB0000,
                              (void *)0x400A0010, (void *)0x400C0008, (void *)UINTPTR_MAX};
    for (unsigned i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
        test_port_reset();
        em_caps_free(&rig.pool, pointers[i]);
        CHECK_EQ(test_port.fault.kind, EM_FAULT_FOREIGN_POINTER);
        CHECK_EQ(test_port.fault.during, EM_DURING_FREE);
        CHECK_PTR(test_port.fault.address, pointers[i]);
        CHECK_PTR(em_caps_reallocate(&rig.pool, pointers[i], 10, EM_CAP_8BIT), NULL);
        CHECK_EQ(test_port.fault.during, EM_DURING_REALLOCATE);
        CHECK_EQ(em_caps_block_size(&rig.pool, pointers[i]), 0);
        CHECK_EQ(test_port.fault.during, EM_DURING_QUERY);
        CHECK_EQ(test_port.faults, 3);
        CHECK_EQ(em_caps_containing_block_size(&rig.pool, pointers[i]), 0);
        CHECK_EQ(test_port.faults, 3);
    }
}

TEST(a_heap_that_is_not_started_has_no_blocks)
{
    CHECK_EQ(caps_rig_start(&rig, 2), EM_OK);
    em_caps_free(&rig.pool, (void *)0x3FFE5000);
    CHECK_EQ(test_port.faults, 1);
    CHECK_EQ(test_port.fault.kind, EM_FAULT_FOREIGN_POINTER);
    CHECK_EQ(em_caps_containing_block_size(&rig.pool, (void *)0x3FFE5000), 0);
    CHECK_EQ(em_caps_containing_block_size(&rig.pool, (void *)0x400A5000), 0);
}

TEST(a_second_free_is_told_by_the_heap)
{
    set_scene();
    uintptr_t block = allocate(100, EM_CAP_8BIT);
    em_caps_free(&rig.pool, (void *)block);
    em_caps_free(&rig.pool, (void *)block);
    CHECK_EQ(test_port.faults, 1);
    CHECK_EQ(test_port.fault.kind, EM_FAULT_DOUBLE_FREE);
    CHECK(em_caps_reallocate(&rig.pool, (void *)block, 10, EM_CAP_8BIT) == NULL);
    CHECK_EQ(test_port.fault.kind, EM_FAULT_DOUBLE_FREE);
    CHECK_EQ(em_caps_block_size(&rig.pool, (void *)block), 0);
}

/* ---- realloc --------------------------------------------------------------------------------- */

TEST(realloc_stays_in_the_heap_that_has_all_the_caps)
{
    set_scene();
    uintptr_t block = allocate(100, EM_CAP_DMA);
    CHECK_PTR(em_caps_reallocate(&rig.pool, (void *)block, 200, EM_CAP_8BIT), block);
    CHECK_EQ(rig.event.kind, EM_RESIZED);
    CHECK_PTR(rig.event.old_address, block);
    CHECK_EQ(test_port.copies, 0);
}

TEST(realloc_moves_to_the_memory_that_is_asked_for_with_the_contents)
{
    set_scene();
    unsigned char *block = em_caps_allocate(&rig.pool, 101, EM_CAP_INTERNAL | EM_CAP_8BIT);
    for (unsigned i = 0; i < 101; i++)
        block[i] = (unsigned char)i;
    rig.events = 0;
    unsigned char *moved = em_caps_reallocate(&rig.pool, block, 5000, EM_CAP_SPIRAM);
    CHECK(in((uintptr_t)moved, 0x3F800000, 0x3FC00000));
    for (unsigned i = 0; i < 101; i++)
        CHECK(moved[i] == i);
    CHECK_EQ(rig.events, 1); /* one event for both blocks */
    CHECK_EQ(rig.event.kind, EM_RESIZED);
    CHECK_PTR(rig.event.old_address, block);
    CHECK_PTR(rig.event.address, moved);
    CHECK_EQ(test_port.faults, 0);
    CHECK_EQ(test_port.copied, 104);
    moved = em_caps_reallocate(&rig.pool, moved, 50, EM_CAP_INTERNAL);
    CHECK(in((uintptr_t)moved, 0x4008E54C, 0x400A0000));
    CHECK_EQ(test_port.copied, 50);
}

TEST(realloc_moves_to_another_heap_where_the_own_is_full)
{
    set_scene();
    uintptr_t block = allocate(3000, EM_CAP_8BIT);
    CHECK(in(block, 0x3FFAE6E0, 0x3FFB0000));
    CHECK(allocate(1000, EM_CAP_8BIT) != 0);
    uintptr_t moved = (uintptr_t)em_caps_reallocate(&rig.pool, (void *)block, 8000, EM_CAP_8BIT);
    CHECK(in(moved, 0x3FFB3448, 0x3FFE0000));
}

TEST(realloc_for_hardware_that_wants_whole_lines_moves_to_one)
{
    static struct em_chip chip;
    set_scene();
    chip = wishful_chip();
    rig.pool.chip = &chip;
    CHECK(allocate(4, EM_CAP_DMA) != 0);
    uintptr_t block = allocate(100, EM_CAP_8BIT);
    uintptr_t moved = (uintptr_t)em_caps_reallocate(&rig.pool, (void *)block, 50, EM_CAP_DMA);
    CHECK(moved != 0 && moved != block && moved % 16 == 0);
    CHECK_EQ(rig.event.kind, EM_RESIZED);
    CHECK_EQ(em_caps_block_size(&rig.pool, (void *)moved), 64);
}

TEST(realloc_that_fits_nowhere_leaves_the_block_and_is_told_once)
{
    set_scene();
    uintptr_t block = allocate(100, EM_CAP_8BIT);
    rig.events = 0;
    CHECK(em_caps_reallocate(&rig.pool, (void *)block, 3000000, EM_CAP_8BIT) == NULL);
    CHECK_EQ(rig.events, 1);
    CHECK_EQ(rig.event.kind, EM_FAILED);
    CHECK(em_caps_reallocate(&rig.pool, (void *)block, 0x400001, EM_CAP_8BIT) == NULL);
    CHECK_EQ(em_caps_block_size(&rig.pool, (void *)block), 104);
    CHECK_EQ(test_port.faults, 0);
}

TEST(realloc_of_nothing_allocates_and_to_nothing_frees)
{
    set_scene();
    uintptr_t block = (uintptr_t)em_caps_reallocate(&rig.pool, NULL, 100, EM_CAP_8BIT);
    CHECK(in(block, 0x3FFAE6E0, 0x3FFB0000));
    CHECK(em_caps_reallocate(&rig.pool, (void *)block, 0, EM_CAP_8BIT) == NULL);
    CHECK_EQ(rig.event.kind, EM_FREED);
    CHECK(em_caps_reallocate(&rig.pool, NULL, 0, EM_CAP_8BIT) == NULL);
    CHECK_EQ(rig.events, 2);
}

/* ---- plain malloc's policy ------------------------------------------------------------------- */

TEST(plain_malloc_stays_internal_without_a_limit)
{
    set_scene();
    CHECK(in((uintptr_t)em_caps_allocate_default(&rig.pool, 100), 0x3FFAE6E0, 0x3FFE0000));
    CHECK(em_caps_allocate_default(&rig.pool, 300000) == NULL);
    CHECK_EQ(rig.event.kind, EM_FAILED);
    CHECK_EQ(rig.event.caps, EM_CAP_DEFAULT | EM_CAP_INTERNAL);
}

TEST(plain_malloc_goes_out_above_the_limit_and_wherever_there_is_room)
{
    set_scene();
    em_pool_limit_external(&rig.pool, 1000);
    CHECK(in((uintptr_t)em_caps_allocate_default(&rig.pool, 1000), 0x3FFAE6E0, 0x3FFE0000));
    CHECK(in((uintptr_t)em_caps_allocate_default(&rig.pool, 1001), 0x3F800000, 0x3FC00000));
    em_pool_limit_external(&rig.pool, 1000000);
    CHECK(in((uintptr_t)em_caps_allocate_default(&rig.pool, 300000), 0x3F800000, 0x3FC00000)); /* no room inside */
    CHECK(in((uintptr_t)em_caps_allocate_aligned_default(&rig.pool, 4096, 100), 0x3FFAE6E0, 0x40000000));
    CHECK(em_caps_allocate_default(&rig.pool, 3000000) == NULL);
    CHECK_EQ(rig.event.caps, EM_CAP_DEFAULT);
    em_pool_limit_external(&rig.pool, 0);
    CHECK(in((uintptr_t)em_caps_allocate_default(&rig.pool, 1), 0x3F800000, 0x3FC00000));
}

TEST(plain_realloc_follows_the_limit)
{
    set_scene();
    em_pool_limit_external(&rig.pool, 1000);
    void *block = em_caps_reallocate_default(&rig.pool, NULL, 100);
    CHECK(in((uintptr_t)block, 0x3FFAE6E0, 0x3FFE0000));
    block = em_caps_reallocate_default(&rig.pool, block, 2000);
    CHECK(in((uintptr_t)block, 0x3F800000, 0x3FC00000));
    block = em_caps_reallocate_default(&rig.pool, block, 10);
    CHECK(in((uintptr_t)block, 0x3FFAE6E0, 0x3FFE0000));
    CHECK(em_caps_reallocate_default(&rig.pool, block, 3000000) == NULL);
    CHECK_EQ(rig.event.kind, EM_FAILED);
    CHECK_EQ(rig.event.caps, EM_CAP_DEFAULT);
    CHECK(em_caps_reallocate_default(&rig.pool, block, 0) == NULL);
    CHECK_EQ(rig.event.kind, EM_FREED);
    em_pool_limit_external(&rig.pool, -1);
    block = em_caps_allocate_default(&rig.pool, 100);
    CHECK(em_caps_reallocate_default(&rig.pool, block, 300000) == NULL);
    CHECK_EQ(rig.event.caps, EM_CAP_DEFAULT | EM_CAP_INTERNAL);
}

CHECK_MAIN
