/* See himem_sites.h.
 *
 * One idea: a page belongs to one mapping at a time, so its record needs no lock; atomic words keep a
 * report of another thread's from seeing half a pointer. */
#include "himem_sites.h"

#include <stddef.h>

static struct idf_himem_site sites[IDF_HIMEM_PAGES];

struct idf_himem_site idf_himem_site(unsigned page)
{
    if (page >= IDF_HIMEM_PAGES)
        return (struct idf_himem_site){NULL, NULL, false};
    return (struct idf_himem_site){
        .mapped_by = __atomic_load_n(&sites[page].mapped_by, __ATOMIC_RELAXED),
        .unmapped_by = __atomic_load_n(&sites[page].unmapped_by, __ATOMIC_RELAXED),
        .read_only = __atomic_load_n(&sites[page].read_only, __ATOMIC_RELAXED),
    };
}

void idf_himem_note_map(unsigned page, bool read_only, const void *caller)
{
    if (page >= IDF_HIMEM_PAGES)
        return;
    __atomic_store_n(&sites[page].unmapped_by, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&sites[page].read_only, read_only, __ATOMIC_RELAXED);
    __atomic_store_n(&sites[page].mapped_by, caller, __ATOMIC_RELAXED);
}

void idf_himem_note_unmap(unsigned page, const void *caller)
{
    if (page < IDF_HIMEM_PAGES)
        __atomic_store_n(&sites[page].unmapped_by, caller, __ATOMIC_RELAXED);
}

void idf_himem_forget_sites(void)
{
    for (unsigned page = 0; page < IDF_HIMEM_PAGES; page++) {
        idf_himem_note_map(page, false, NULL);
    }
}
