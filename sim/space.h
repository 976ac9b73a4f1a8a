/* The chip's address space in this process: every range at the chip's own addresses.
 *
 * Knows addresses and what kind of thing stands there; nothing of heaps, boards or tasks. Which bank
 * the window shows is sim/banks.
 *
 * One idea: all of a chip's addresses lie below 4 GiB, where a process that is built to run anywhere
 * keeps nothing, so they can be had, and a pointer cut to 32 bits is still the pointer. */
#ifndef SIM_SPACE_H
#define SIM_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/chip.h"

enum sim_range_kind {
    SIM_MEMORY,  /* can be read and written */
    SIM_WINDOW,  /* shows banks of external memory; empty until they are mapped */
    SIM_NOTHING, /* ROM, flash, peripherals: set aside, every access faults */
};

struct sim_range {
    const char *chip; /* em_chip.name */
    const char *name; /* as people write it */
    uintptr_t start, end;
    enum sim_range_kind kind;
    bool words; /* of the instruction bus: aligned 32-bit words only */
};

/* All ranges of all chips, each chip's together and by address. */
extern const struct sim_range sim_ranges[];
extern const unsigned sim_range_count;

/* Sets the chip's ranges aside, zeroed memory where it has memory. Once for a chip; a second time
 * does nothing. Returns NULL, or the first range of which an address is taken already (and then gives
 * back what it took). Not thread-safe. */
const struct sim_range *sim_space_reserve(const struct em_chip *chip);

/* sim_space_reserve for a program's start: where addresses are taken, starts the program again, once,
 * without address randomisation; if that did not help either, says so in one sentence and exits with 2. */
void sim_space_reserve_or_restart(const struct em_chip *chip, char **argv);

/* Brings the memory to the state of power-on (zeros), and empties the window. */
void sim_space_clear(const struct em_chip *chip);

/* The range of a reserved chip that holds the address; NULL if none does. Async-signal-safe. */
const struct sim_range *sim_space_range_of(uintptr_t address);

/* Whether all of [start, end) is SIM_MEMORY of a reserved chip. False for an empty span. */
bool sim_space_is_memory(uintptr_t start, uintptr_t end);

#endif
