/* The arithmetic that the core shares, and the names of its results. */
#include "check.h"

#include "core/base/bits.h"
#include "core/base/far.h"
#include "espmem/error.h"

TEST(every_result_has_a_name_and_no_other_number)
{
    static const char *const names[] = {"OK",           "FAIL",      "NO_MEM",       "INVALID_ARG", "INVALID_STATE",
                                        "INVALID_SIZE", "NOT_FOUND", "NOT_SUPPORTED"};
    for (unsigned i = 0; i < 8; i++)
        CHECK_STR(em_error_text((enum em_error)i), names[i]);
    CHECK_STR(em_error_text((enum em_error)8), "?");
    CHECK_STR(em_error_text((enum em_error) - 1), "?");
}

TEST(the_highest_and_the_lowest_bit_of_every_pair_are_found)
{
    for (unsigned high = 0; high < 32; high++) {
        for (unsigned low = 0; low <= high; low++) {
            uint32_t value = UINT32_C(1) << high | UINT32_C(1) << low;
            CHECK_EQ(em_highest_bit(value), high);
            CHECK_EQ(em_lowest_bit(value), low);
        }
        CHECK_EQ(em_highest_bit(UINT32_MAX >> (31 - high)), high);
        CHECK_EQ(em_lowest_bit(UINT32_MAX << high), high);
    }
}

TEST(powers_of_two_and_multiples_are_told)
{
    CHECK(!em_is_power_of_two(0) && em_is_power_of_two(1) && em_is_power_of_two(2) && !em_is_power_of_two(3));
    CHECK(em_is_power_of_two(SIZE_MAX / 2 + 1) && !em_is_power_of_two(SIZE_MAX));
    CHECK(em_is_multiple(0, 4) && em_is_multiple(8, 4) && !em_is_multiple(6, 4) && !em_is_multiple(7, 2));
}

TEST(rounding_up_tells_where_it_overflows_and_leaves_the_value)
{
    static const struct {
        size_t value, step, rounded;
    } rows[] = {{0, 8, 0}, {1, 8, 8}, {8, 8, 8}, {9, 8, 16}, {SIZE_MAX - 7, 8, SIZE_MAX - 7}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t value = rows[i].value;
        CHECK(em_round_up(&value, rows[i].step));
        CHECK_EQ(value, rows[i].rounded);
        CHECK_EQ(em_round_down(rows[i].value, rows[i].step), rows[i].value / rows[i].step * rows[i].step);
    }
    for (size_t value = SIZE_MAX - 6; value != 0; value++) {
        size_t rounded = value;
        CHECK(!em_round_up(&rounded, 8));
        CHECK_EQ(rounded, value);
    }
}

TEST(sums_and_products_tell_where_they_overflow)
{
    size_t result;
    CHECK(em_add(&result, SIZE_MAX - 5, 5) && result == SIZE_MAX);
    CHECK(!em_add(&result, SIZE_MAX - 5, 6));
    CHECK(em_multiply(&result, SIZE_MAX / 3, 3));
    CHECK(!em_multiply(&result, SIZE_MAX / 2 + 1, 2));
}

TEST(a_pointer_in_words_comes_back_whole)
{
    struct em_far far;
    const uintptr_t values[] = {0, 1, UINTPTR_MAX, UINTPTR_MAX / 3, (uintptr_t)0x8000000000001234};
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        em_far_set(&far, (void *)values[i]);
        CHECK_PTR(em_far_get(&far), values[i]);
    }
    CHECK_EQ(sizeof far, sizeof(void *));
    CHECK_EQ(_Alignof(struct em_far), 4);
}

CHECK_MAIN
