/* The divisions that Debian's libgcc for the LX106 lacks, since that chip's ROM has them.
 *
 * For programs; the core divides nowhere. One idea: one bit of the quotient at a time. */
#include <stdint.h>

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor);
uint32_t __umodsi3(uint32_t dividend, uint32_t divisor);
int32_t __divsi3(int32_t dividend, int32_t divisor);
int32_t __modsi3(int32_t dividend, int32_t divisor);

struct division {
    uint32_t quotient, rest;
};

static struct division divide(uint32_t dividend, uint32_t divisor)
{
    struct division result = {0, 0};
    for (uint32_t bit = UINT32_C(1) << 31; bit != 0; bit >>= 1) {
        result.rest = result.rest << 1 | ((dividend & bit) != 0);
        if (result.rest >= divisor) {
            result.rest -= divisor;
            result.quotient |= bit;
        }
    }
    return result;
}

static uint32_t magnitude(int32_t value)
{
    return value < 0 ? 0 - (uint32_t)value : (uint32_t)value;
}

uint32_t __udivsi3(uint32_t dividend, uint32_t divisor)
{
    return divide(dividend, divisor).quotient;
}

uint32_t __umodsi3(uint32_t dividend, uint32_t divisor)
{
    return divide(dividend, divisor).rest;
}

int32_t __divsi3(int32_t dividend, int32_t divisor)
{
    uint32_t quotient = divide(magnitude(dividend), magnitude(divisor)).quotient;
    return (int32_t)((dividend < 0) != (divisor < 0) ? 0 - quotient : quotient);
}

int32_t __modsi3(int32_t dividend, int32_t divisor)
{
    uint32_t rest = divide(magnitude(dividend), magnitude(divisor)).rest;
    return (int32_t)(dividend < 0 ? 0 - rest : rest);
}
