/* The part of the port for ARM's microcontroller profile: interrupts, the clock, calls.
 *
 * Knows no machine but the length of a step of its clock. One idea: each is one or two instructions; what
 * is made of them is shared by all bare ports. */
#include "ports/arm/calls.h"

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010)
#define SYSTICK_RELOAD  (*(volatile uint32_t *)0xE000E014)
#define SYSTICK_VALUE   (*(volatile uint32_t *)0xE000E018)
#define SYSTICK_MOST    0xFFFFFFu
enum { SYSTICK_RUNS = 5 /* by the processor's clock */ };

static inline uint32_t interrupts_off(void)
{
    uint32_t before;
    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before)::"memory");
    return before;
}

static inline void interrupts_back(uint32_t before)
{
    __asm__ volatile("msr primask, %0" ::"r"(before) : "memory");
}

#include "ports/bare/lock.h"

/* SysTick counts down, in 24 bits. */
uint32_t bare_clock(void)
{
    if (SYSTICK_CONTROL == 0) {
        SYSTICK_RELOAD = SYSTICK_MOST;
        SYSTICK_VALUE = 0;
        SYSTICK_CONTROL = SYSTICK_RUNS;
    }
    return SYSTICK_MOST - SYSTICK_VALUE;
}

/* At 25 MHz, with QEMU's -icount shift=7 (128 ns an instruction): 16 steps are 5 instructions. */
uint32_t bare_instructions(uint32_t difference)
{
    return ((difference & SYSTICK_MOST) * 5 + 8) / 16;
}
