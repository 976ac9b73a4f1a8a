/* Which of the chip's heaps is damaged, for the report of a crash. */
#ifndef SIM_DAMAGE_H
#define SIM_DAMAGE_H

#include <stddef.h>

/* Checks the heaps of the running chip and writes "; the heap … is damaged: …" of the first that is not
 * sound, or "" if all are, into `text` (cut to `room`, terminated). O(blocks). For the end of a program:
 * it may be called inside a signal handler; whatever comes in meanwhile, a crash of its own or another
 * thread's, gets "". */
void sim_damage_describe(char *text, size_t room);

#endif
