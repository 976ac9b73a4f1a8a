/* Accesses that the host's memory protection stops, and what is known of an address.
 *
 * Knows the ranges, the window and himem's records; prints through sim/platform.
 *
 * One idea: only addresses of the chip are ours; everything else goes to whoever handled it before. */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

/* Takes SIGSEGV and SIGBUS, on a stack of their own, and the core's faults (em_port_fault). A second
 * time does nothing. The calling thread is prepared as by sim_faults_enter_thread. */
void sim_faults_start(void);

/* Gives the calling thread the stack that a fault is handled on, and takes it back. */
void sim_faults_enter_thread(void);
void sim_faults_leave_thread(void);

#endif
