/* What a fork does to the chip: the child gets one of its own.
 *
 * Knows the locks of the running chip and its PSRAM; all other memory of the chip is private to a process
 * anyway. One idea: while the process is split nobody is inside the heaps. */
#ifndef SIM_FORK_H
#define SIM_FORK_H

/* From now on forks copy the chip. More than once does nothing. */
void sim_fork_start(void);

#endif
