/* See himem_sites.h.
 *
 * One idea: a page belongs to one mapping at a time, so its record needs no lock; atomic words keep a
 * report of another thread's from seeing half a pointer. */
#include "himem_sites.h"

#include "chip.h"
#include "explain.h"
#include "misuse.h"

static struct idf_himem_site sites[IDF_HIMEM_PAGES];

/* The record of a page; NULL iff it is not himem's. */
static struct idf_himem_site *site_of(unsigned page)
{
    unsigned number = page - idf_chip.himem.layout.first_page;
    return number < IDF_HIMEM_PAGES ? &sites[number] : NULL;
}

struct idf_himem_site idf_himem_site(unsigned page)
{
    const struct idf_himem_site *site = site_of(page);
    if (!site)
        return (struct idf_himem_site){NULL, NULL, false};
    return (struct idf_himem_site){
        .mapped_by = __atomic_load_n(&site->mapped_by, __ATOMIC_RELAXED),
        .unmapped_by = __atomic_load_n(&site->unmapped_by, __ATOMIC_RELAXED),
        .read_only = __atomic_load_n(&site->read_only, __ATOMIC_RELAXED),
    };
}

static void note(struct idf_himem_site *site, bool read_only, const void *caller)
{
    if (!site)
        return;
    __atomic_store_n(&site->unmapped_by, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&site->read_only, read_only, __ATOMIC_RELAXED);
    __atomic_store_n(&site->mapped_by, caller, __ATOMIC_RELAXED);
}

void idf_himem_note_map(struct idf_himem_pages pages, bool read_only, const void *caller)
{
    for (unsigned page = pages.first; page < pages.behind; page++)
        note(site_of(page), read_only, caller);
}

void idf_himem_note_unmap(const void *pointer, size_t length, const void *caller)
{
    const struct em_himem_layout *layout = &idf_chip.himem.layout;
    unsigned first = (unsigned)(((uintptr_t)pointer - layout->window) / layout->bank_size);
    unsigned behind = first + (unsigned)(length / layout->bank_size);
    for (unsigned page = first; page < behind; page++)
        if (site_of(page))
            __atomic_store_n(&site_of(page)->unmapped_by, caller, __ATOMIC_RELAXED);
}

void idf_himem_forget_sites(void)
{
    for (unsigned i = 0; i < IDF_HIMEM_PAGES; i++)
        note(&sites[i], false, NULL);
}

/* ---- telling --------------------------------------------------------------------------------- */

static bool is_mapped(unsigned page)
{
    unsigned bank;
    return em_himem_page_shows(&idf_chip.himem, page, &bank);
}

static uintptr_t address_of(unsigned page)
{
    return idf_chip.himem.layout.window + page * idf_chip.himem.layout.bank_size;
}

void idf_himem_tell_unmapped(struct idf_himem_pages pages, const char *function, const void *caller)
{
    unsigned page = pages.first;
    char name[IDF_CODE_NAME], mapper[IDF_CODE_NAME], unmapper[IDF_CODE_NAME];
    while (page + 1 < pages.behind && is_mapped(page))
        page++;
    const struct idf_himem_site site = idf_himem_site(page);
    const unsigned long address = (unsigned long)address_of(page);
    idf_code_name(caller, name);
    if (!site.mapped_by)
        idf_note_misuse("%s, called by %s: 0x%08lx is not mapped, and never was", function, name, address);
    else
        idf_note_misuse("%s, called by %s: 0x%08lx is not mapped; mapped last by %s, unmapped by %s", function, name, address,
                        idf_code_name(site.mapped_by, mapper), idf_code_name(site.unmapped_by, unmapper));
}

/* How many pages from this one one call has mapped; 0 if it is not mapped. */
static unsigned mapped_run(unsigned page, unsigned behind)
{
    unsigned count = 0;
    const void *mapper = idf_himem_site(page).mapped_by;
    while (page + count < behind && is_mapped(page + count) && idf_himem_site(page + count).mapped_by == mapper)
        count++;
    return count;
}

unsigned idf_himem_tell_mapped(idf_himem_listener *tell)
{
    const struct em_himem_layout *layout = &idf_chip.himem.layout;
    const unsigned behind = layout->first_page + layout->pages;
    unsigned count = 0;
    for (unsigned page = layout->first_page, run; page < behind; page += run ? run : 1) {
        run = mapped_run(page, behind);
        if (run == 0)
            continue;
        tell("mapping", address_of(page), run, idf_himem_site(page).mapped_by);
        count++;
    }
    return count;
}
