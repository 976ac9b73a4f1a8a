/* What a port without an operating system offers beyond include/espmem/port.h.
 *
 * The machine (board) provides print, exit and the banks; the architecture (processor) provides the
 * clock, the callers and the probes. Programs and tests use this header alone.
 *
 * One idea: whatever differs between two machines is behind one of these few functions, so one program
 * runs on all of them. */
#ifndef PORTS_BARE_BARE_H
#define PORTS_BARE_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/himem.h"

/* ---- console and end --------------------------------------------------------------------------- */

/* Writes the text to the console, before it returns. From any task, also while a fault is told. */
void bare_print(const char *text);

/* Ends the program with this status, 0 to 255. */
_Noreturn void bare_exit(int status);

/* A number in decimal, or with all eight digits of its hexadecimal form. */
void bare_print_number(uint32_t number);
void bare_print_address(uintptr_t address);

/* ---- clock and callers ------------------------------------------------------------------------- */

/* A counter that runs at a constant rate and wraps. What one step is, the machine says. */
uint32_t bare_clock(void);

/* How many instructions a difference of two clocks is, where the machine's clock counts them. */
uint32_t bare_instructions(uint32_t difference);

/* Writes up to `room` addresses, the nearest first, that stand on the stack above the caller and follow
 * a call in the program's code; returns how many. What a finished call left there may be among them. */
unsigned bare_callers(uintptr_t *addresses, unsigned room);

/* ---- faults ------------------------------------------------------------------------------------ */

/* Who is told of what the core finds wrong, instead of the report that ends the program. NULL restores
 * the report. The function may return: then the operation does nothing. */
void bare_handle_faults(void (*handler)(const struct em_fault *fault));

/* ---- traps ------------------------------------------------------------------------------------- */

/* What the start code's handler notes of a trap; the offsets are known to it. */
struct bare_trap {
    uint32_t resume; /* where to go on, 0: a trap ends the program */
    uint32_t taken;
    uint32_t cause;   /* as the processor numbers it */
    uint32_t address; /* of the access */
    uint32_t code;    /* where the instruction stands */
    uint32_t saved[3];
};
extern struct bare_trap bare_trap;

/* One access to an address that may trap; true iff it did, and bare_trap says the rest. */
bool bare_load_traps(const volatile void *address);
bool bare_store_traps(volatile void *address);

/* Where the start code goes with a trap that nobody waits for: prints it and ends with status 70. */
_Noreturn void bare_trap_ends(void);

/* ---- banks ------------------------------------------------------------------------------------- */

enum { BARE_BANK_BYTES = 32768, BARE_TRAPS_UNMAPPED = 1, BARE_TRAPS_READ_ONLY = 2 };

/* Makes the machine's window ready, all pages unmapped, and describes it: every page of the window and
 * every bank behind it are in the layout. Once. `traps`: which wrong accesses the machine stops. */
struct bare_banks {
    struct em_bank_mmu *mmu;
    struct em_himem_layout layout;
    unsigned traps;
};
void bare_banks_open(struct bare_banks *banks);

/* The program itself. The start code calls it with nothing, and ends with what it returns. */
int main(int argc, char **argv);

#endif
