/* Names of the program's code, and who called whom. */
#ifndef SIM_SYMBOLS_H
#define SIM_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

/* Writes "function+0x12" for a return address of the program's own code, cut to `room`; false iff its file
 * has no name for it. The first call maps the program's file. */
bool sim_code_name(const void *address, char *text, size_t room);

/* The return addresses of a frame and of those around it, innermost first, up to `room`; how many. As far
 * as frame pointers lead inside the calling thread's stack. */
unsigned sim_callers_of(const void *frame, void **list, unsigned room);

#endif
