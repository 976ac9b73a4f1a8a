/* Where in the program each page of himem was mapped, and where that ended.
 *
 * Apart from idf/himem.c, which a program without himem does not have: reports read it in any program.
 * Pages are counted from himem's first; one that no board has is ignored. */
#ifndef IDF_HIMEM_SITES_H
#define IDF_HIMEM_SITES_H

#include <stdbool.h>

enum { IDF_HIMEM_PAGES = 128 }; /* the most that a board can have */

struct idf_himem_site {
    const void *mapped_by;   /* return address of the call that mapped it last; NULL: none did */
    const void *unmapped_by; /* the same of its unmap; NULL while it is mapped */
    bool read_only;
};

struct idf_himem_site idf_himem_site(unsigned page);
void idf_himem_note_map(unsigned page, bool read_only, const void *caller);
void idf_himem_note_unmap(unsigned page, const void *caller);
void idf_himem_forget_sites(void); /* at the boot of a chip */

#endif
