/* The processor's part of a port, to be copied: ports/NAME/port.c.
 *
 * As it stands it is right for one task without interrupts. Replace the bodies; the comments say what
 * each function has to promise. Must know no machine (board): that is machine.c.
 *
 * One idea: what is made of these functions (locks, the search for callers) is shared by all bare ports. */
#include "ports/bare/bare.h"

/* Nobody else runs between this and interrupts_back: no interrupt handler and no other task. Returns what
 * interrupts_back needs to restore the state before, since locks nest. A few instructions, no loop, callable
 * with interrupts off already. The compiler must not move accesses to memory across it ("memory").
 * With a second processor this is not enough: then write em_port_lock and em_port_unlock yourself, around
 * an atomic exchange of word[0] that the same processor may repeat (include/espmem/port.h). */
static inline uint32_t interrupts_off(void)
{
    __asm__ volatile("" ::: "memory");
    return 0;
}

/* The state that `before` stands for; not simply "on". */
static inline void interrupts_back(uint32_t before)
{
    (void)before;
    __asm__ volatile("" ::: "memory");
}

#include "ports/bare/lock.h"

/* A counter of the processor, read in a few instructions, without a lock. Constant rate; it may wrap. */
uint32_t bare_clock(void)
{
    static uint32_t calls;
    return ++calls;
}

/* What a difference of clocks is in instructions, or 0 where they do not go together. */
uint32_t bare_instructions(uint32_t difference)
{
    (void)difference;
    return 0;
}

/* Whether the instruction that ends at `code` is a call. Up to 4 bytes in front may be read. To be wrong is
 * no catastrophe: a caller is missing from a report, or one is in it that was none. */
static bool follows_a_call(const unsigned char *code)
{
    (void)code;
    return false;
}

#include "ports/bare/callers.h"

/* Usually in start.S, beside the handler of traps. One load or store of a word at the address; true iff it
 * trapped, and then bare_trap.cause and bare_trap.address say why and where. */
bool bare_load_traps(const volatile void *address)
{
    (void)*(const volatile uint32_t *)address;
    return false;
}

bool bare_store_traps(volatile void *address)
{
    *(volatile uint32_t *)address = 0;
    return false;
}
