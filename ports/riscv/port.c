/* RISC-V's part of the port: interrupts, the instruction counter, calls. Any 32-bit core, supervisor mode.
 *
 * Knows no machine. One idea: each is one or two instructions; what is made of them is shared by all
 * bare ports. */
#include "ports/bare/bare.h"

enum { SSTATUS_INTERRUPTS = 2 };

static inline uint32_t interrupts_off(void)
{
    uint32_t before;
    __asm__ volatile("csrrci %0, sstatus, %1" : "=r"(before) : "i"(SSTATUS_INTERRUPTS) : "memory");
    return before & SSTATUS_INTERRUPTS;
}

static inline void interrupts_back(uint32_t before)
{
    __asm__ volatile("csrs sstatus, %0" ::"r"(before) : "memory");
}

#include "ports/bare/lock.h"

uint32_t bare_clock(void)
{
    uint32_t count;
    __asm__ volatile("rdinstret %0" : "=r"(count)::"memory");
    return count;
}

uint32_t bare_instructions(uint32_t difference)
{
    return difference;
}

/* jal ra and jalr ra in four bytes, c.jal and c.jalr in two. */
static bool follows_a_call(const unsigned char *code)
{
    uint32_t first = code[-4] | (uint32_t)code[-3] << 8, second = code[-2] | (uint32_t)code[-1] << 8;
    return (first & 0xFFF) == 0x0EF || (first & 0xFFF) == 0x0E7 || (second & 0xE003) == 0x2001 || (second & 0xF07F) == 0x9002;
}

#include "ports/bare/callers.h"
