/* The part of the port for ARM's application profile: interrupts, the instruction counter, calls.
 *
 * Knows no machine. One idea: each is one or two instructions; what is made of them is shared by all
 * bare ports. */
#include "ports/arm/calls.h"

enum { CPSR_INTERRUPTS_OFF = 0x80, EVENT_INSTRUCTIONS = 8 };

static inline uint32_t interrupts_off(void)
{
    uint32_t before;
    __asm__ volatile("mrs %0, cpsr\n\tcpsid i" : "=r"(before)::"memory");
    return before & CPSR_INTERRUPTS_OFF;
}

static inline void interrupts_back(uint32_t before)
{
    if (before == 0) {
        __asm__ volatile("cpsie i" ::: "memory");
    }
}

#include "ports/bare/lock.h"

/* The first event counter, set up at its first use. */
static void count_instructions(void)
{
    __asm__ volatile("mcr p15, 0, %0, c9, c12, 5\n\tisb" ::"r"(0));           /* PMSELR */
    __asm__ volatile("mcr p15, 0, %0, c9, c13, 1" ::"r"(EVENT_INSTRUCTIONS)); /* PMXEVTYPER */
    __asm__ volatile("mcr p15, 0, %0, c9, c12, 1" ::"r"(1));                  /* PMCNTENSET */
    __asm__ volatile("mcr p15, 0, %0, c9, c12, 0\n\tisb" ::"r"(1));           /* PMCR */
}

uint32_t bare_clock(void)
{
    static bool counting;
    uint32_t count;
    if (!counting) {
        counting = true;
        count_instructions();
    }
    __asm__ volatile("mrc p15, 0, %0, c9, c13, 2" : "=r"(count)::"memory");
    return count;
}

uint32_t bare_instructions(uint32_t difference)
{
    return difference;
}
