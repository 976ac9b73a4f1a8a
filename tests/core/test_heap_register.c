/* Which regions become a heap, and what a fresh heap looks like: every length, every start. */
#include "check.h"

#include "picture.h"
#include "port.h"

enum { FENCE = 64, FENCE_BYTE = 0xA5 };

/* A heap in dirty memory between two fences; the region may start anywhere. */
static struct em_heap *register_at(unsigned shift, size_t bytes, unsigned char **region)
{
    unsigned char *memory = picture_memory(bytes + 2 * FENCE + 64);
    size_t whole = bytes < 5000 ? bytes : 5000;
    memset(memory, FENCE_BYTE, FENCE + 64 + whole);
    memset(memory + FENCE + shift + bytes, FENCE_BYTE, FENCE);
    *region = memory + FENCE + shift;
    return em_heap_create(*region, bytes, &em_engine_tlsf);
}

static bool fences_stand(const unsigned char *region, size_t bytes)
{
    for (unsigned i = 1; i <= FENCE; i++) {
        if (region[-(ptrdiff_t)i] != FENCE_BYTE || region[bytes + i - 1] != FENCE_BYTE)
            return false;
    }
    return true;
}

TEST(every_length_up_to_five_thousand_is_registered_as_the_model_says)
{
    static struct heap_model model;
    for (size_t bytes = 0; bytes < 5000; bytes++) {
        unsigned char *region;
        struct em_heap *heap = register_at((unsigned)(bytes % 5) * 4, bytes, &region);
        bool wanted = heap_model_start(&model, engine_rules[0], (uintptr_t)region, bytes);
        CHECK_EQ(heap != NULL, wanted);
        CHECK_PTR(heap, wanted ? region : NULL);
        if (heap && heap_model_differs(&model, heap))
            check_fail(__FILE__, __LINE__, "%zu bytes: %s", bytes, heap_model_differs(&model, heap));
        CHECK(fences_stand(region, bytes));
    }
}

TEST(two_hundred_and_twenty_bytes_hold_one_block_of_twelve)
{
    unsigned char *region;
    for (size_t bytes = 200; bytes < 220; bytes++)
        CHECK(register_at(0, bytes, &region) == NULL);
    struct em_heap *heap = register_at(0, 220, &region);
    CHECK_PTR(em_heap_allocate(heap, 12), region + 204);
    CHECK_STR(picture(heap), "U12");
    CHECK(em_heap_allocate(heap, 1) == NULL);
    em_heap_free(heap, region + 204);
    CHECK_STR(picture(heap), "F12");
    CHECK(fences_stand(region, 220));
}

TEST(the_first_block_stands_where_the_chip_has_it)
{
    static const struct {
        size_t bytes, first;
    } rows[] = {{256, 204},   {1024, 276},   {4096, 348},   {6432, 384},         {15072, 420},        {32768, 740},
                {72372, 876}, {113840, 876}, {183224, 944}, {2112 * 1024, 2172}, {4096 * 1024, 2172}, {16 * 1024 * 1024, 2436}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char *region;
        struct em_heap *heap = register_at(0, rows[i].bytes, &region);
        CHECK_PTR(em_heap_allocate(heap, 1), region + rows[i].first);
        CHECK(fences_stand(region, rows[i].bytes));
    }
}

TEST(the_classes_grow_finer_at_16_and_256_KiB)
{
    static const struct {
        size_t bytes, size, given;
    } rows[] = {{16404, 1001, 1024}, {16405, 1001, 1024},  {16404, 1025, 1152},
                {16405, 1025, 1088}, {262164, 1025, 1088}, {262165, 1025, 1056}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char *region;
        struct em_heap *heap = register_at(0, rows[i].bytes, &region);
        CHECK_EQ(em_heap_block_size(heap, em_heap_allocate(heap, rows[i].size)), rows[i].given);
    }
}

TEST(a_start_must_be_a_multiple_of_four)
{
    for (unsigned shift = 0; shift < 61; shift++) {
        unsigned char *region;
        struct em_heap *heap = register_at(shift, 1024, &region);
        CHECK_PTR(heap, shift % 4 == 0 ? region : NULL);
        for (size_t i = 0; shift % 4 != 0 && i < 1024; i++)
            CHECK(region[i] == FENCE_BYTE); /* a refused region is untouched */
    }
}

TEST(no_start_and_two_gibibytes_are_refused)
{
    uint32_t word[64] = {0};
    CHECK(em_heap_create(NULL, 1024, &em_engine_tlsf) == NULL);
    CHECK(em_heap_create(word, (size_t)INT32_MAX + 1, &em_engine_tlsf) == NULL);
    CHECK(em_heap_create(word, SIZE_MAX, &em_engine_tlsf) == NULL);
    for (unsigned i = 0; i < 64; i++)
        CHECK_EQ(word[i], 0);
}

TEST(eight_bytes_and_what_rounding_leaves_count_as_free_for_ever)
{
    for (size_t bytes = 1024; bytes < 1028; bytes++) {
        unsigned char *region;
        struct em_heap *heap = register_at(0, bytes, &region);
        CHECK_EQ(em_heap_size(heap), bytes);
        CHECK_EQ(em_heap_free_bytes(heap), 744 + 8 + bytes - 1024);
        CHECK_EQ(em_heap_minimum_free(heap), em_heap_free_bytes(heap));
    }
}

TEST(largest_is_sure_to_succeed_and_one_more_is_sure_to_fail)
{
    for (size_t bytes = 220; bytes < 40000; bytes += 52) {
        unsigned char *region;
        struct em_heap *heap = register_at(0, bytes, &region);
        size_t largest = em_heap_largest_free(heap);
        CHECK(em_heap_allocate(heap, largest + 1) == NULL);
        CHECK(em_heap_allocate(heap, largest) != NULL);
        CHECK(em_heap_largest_free(heap) < largest);
    }
}

TEST(set_minimum_sets_it_outright)
{
    unsigned char *region;
    struct em_heap *heap = register_at(0, 1024, &region);
    em_heap_set_minimum(heap, 0);
    CHECK_EQ(em_heap_minimum_free(heap), 0);
    em_heap_restore_minimum(heap, 100);
    CHECK_EQ(em_heap_minimum_free(heap), 0);
    CHECK_EQ(em_heap_reset_minimum(heap), 0);
    CHECK_EQ(em_heap_minimum_free(heap), 752);
}

TEST(a_heap_that_moves_house_starts_anew)
{
    unsigned char *region;
    struct em_heap *heap = register_at(0, 1024, &region);
    CHECK(em_heap_allocate(heap, 100) && em_heap_allocate(heap, 100));
    heap = em_heap_create(region, 1024, &em_engine_tlsf); /* old contents do not matter */
    CHECK_STR(picture(heap), "F744");
    CHECK(em_heap_check(heap, NULL, NULL));
}

CHECK_MAIN
