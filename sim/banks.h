/* The switch of banks on a PC: which bank of the external RAM each page of the window shows.
 *
 * Knows the window and the RAM's file; not who owns a page or a bank, which is core/himem's.
 *
 * One idea: showing a bank is one mmap of the file for a run of neighbours; in manner chip an unmap
 * is nothing at all, as on the chip, so a bank that comes back to its page is still there. */
#ifndef SIM_BANKS_H
#define SIM_BANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/board.h"
#include "espmem/himem.h"

struct sim_banks_manner {
    bool strict;  /* wrong accesses are stopped, else let through */
    bool warns;   /* and counted, by taking away what is not mapped */
    bool checked; /* the program asks before each access: rules (sim/check) instead of taking away */
};

/* Shows bank i in page i, as the chip does at boot, for as many as the window and the RAM have; pages
 * beyond stay empty. The RAM (sim_psram_open) is to be there. Returns the switch, static memory, or
 * NULL iff the host refuses. After sim_banks_set_aside the manner holds. */
struct em_bank_mmu *sim_banks_open(const struct em_bank_window *window, struct sim_banks_manner manner);
/* Empties the window. */
void sim_banks_close(void);

/* The boot is over for these pages of himem's: from here on the manner holds in the whole window, and as
 * nothing is mapped yet, there is no access to them. Before, the start-up
 * code sees the window as the chip's does, whatever it maps there itself. */
void sim_banks_set_aside(unsigned page, unsigned count);

/* Shows the same banks of the file that is now sim_psram_file(). False iff the host refuses. */
bool sim_banks_show_again(void);

/* For the handler of a fault in manner chip with warnings: brings back what the chip would show there. */
enum sim_passage {
    SIM_STAYS_OUT,   /* nothing was done */
    SIM_LET_THROUGH, /* the access can be repeated now, and was wrong */
    SIM_MAY_PASS     /* it can be repeated */
};
enum sim_passage sim_banks_let_through(uintptr_t address, bool write);

/* What a page of the window is like, for reports. Async-signal-safe. */
struct sim_page_view {
    bool in_window; /* else all others are meaningless */
    unsigned page;
    bool shown, writable;
    bool ever_shown;
    unsigned bank; /* shown, or shown last */
};
struct sim_page_view sim_banks_view(uintptr_t address);

/* Whether all of [start, end) is shown and can be written. */
bool sim_banks_is_memory(uintptr_t start, uintptr_t end);

#endif
