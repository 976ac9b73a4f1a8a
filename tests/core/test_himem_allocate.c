/* What himem is opened with, and who gets which banks and pages. */
#include "check.h"

#include "himem_scene.h"

/* ---- opening --------------------------------------------------------------------------------- */

TEST(a_bank_size_must_be_a_power_of_two_below_two_gibibytes)
{
    static const size_t sizes[] = {0, 3, 0x6000, 0x80000000, SIZE_MAX};
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        rig_open(&rig, 8, 16);
        struct em_himem_storage storage = {rig.banks, rig.pages, rig.memories};
        rig.layout.bank_size = sizes[i];
        CHECK_EQ(em_himem_open(&rig.himem, &rig.layout, &rig.mmu.face, &storage), EM_INVALID_ARG);
    }
}

TEST(more_banks_or_pages_than_sixteen_bits_are_refused)
{
    static const unsigned counts[] = {65535, 65536, 0xffffffff};
    for (unsigned i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        rig_open(&rig, 8, 16);
        struct em_himem_storage storage = {rig.banks, rig.pages, rig.memories};
        struct em_himem_layout layout = rig.layout;
        layout.banks = counts[i];
        CHECK_EQ(em_himem_open(&rig.himem, &layout, &rig.mmu.face, &storage), EM_INVALID_ARG);
        layout = rig.layout;
        layout.pages = counts[i];
        CHECK_EQ(em_himem_open(&rig.himem, &layout, &rig.mmu.face, &storage), EM_INVALID_ARG);
    }
}

TEST(sixty_five_thousand_five_hundred_thirty_four_banks_are_the_most)
{
    static struct em_himem_bank banks[65534];
    static struct em_himem_memory memories[65534];
    static uint16_t list[65534];
    em_himem_handle handle;
    rig_open(&rig, 8, 16);
    rig.layout.banks = 65534;
    struct em_himem_storage storage = {banks, rig.pages, memories};
    CHECK_EQ(em_himem_open(&rig.himem, &rig.layout, &rig.mmu.face, &storage), EM_OK);
    CHECK_EQ(em_himem_allocate(&rig.himem, 65534, list, &handle), EM_OK);
    CHECK_EQ(list[65533], 65533);
    CHECK_EQ(em_himem_free_bytes(&rig.himem), 0);
}

TEST(what_is_needed_must_not_be_null)
{
    for (unsigned missing = 0; missing < 4; missing++) {
        rig_open(&rig, 8, 16);
        struct em_himem_storage storage = {missing == 0 ? NULL : rig.banks, missing == 1 ? NULL : rig.pages,
                                           missing == 2 ? NULL : rig.memories};
        struct em_bank_mmu *mmu = missing == 3 ? NULL : &rig.mmu.face;
        CHECK_EQ(em_himem_open(&rig.himem, &rig.layout, mmu, &storage), EM_INVALID_ARG);
    }
}

TEST(a_himem_of_nothing_is_legal_and_has_nothing_to_give)
{
    struct em_himem_layout layout = {.window = RIG_WINDOW, .bank_size = RIG_BANK};
    struct em_himem_storage storage = {NULL, NULL, NULL};
    em_himem_range range;
    em_himem_handle handle;
    uint16_t list[1];
    unsigned count;
    rig_open(&rig, 8, 16);
    CHECK_EQ(em_himem_open(&rig.himem, &layout, NULL, &storage), EM_OK);
    CHECK_EQ(em_himem_total(&rig.himem), 0);
    CHECK_EQ(em_himem_free_bytes(&rig.himem), 0);
    CHECK_EQ(em_himem_window_bytes(&rig.himem), 0);
    CHECK_EQ(em_himem_bank_count(&rig.himem, B, &count), EM_NO_MEM);
    CHECK_EQ(em_himem_allocate(&rig.himem, 1, list, &handle), EM_NO_MEM);
    CHECK_EQ(em_himem_allocate_range(&rig.himem, 1, &range), EM_NO_MEM);
    CHECK_EQ(em_himem_free(&rig.himem, 1), EM_INVALID_ARG);
    CHECK_EQ(em_himem_free_range(&rig.himem, 1), EM_INVALID_ARG);
    CHECK(!em_himem_page_shows(&rig.himem, 0, &count));
}

TEST(pages_without_banks_and_banks_without_pages_are_legal_and_need_their_records)
{
    uint16_t list[16];
    em_himem_handle handle;
    em_himem_range range;
    CHECK_EQ(rig_open(&rig, 8, 0), EM_OK);
    CHECK_EQ(em_himem_allocate_range(&rig.himem, 8, &range), EM_OK);
    CHECK_EQ(em_himem_allocate(&rig.himem, 1, list, &handle), EM_NO_MEM);
    CHECK_EQ(rig_open(&rig, 0, 16), EM_OK);
    CHECK_EQ(em_himem_allocate_range(&rig.himem, 1, &range), EM_NO_MEM);
    CHECK_EQ(em_himem_allocate(&rig.himem, 16, list, &handle), EM_OK);
    struct em_himem_storage none = {NULL, NULL, NULL};
    rig.layout.banks = 0;
    rig.layout.pages = 1;
    CHECK_EQ(em_himem_open(&rig.himem, &rig.layout, &rig.mmu.face, &none), EM_INVALID_ARG);
    rig.layout.banks = 1;
    rig.layout.pages = 0;
    CHECK_EQ(em_himem_open(&rig.himem, &rig.layout, &rig.mmu.face, &none), EM_INVALID_ARG);
}

/* ---- allocating ------------------------------------------------------------------------------ */

TEST(a_size_must_be_a_multiple_of_a_bank_before_it_may_be_too_large)
{
    static const struct {
        size_t bytes;
        enum em_error wanted;
    } rows[] = {{0, EM_NO_MEM},
                {1, EM_INVALID_SIZE},
                {B - 1, EM_INVALID_SIZE},
                {B + 1, EM_INVALID_SIZE},
                {SIZE_MAX, EM_INVALID_SIZE},
                {17 * B, EM_NO_MEM},
                {SIZE_MAX - B + 1, EM_NO_MEM},
                {(size_t)1 << 31, EM_NO_MEM},
                {(size_t)1 << (sizeof(size_t) * 8 - 1), EM_NO_MEM},
                {(size_t)((UINT64_C(1) << 32) + B), sizeof(size_t) == 8 ? EM_NO_MEM : EM_OK}, /* one bank if cut to 32 bits */
                {B, EM_OK},
                {16 * B, EM_OK}};
    CHECK_EQ(rig_open(&rig, 8, 16), EM_OK);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned count = 77;
        CHECK_EQ(em_himem_bank_count(&rig.himem, rows[i].bytes, &count), rows[i].wanted);
        CHECK_EQ(count, rows[i].wanted == EM_OK ? rows[i].bytes / B : 77);
    }
}

TEST(allocate_wants_a_list_a_handle_and_at_least_one_bank)
{
    em_himem_handle handle = 77;
    uint16_t list[17];
    CHECK_EQ(rig_open(&rig, 8, 16), EM_OK);
    remember();
    CHECK_EQ(em_himem_allocate(&rig.himem, 1, NULL, &handle), EM_INVALID_ARG);
    CHECK_EQ(em_himem_allocate(&rig.himem, 1, list, NULL), EM_INVALID_ARG);
    CHECK_EQ(em_himem_allocate(&rig.himem, 0, list, &handle), EM_NO_MEM);
    CHECK_EQ(em_himem_allocate(&rig.himem, 17, list, &handle), EM_NO_MEM);
    CHECK_EQ(em_himem_allocate_range(&rig.himem, 1, NULL), EM_INVALID_ARG);
    CHECK_EQ(handle, 77);
    nothing_happened();
}

TEST(banks_are_taken_lowest_first_and_need_not_be_neighbours)
{
    set_scene();
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[0]), EM_OK);
    CHECK_EQ(rig_allocate(&rig, 2, 6 * B), EM_OK);
    static const uint16_t wanted[] = {0, 1, 2, 3, 6, 7};
    CHECK(memcmp(rig.lists[2], wanted, sizeof wanted) == 0);
}

TEST(all_banks_or_none_are_taken)
{
    set_scene();
    remember();
    CHECK_EQ(rig_allocate(&rig, 2, 11 * B), EM_NO_MEM);
    nothing_happened();
    CHECK_EQ(rig_allocate(&rig, 2, 10 * B), EM_OK);
    CHECK_EQ(em_himem_free_bytes(&rig.himem), 0);
}

TEST(every_bank_may_have_a_memory_of_its_own)
{
    uint16_t lists[16];
    em_himem_handle handles[16];
    CHECK_EQ(rig_open(&rig, 8, 16), EM_OK);
    for (unsigned i = 0; i < 16; i++) {
        CHECK_EQ(em_himem_allocate(&rig.himem, 1, &lists[i], &handles[i]), EM_OK);
        CHECK(handles[i] != 0);
        for (unsigned j = 0; j < i; j++)
            CHECK(handles[i] != handles[j]);
    }
    CHECK_EQ(em_himem_free(&rig.himem, handles[5]), EM_OK);
    CHECK_EQ(em_himem_allocate(&rig.himem, 1, &lists[5], &handles[5]), EM_OK);
    CHECK_EQ(lists[5], 5);
}

TEST(a_range_is_the_first_run_of_pages_that_is_long_enough)
{
    set_scene();
    CHECK_EQ(em_himem_range_page(&rig.himem, rig.ranges[1]), 120 + 4);
    CHECK_EQ(em_himem_free_range(&rig.himem, rig.ranges[0]), EM_OK);
    CHECK_EQ(rig_allocate_range(&rig, 2, 2), EM_OK);
    CHECK_EQ(em_himem_range_page(&rig.himem, rig.ranges[2]), 120);
    remember();
    CHECK_EQ(rig_allocate_range(&rig, 3, 3), EM_NO_MEM); /* four are free, two and two */
    CHECK_EQ(rig_allocate_range(&rig, 3, 0), EM_NO_MEM);
    CHECK_EQ(rig_allocate_range(&rig, 3, 9), EM_NO_MEM);
    CHECK_EQ(rig_allocate_range(&rig, 3, UINT32_MAX), EM_NO_MEM);
    nothing_happened();
}

TEST(sizes_are_those_of_the_layout)
{
    CHECK_EQ(rig_open(&rig, 62, 190), EM_OK);
    CHECK_EQ(em_himem_total(&rig.himem), 190 * B);
    CHECK_EQ(em_himem_window_bytes(&rig.himem), 62 * B);
    CHECK_EQ(em_himem_free_bytes(&rig.himem), 190 * B);
    CHECK_EQ(rig_allocate(&rig, 0, 3 * B), EM_OK);
    CHECK_EQ(em_himem_free_bytes(&rig.himem), 187 * B);
}

CHECK_MAIN
