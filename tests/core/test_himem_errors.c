/* himem refuses what is documented to be refused, in the documented order, and then has changed
 * nothing. */
#include "check.h"

#include "himem_scene.h"

static void map_refused(unsigned memory, unsigned range, size_t memory_offset, size_t range_offset, size_t length,
                        enum em_error wanted)
{
    void *untouched = pointer;
    remember();
    CHECK_EQ(rig_map(&rig, memory, range, memory_offset, range_offset, length, &pointer), wanted);
    CHECK_PTR(pointer, untouched);
    CHECK_EQ(rig.mmu.maps, before.mmu.maps);
    nothing_happened();
}

static void unmap_refused(unsigned range, uintptr_t address, size_t length)
{
    remember();
    CHECK_EQ(rig_unmap(&rig, range, address, length), EM_INVALID_ARG);
    CHECK_EQ(rig.mmu.unmaps, before.mmu.unmaps);
    nothing_happened();
}

/* ---- map ------------------------------------------------------------------------------------- */

TEST(map_refuses_no_pointer_and_handles_that_are_none)
{
    set_scene();
    static const uint32_t foreign[] = {0, 3, 16, 17, 0x10001, 0xffffffff};
    remember();
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, B, NULL), EM_INVALID_ARG);
    for (unsigned i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        CHECK_EQ(em_himem_map(&rig.himem, foreign[i], rig.ranges[0], 0, 0, B, 0, &pointer), EM_INVALID_ARG);
        CHECK_EQ(em_himem_free(&rig.himem, foreign[i]), EM_INVALID_ARG);
    }
    static const uint32_t foreign_ranges[] = {0, 2, 3, 6, 7, 8, 9, 0x10001, 0xffffffff};
    for (unsigned i = 0; i < sizeof foreign_ranges / sizeof foreign_ranges[0]; i++) {
        CHECK_EQ(em_himem_map(&rig.himem, rig.handles[0], foreign_ranges[i], 0, 0, B, 0, &pointer), EM_INVALID_ARG);
        CHECK_EQ(em_himem_unmap(&rig.himem, foreign_ranges[i], (void *)rig_address(&rig, 0), B), EM_INVALID_ARG);
        CHECK_EQ(em_himem_free_range(&rig.himem, foreign_ranges[i]), EM_INVALID_ARG);
    }
    nothing_happened();
}

TEST(freed_handles_are_refused_everywhere)
{
    set_scene();
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[1]), EM_OK);
    CHECK_EQ(em_himem_free_range(&rig.himem, rig.ranges[1]), EM_OK);
    remember();
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[1]), EM_INVALID_ARG);
    CHECK_EQ(em_himem_free_range(&rig.himem, rig.ranges[1]), EM_INVALID_ARG);
    map_refused(1, 0, 0, 0, B, EM_INVALID_ARG);
    map_refused(0, 1, 0, 0, B, EM_INVALID_ARG);
    unmap_refused(1, rig_address(&rig, 1), B);
    nothing_happened();
}

/* Each row breaks the rule of its line and all that are checked later. */
TEST(map_checks_handles_then_multiples_then_sizes_then_states)
{
    set_scene();
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, B, &pointer), EM_OK);
    em_himem_handle live = rig.handles[0];
    rig.handles[0] = 9;
    map_refused(0, 0, 4 * B, 4 * B, 5 * B, EM_INVALID_ARG);
    rig.handles[0] = live;
    map_refused(0, 0, 1, 5 * B, 9 * B, EM_INVALID_ARG);
    map_refused(0, 0, 5 * B, 1, 9 * B, EM_INVALID_ARG);
    map_refused(0, 0, 5 * B, 5 * B, 1, EM_INVALID_ARG);
    map_refused(0, 0, 0, 0, 5 * B, EM_INVALID_SIZE);
    map_refused(0, 0, 0, 0, B, EM_INVALID_STATE);
}

TEST(map_refuses_what_is_past_either_end)
{
    set_scene();
    static const struct {
        size_t memory_offset, range_offset, length;
    } rows[] = {{4 * B, 0, B},
                {5 * B, 0, 0},
                {0, 5 * B, 0},
                {0, 4 * B, B},
                {3 * B, 0, 2 * B},
                {0, 3 * B, 2 * B},
                {0, 0, 5 * B},
                {SIZE_MAX - B + 1, 0, B},
                {0, SIZE_MAX - B + 1, B},
                {B, 0, SIZE_MAX - B + 1},
                {0, B, SIZE_MAX - B + 1},
                {SIZE_MAX - B + 1, SIZE_MAX - B + 1, 2 * B}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        map_refused(0, 0, rows[i].memory_offset, rows[i].range_offset, rows[i].length, EM_INVALID_SIZE);
}

TEST(sizes_that_are_small_only_when_cut_to_32_bits_are_refused)
{
    set_scene();
    size_t wrap = (size_t)(UINT64_C(1) << 32); /* 0 where words have 32 bits: then there is nothing to test */
    if (wrap == 0)
        return;
    map_refused(0, 0, wrap, 0, B, EM_INVALID_SIZE);
    map_refused(0, 0, 0, wrap, B, EM_INVALID_SIZE);
    map_refused(0, 0, 0, 0, wrap + B, EM_INVALID_SIZE);
    map_refused(0, 0, 0, 0, wrap << 15, EM_INVALID_SIZE); /* 2^32 banks: 0 if the count is cut */
    map_refused(0, 0, wrap << 15, 0, 0, EM_INVALID_SIZE);
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, B, &pointer), EM_OK);
    unmap_refused(0, (uintptr_t)pointer, wrap + B);
    unmap_refused(0, (uintptr_t)pointer + wrap, B);
}

TEST(sums_that_wrap_are_refused_even_where_banks_have_one_byte)
{
    rig_open(&rig, 8, 16);
    rig.layout.bank_size = 1;
    struct em_himem_storage storage = {rig.banks, rig.pages, rig.memories};
    CHECK_EQ(em_himem_open(&rig.himem, &rig.layout, &rig.mmu.face, &storage), EM_OK);
    CHECK_EQ(em_himem_allocate(&rig.himem, 4, rig.lists[0], &rig.handles[0]), EM_OK);
    CHECK_EQ(rig_allocate_range(&rig, 0, 4), EM_OK);
    CHECK_EQ(rig_map(&rig, 0, 0, SIZE_MAX, 0, 2, &pointer), EM_INVALID_SIZE);
    CHECK_EQ(rig_map(&rig, 0, 0, 0, SIZE_MAX, 2, &pointer), EM_INVALID_SIZE);
    CHECK_EQ(rig_map(&rig, 0, 0, 2, 0, SIZE_MAX, &pointer), EM_INVALID_SIZE);
    CHECK_EQ(rig_map(&rig, 0, 0, 2, 2, 2, &pointer), EM_OK);
}

TEST(one_mapped_bank_or_page_refuses_the_whole_map)
{
    set_scene();
    CHECK_EQ(rig_map(&rig, 0, 0, 2 * B, B, B, &pointer), EM_OK); /* bank 2 in page 1 */
    map_refused(0, 1, B, 0, 2 * B, EM_INVALID_STATE);            /* the bank */
    map_refused(1, 0, 0, 0, 2 * B, EM_INVALID_STATE);            /* the page */
    map_refused(0, 0, 0, 0, 4 * B, EM_INVALID_STATE);            /* both */
    CHECK_EQ(rig_map(&rig, 1, 0, 0, 2 * B, 2 * B, &pointer), EM_OK);
    CHECK(rig_agrees(&rig));
}

TEST(map_returns_the_address_of_the_first_page_and_notes_the_flags)
{
    set_scene();
    CHECK_EQ(em_himem_map(&rig.himem, rig.handles[0], rig.ranges[1], 0, B, B, EM_MAP_READ_ONLY, &pointer), EM_OK);
    CHECK_PTR(pointer, RIG_WINDOW + (120 + 5) * B);
    CHECK_EQ(rig.mmu.flags, EM_MAP_READ_ONLY);
    CHECK_EQ(rig.mmu.shows[5], 1);
}

TEST(a_map_of_nothing_is_good_and_maps_nothing)
{
    set_scene();
    remember();
    CHECK_EQ(rig_map(&rig, 0, 0, 4 * B, 4 * B, 0, &pointer), EM_OK);
    CHECK_PTR(pointer, rig_address(&rig, 0) + 4 * B);
    CHECK_EQ(rig.mmu.maps, 0);
    nothing_happened();
}

TEST(consecutive_banks_are_switched_in_one_call)
{
    set_scene();
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, 4 * B, &pointer), EM_OK);
    CHECK_EQ(rig.mmu.maps, 1);
    CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer, 4 * B), EM_OK);
    CHECK_EQ(rig.mmu.unmaps, 1);
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[0]), EM_OK);
    CHECK_EQ(rig_allocate(&rig, 2, 6 * B), EM_OK); /* 0 1 2 3, 6 7 */
    CHECK_EQ(rig_map(&rig, 2, 0, 2 * B, 0, 4 * B, &pointer), EM_OK);
    CHECK_EQ(rig.mmu.maps, 3);
    CHECK(rig_agrees(&rig));
}

/* ---- unmap ----------------------------------------------------------------------------------- */

TEST(unmap_refuses_all_that_is_not_wholly_mapped_in_that_very_range)
{
    set_scene();
    uintptr_t first = rig_address(&rig, 0), second = rig_address(&rig, 1);
    unmap_refused(0, first, B); /* never mapped */
    CHECK_EQ(rig_map(&rig, 0, 0, 0, B, 2 * B, &pointer), EM_OK);
    CHECK_EQ(rig_map(&rig, 1, 1, 0, 0, 2 * B, &pointer), EM_OK);
    unmap_refused(0, first + B + 1, B);
    unmap_refused(0, first + B + 4, B);
    unmap_refused(0, first + B, 1);
    unmap_refused(0, first + B, B + 1);
    unmap_refused(0, first, B);             /* below what is mapped */
    unmap_refused(0, first, 2 * B);         /* half of it */
    unmap_refused(0, first + 2 * B, 2 * B); /* the other half */
    unmap_refused(0, first, 4 * B);         /* the middle of it */
    unmap_refused(0, first + 3 * B, B);     /* above */
    unmap_refused(0, first + B, 4 * B);     /* past the range */
    unmap_refused(0, second, B);            /* another range's */
    unmap_refused(1, first + B, B);         /* below the range */
    unmap_refused(0, first - B, B);
    unmap_refused(0, first - B, 2 * B);
    unmap_refused(0, 0, B);
    unmap_refused(0, UINTPTR_MAX - B + 1, B);
    unmap_refused(0, first + B, SIZE_MAX - B + 1);
    CHECK_EQ(rig_unmap(&rig, 0, first + B, 2 * B), EM_OK);
    unmap_refused(0, first + B, 2 * B); /* already unmapped */
    unmap_refused(0, first + B, B);
}

TEST(one_unmap_ends_several_neighbouring_maps)
{
    set_scene();
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, B, &pointer), EM_OK);
    CHECK_EQ(rig_map(&rig, 1, 0, 0, B, 2 * B, &pointer), EM_OK);
    CHECK_EQ(rig_map(&rig, 0, 0, 3 * B, 3 * B, B, &pointer), EM_OK);
    CHECK_EQ(rig_unmap(&rig, 0, rig_address(&rig, 0), 4 * B), EM_OK);
    CHECK_EQ(rig.mmu.unmaps, 3);
    CHECK(rig_agrees(&rig));
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[0]), EM_OK);
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[1]), EM_OK);
    CHECK_EQ(em_himem_free_range(&rig.himem, rig.ranges[0]), EM_OK);
}

TEST(one_unmap_ends_the_middle_of_a_map)
{
    set_scene();
    unsigned bank;
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, 4 * B, &pointer), EM_OK);
    CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer + B, 2 * B), EM_OK);
    CHECK(em_himem_page_shows(&rig.himem, 120, &bank) && bank == 120);
    CHECK(!em_himem_page_shows(&rig.himem, 121, &bank) && !em_himem_page_shows(&rig.himem, 122, &bank));
    CHECK(em_himem_page_shows(&rig.himem, 123, &bank) && bank == 123);
    CHECK_EQ(rig_map(&rig, 0, 0, B, 2 * B, B, &pointer), EM_OK); /* the bank is free for another page */
    CHECK(rig_agrees(&rig));
}

TEST(an_unmap_of_nothing_is_good_at_any_page_of_the_range)
{
    set_scene();
    remember();
    for (unsigned page = 0; page <= 4; page++)
        CHECK_EQ(rig_unmap(&rig, 0, rig_address(&rig, 0) + page * B, 0), EM_OK);
    nothing_happened();
    unmap_refused(0, rig_address(&rig, 0) + 5 * B, 0);
    unmap_refused(0, rig_address(&rig, 0) + 1, 0);
}

TEST(pages_outside_himems_part_of_the_window_show_nothing)
{
    set_scene();
    unsigned bank;
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, B, &pointer), EM_OK);
    CHECK(em_himem_page_shows(&rig.himem, 120, &bank));
    CHECK(!em_himem_page_shows(&rig.himem, 119, &bank));
    CHECK(!em_himem_page_shows(&rig.himem, 128, &bank));
    CHECK(!em_himem_page_shows(&rig.himem, 0xffffffff, &bank));
}

/* ---- free ------------------------------------------------------------------------------------ */

TEST(a_memory_with_one_mapped_bank_cannot_be_freed)
{
    set_scene();
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(rig_map(&rig, 0, 1, i * B, 0, B, &pointer), EM_OK);
        remember();
        CHECK_EQ(em_himem_free(&rig.himem, rig.handles[0]), EM_INVALID_ARG);
        nothing_happened();
        CHECK_EQ(rig_unmap(&rig, 1, (uintptr_t)pointer, B), EM_OK);
    }
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[0]), EM_OK);
}

TEST(a_range_with_one_mapped_page_cannot_be_freed)
{
    set_scene();
    for (unsigned i = 0; i < 4; i++) {
        CHECK_EQ(rig_map(&rig, 0, 0, 0, i * B, B, &pointer), EM_OK);
        remember();
        CHECK_EQ(em_himem_free_range(&rig.himem, rig.ranges[0]), EM_INVALID_ARG);
        nothing_happened();
        CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer, B), EM_OK);
    }
    CHECK_EQ(em_himem_free_range(&rig.himem, rig.ranges[0]), EM_OK);
}

CHECK_MAIN
