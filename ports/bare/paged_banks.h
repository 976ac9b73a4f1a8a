/* Banks shown by a page table: the switch of a processor with an MMU. Included once, by a port.
 *
 * Before it the port defines what its table looks like:
 *   PAGE_ENTRY            the type of an entry
 *   PAGE_STEP             what an entry grows by from one page of memory to the next
 *   PAGE_HIDDEN           an entry that shows nothing
 *   page_access(flags)    the bits of an entry that shows memory, read-only iff EM_MAP_READ_ONLY
 *   pages_forget(address, banks)   the processor drops what it remembers of this many banks of addresses
 * Knows no processor, and nothing of handles or ranges.
 *
 * One idea: a bank is eight pages of memory that lie in a row, so a map is a row of stores, and then the
 * processor forgets what it knew: a forgotten flush is a page that shows an old bank. */
#ifndef PORTS_BARE_PAGED_BANKS_H
#define PORTS_BARE_PAGED_BANKS_H

#include "ports/bare/bare.h"

enum { PAGE_BYTES = 4096, PAGES_IN_BANK = BARE_BANK_BYTES / PAGE_BYTES };

struct paged_banks {
    struct em_bank_mmu face;
    PAGE_ENTRY *table;  /* the window's entries */
    uintptr_t window;   /* address of the window's first page */
    PAGE_ENTRY no_bank; /* bank 0's first entry, without access bits */
};

/* Entries of `count` banks from `page` on; each grows by `step`. */
static inline void set_entries(struct paged_banks *banks, unsigned page, unsigned count, PAGE_ENTRY entry, PAGE_ENTRY step)
{
    volatile PAGE_ENTRY *table = banks->table + page * PAGES_IN_BANK;
    for (volatile PAGE_ENTRY *end = table + count * PAGES_IN_BANK; table != end; table += PAGES_IN_BANK) {
        table[0] = entry;
        table[1] = entry += step;
        table[2] = entry += step;
        table[3] = entry += step;
        table[4] = entry += step;
        table[5] = entry += step;
        table[6] = entry += step;
        table[7] = entry += step;
        entry += step;
    }
    pages_forget(banks->window + page * BARE_BANK_BYTES, count);
}

static inline struct paged_banks *paged_banks_of(struct em_bank_mmu *mmu)
{
    return (struct paged_banks *)(void *)mmu; /* the face is its first member */
}

static bool map_pages(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags)
{
    struct paged_banks *banks = paged_banks_of(mmu);
    PAGE_ENTRY entry = banks->no_bank + (PAGE_ENTRY)bank * (PAGES_IN_BANK * PAGE_STEP);
    set_entries(banks, page, count, entry | page_access(flags), PAGE_STEP);
    return true;
}

/* What was written is in the bank already: the window is the memory itself. */
static void unmap_pages(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    (void)bank;
    set_entries(paged_banks_of(mmu), page, count, PAGE_HIDDEN, 0);
}

/* Hides all pages of the window. */
static void paged_banks_open(struct paged_banks *banks, PAGE_ENTRY *table, uintptr_t window, PAGE_ENTRY no_bank, unsigned pages)
{
    *banks = (struct paged_banks){{map_pages, unmap_pages}, table, window, no_bank};
    unmap_pages(&banks->face, 0, 0, pages);
}

#endif
