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

/* Shows bank i in page i, as the chip does at boot, for as many as the window and the RAM have; pages
 * beyond stay empty. The RAM (sim_psram_open) is to be there. Returns the switch, static memory, or
 * NULL iff the host refuses. In manner strict, EM_MAP_READ_ONLY is kept and unmap takes the pages away
 * (after sim_banks_set_aside). */
struct em_bank_mmu *sim_banks_open(const struct em_bank_window *window, enum em_manner manner);
/* Empties the window. */
void sim_banks_close(void);

/* The boot is over for these pages of himem's: from here on manner strict holds in the whole window, and
 * as nothing is mapped yet, it takes them away. In manner chip nothing happens. Before, the start-up
 * code sees the window as the chip's does, whatever it maps there itself. */
void sim_banks_set_aside(unsigned page, unsigned count);

/* Shows the same banks of the file that is now sim_psram_file(). False iff the host refuses. */
bool sim_banks_show_again(void);

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
