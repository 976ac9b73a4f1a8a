/* The cache through which the chip reaches PSRAM and flash. */
#ifndef SIM_CACHE_H
#define SIM_CACHE_H

#include <stdbool.h>
#include <stdint.h>

/* Disables it for the window of the external RAM, or enables it again. Between the two are only accesses of
 * the same thread wrong: on the chip nobody else runs. A second thread's wish waits for the first one's end;
 * one's own second does nothing. */
void sim_cache_enable(bool enabled);

/* For an access that was stopped: whether the disabled cache is why, and it is wrong. Another thread than the
 * one that disabled it waits here first, and may then repeat the access. */
#define SIM_CACHE_CAUSE "Cache disabled but cached memory region accessed" /* the chip's words */
enum sim_cache_verdict { SIM_CACHE_IS_ON, SIM_CACHE_WAS_WAITED_FOR, SIM_CACHE_IS_OFF };
enum sim_cache_verdict sim_cache_judge(uintptr_t address);

/* For the child of a fork by another thread than the one that disabled it. */
void sim_cache_child_forked(void);

#endif
