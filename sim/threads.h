/* Threads that play the chip's tasks.
 *
 * Knows pthreads and the task's record; what a task is for FreeRTOS is idf/'s. Every thread has a stack
 * of the host, whatever the task's stack on the chip's heap; host code needs more than the chip's.
 *
 * One idea: a task that ends itself jumps back to where its thread began, as the chip drops a stack:
 * nothing of the program's runs on the way, and no exception passes through its frames. */
#ifndef SIM_THREADS_H
#define SIM_THREADS_H

#include <stdbool.h>

#include "idf/chip.h"

extern const struct idf_task_service sim_threads;

/* Runs body() on the calling thread until it returns or calls the service's leave(). For the thread
 * that the host itself started; does not nest. */
void sim_threads_run(void (*body)(void));

/* Waits until no thread that the service started is left but that of software timers, and no timer runs. */
void sim_threads_wait_for_all(void);

/* For the child of a fork, where only the calling thread exists. */
void sim_threads_child_forked(void);

#endif
