/* Where in the program each page of himem was mapped, and where that ended.
 *
 * Apart from idf/himem.c, which a program without himem does not have: reports read it in any program. */
#ifndef IDF_HIMEM_SITES_H
#define IDF_HIMEM_SITES_H

#include <stdbool.h>
#include <stddef.h>

#include "boot.h"

enum { IDF_HIMEM_PAGES = 128 }; /* the most that a board can have */

struct idf_himem_site {
    const void *mapped_by;   /* return address of the call that mapped it last; NULL: none did */
    const void *unmapped_by; /* the same of its unmap; NULL while it is mapped */
    bool read_only;
};

/* Of a page of the window; of one that is not himem's: empty. Async-signal-safe. */
struct idf_himem_site idf_himem_site(unsigned page);

/* Pages of the window. */
struct idf_himem_pages {
    unsigned first, behind;
};

void idf_himem_note_map(struct idf_himem_pages pages, bool read_only, const void *caller);
void idf_himem_note_unmap(const void *pointer, size_t length, const void *caller);
void idf_himem_forget_sites(void); /* at the boot of a chip */

/* Reports that `function` was told to unmap pages that are not all mapped: the first such page, and who mapped
 * and unmapped it last. */
void idf_himem_tell_unmapped(struct idf_himem_pages pages, const char *function, const void *caller);

/* Tells of each mapping that is there, neighbours of one call together; how many. */
unsigned idf_himem_tell_mapped(idf_himem_listener *tell);

#endif
