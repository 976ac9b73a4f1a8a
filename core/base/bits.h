/* Bits, rounding and overflow: the arithmetic that every part of the core shares.
 *
 * Knows no heap and no machine beyond the word size of its compiler.
 *
 * One idea: each step that can overflow is a function that says whether it did. */
#ifndef EM_BASE_BITS_H
#define EM_BASE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Machines without an instruction that counts leading zeros would call libgcc's routines for the builtins;
 * tables that are indexed by a byte, or by the five bits that a product moves to the top, are quicker. */
extern const uint8_t em_highest_of_byte[256];
extern const uint8_t em_lowest_of_product[32];

#if (defined(__riscv) && !defined(__riscv_zbb)) || (defined(__arm__) && !defined(__ARM_FEATURE_CLZ))
static inline unsigned em_highest_bit(uint32_t value)
{
    if (value >> 16 != 0) {
        return value >> 24 != 0 ? 24u + em_highest_of_byte[value >> 24] : 16u + em_highest_of_byte[value >> 16];
    }
    return value >> 8 != 0 ? 8u + em_highest_of_byte[value >> 8] : em_highest_of_byte[value];
}

/* Every five bits of the factor are different, so the lowest bit alone, times it, tells its place. */
static inline unsigned em_lowest_bit(uint32_t value)
{
    return em_lowest_of_product[(value & (~value + 1u)) * UINT32_C(0x077CB531) >> 27];
}
#else
/* Index of the highest bit that is set; value must not be 0. */
static inline unsigned em_highest_bit(uint32_t value)
{
    return 31u - (unsigned)__builtin_clz(value);
}

/* Index of the lowest bit that is set; value must not be 0. */
static inline unsigned em_lowest_bit(uint32_t value)
{
    return (unsigned)__builtin_ctz(value);
}
#endif

#define EM_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define EM_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

static inline bool em_is_power_of_two(size_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* `step` must be a power of two. */
static inline bool em_is_multiple(size_t value, size_t step)
{
    return (value & (step - 1)) == 0;
}

static inline size_t em_round_down(size_t value, size_t step)
{
    return value & ~(step - 1);
}

/* Rounds up to a multiple of a power of two; false iff that overflows, and *value is untouched. */
static inline bool em_round_up(size_t *value, size_t step)
{
    size_t rounded = (*value + (step - 1)) & ~(step - 1);
    if (rounded < *value) {
        return false;
    }
    *value = rounded;
    return true;
}

/* Sum and product; false iff they overflow. */
static inline bool em_add(size_t *sum, size_t a, size_t b)
{
    return !__builtin_add_overflow(a, b, sum);
}

static inline bool em_multiply(size_t *product, size_t a, size_t b)
{
    return !__builtin_mul_overflow(a, b, product);
}

/* Whole quotient and rest, a bit at a time: for text and figures, since not every machine divides. The
 * divisor must not be 0. */
static inline size_t em_divide(size_t number, size_t divisor, size_t *rest)
{
    size_t quotient = 0, left = 0;
    for (unsigned bit = 8 * sizeof number; bit-- > 0;) {
        bool carry = left >> (8 * sizeof left - 1) != 0;
        left = left << 1 | (number >> bit & 1u);
        if (carry || left >= divisor) {
            left -= divisor;
            quotient |= (size_t)1 << bit;
        }
    }
    *rest = left;
    return quotient;
}

#endif
