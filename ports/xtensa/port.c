/* Xtensa's part of the port: interrupts, the cycle counter, calls. Any core, call0 convention.
 *
 * Knows no machine. One idea: each is one or two instructions; what is made of them is shared by all
 * bare ports. */
#include "ports/bare/bare.h"

static inline uint32_t interrupts_off(void)
{
    uint32_t before;
    __asm__ volatile("rsil %0, 15" : "=a"(before)::"memory");
    return before;
}

static inline void interrupts_back(uint32_t before)
{
    __asm__ volatile("wsr.ps %0\n\trsync" ::"a"(before) : "memory");
}

#include "ports/bare/lock.h"

uint32_t bare_clock(void)
{
    uint32_t count;
    __asm__ volatile("rsr.ccount %0" : "=a"(count)::"memory");
    return count;
}

/* call0 and callx0, three bytes each. */
static bool follows_a_call(const unsigned char *code)
{
    uint32_t instruction = code[-3] | (uint32_t)code[-2] << 8 | (uint32_t)code[-1] << 16;
    return (instruction & 0x3F) == 0x05 || (instruction & 0xFFF0FF) == 0x0000C0;
}

#include "ports/bare/callers.h"
