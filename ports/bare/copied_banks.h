/* Banks without an MMU: a map copies banks into the window, an unmap copies them back. */
#ifndef PORTS_BARE_COPIED_BANKS_H
#define PORTS_BARE_COPIED_BANKS_H

#include "espmem/himem.h"

/* The most pages of a window that is filled by copies. */
enum { COPIED_PAGES = 8 };

struct copied_banks {
    struct em_bank_mmu face; /* the switch */
    unsigned char *window, *store;
    size_t bank_bytes;
    unsigned pages, banks;
    uint8_t mapped, read_only; /* a bit for each page */
    /* Told of every change, before a page is read or written by its user: takes the access to pages
     * without their bit away, where the machine can. NULL where it cannot. */
    void (*guard)(unsigned mapped, unsigned read_only);
};

/* Sets up *banks, all pages unmapped. `window` has room for pages, up to COPIED_PAGES, `store` for banks;
 * both start at a multiple of 4, as bank_bytes is one; they stay the caller's. */
void copied_banks_open(struct copied_banks *banks, const struct copied_banks *wanted);

#endif
