/* What a program leaves behind when it ends as it should. */
#ifndef SIM_END_H
#define SIM_END_H

/* From now on the normal end of the process (exit, or main's return) reports on stderr: mappings and handles
 * of himem that are still there, and how many accesses and calls were wrong. In manner strict a program that
 * would have ended with 0 ends with 1 if there is any. Not for one that panics, restarts the chip or takes
 * it down by itself, nor for children of a fork. Once. */
void sim_watch_end(void);

#endif
