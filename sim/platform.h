/* What the running chip gets from the PC: clock, console, reports, the ways a program ends.
 *
 * Knows Linux and stdio; no heap and no board.
 *
 * One idea: the chip's console is stdout, espmem's own words are stderr, and the exit status tells a
 * panic (3) from a bad setting (2). */
#ifndef SIM_PLATFORM_H
#define SIM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "idf/chip.h"

enum { SIM_EXIT_BAD_SETTING = 2, SIM_EXIT_PANIC = 3 };

/* The platform of this process; bank_mmu and is_memory follow the window that is open. */
const struct idf_platform *sim_platform_start(struct em_bank_mmu *bank_mmu, const struct idf_fence *fence);

/* Writes "espmem: TEXT" and a line end to stderr, in one piece, allocating nothing. */
__attribute__((format(printf, 1, 2))) void sim_say(const char *format, ...);

/* Writes to stderr, as far as somebody reads it. */
void sim_write_report(const char *text, size_t length);

/* The same as sim_say, then the end of a program that cannot start like this. */
__attribute__((format(printf, 1, 2))) _Noreturn void sim_refuse(const char *format, ...);

/* Shows what the console holds; nobody else prints to it from now on. */
void sim_hold_console(void);

/* Ends the process as a panic does: what the console holds is shown, nothing of the program's runs. */
_Noreturn void sim_die(int status);

/* The normal end of a firmware program: exit(0). */
_Noreturn void sim_end_program(void);

#endif
