/* What of the chip's memory must not be accessed, or not like that: a byte for each page of 4 KiB.
 *
 * Knows rules, not who sets them: the ranges at boot, himem's pages at each map and unmap, the cache. A
 * program that is compiled with access checks asks before each access (sim/check_access.c), one that is
 * not relies on the host's page protection.
 *
 * One idea: 0 means anything goes, so the usual answer is one load and one comparison. */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/chip.h"

enum sim_check_rule {
    SIM_CHECK_NO_READ = 1,
    SIM_CHECK_NO_WRITE = 2,
    SIM_CHECK_WORDS = 4,     /* aligned 32-bit words only */
    SIM_CHECK_MIXED = 8,     /* parts of the page are: those of heaps with 32BIT and without 8BIT */
    SIM_CHECK_CACHE_OFF = 16 /* reached through the cache, which is disabled */
};

/* By address / 4096, for the lowest 4 GiB: all of a chip's addresses are there. */
enum { SIM_CHECK_PAGE_BITS = 12, SIM_CHECK_PAGES = 1 << 20 };
extern uint8_t sim_check_rules[SIM_CHECK_PAGES] __attribute__((visibility("hidden")));

/* Whether any code of this program is compiled with access checks. */
bool sim_is_checked(void);

/* The rules of a chip's own ranges; all others are lifted. */
void sim_check_open(const struct em_chip *chip);

/* Adds or lifts rules for all pages that [start, start + bytes) touches. */
void sim_check_add(uintptr_t start, size_t bytes, unsigned rules);
void sim_check_lift(uintptr_t start, size_t bytes, unsigned rules);
/* The same for whole pages with no other rules than these. */
void sim_check_set(uintptr_t start, size_t bytes, unsigned rules);

/* An access that a rule is against, perhaps: looks closer, and then warns or stops the program. `code` is
 * the address behind the call that announced it. */
void sim_check_closer(uintptr_t address, size_t bytes, bool write, uintptr_t code);

#endif
