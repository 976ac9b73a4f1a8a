/* The external RAM chip: a file in memory that is divided into banks.
 *
 * Knows its size and contents; which addresses show which bank is sim/banks.
 *
 * One idea: pages of a file can be shown at any address, several times, and moved by one call. */
#ifndef SIM_PSRAM_H
#define SIM_PSRAM_H

#include <stdbool.h>
#include <stddef.h>

/* Makes a RAM of `bytes` (a multiple of the page size), zeroed and with all its pages present, so that
 * no access has to wait for one. Returns false, and there is none, iff the host refuses. An earlier
 * one is closed first. 0 bytes: no RAM, true. */
bool sim_psram_open(size_t bytes);
void sim_psram_close(void);

int sim_psram_file(void); /* -1: none */
size_t sim_psram_bytes(void);

/* A copy for the child of a fork, made before the fork so that nothing the parent writes afterwards
 * is in it. prepare: makes it. parent: drops it. child: takes it in the original's place; whoever
 * shows pages of the file has to show them anew. */
void sim_psram_prepare_fork(void);
void sim_psram_parent_forked(void);
/* False iff there is no copy although there is a RAM (the host was out of memory). */
bool sim_psram_child_forked(void);

#endif
