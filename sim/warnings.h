/* Accesses that the chip lets through and that are wrong all the same.
 *
 * One idea: all are counted, and each place in the program is told once. */
#ifndef SIM_WARNINGS_H
#define SIM_WARNINGS_H

#include <stdint.h>

/* Counts one; reports it on stderr unless this code was reported before, or too many were. kind as in
 * "read"; bytes 0: not known. Callable from any thread and in a signal handler. */
void sim_warn(const char *kind, unsigned bytes, uintptr_t address, uintptr_t code);

/* Counts one that is told by somebody else. */
void sim_count_warning(void);

/* How many there were since the process began. */
unsigned sim_warnings(void);

#endif
