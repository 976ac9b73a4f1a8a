/* himem with a fake mmu: see himem_rig.h. */
#include "himem_rig.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "port.h"

static pthread_mutex_t many = PTHREAD_MUTEX_INITIALIZER;

static void die(const char *what)
{
    printf("himem broke a promise to its mmu: %s\n", what);
    fflush(stdout);
    abort();
}

static void check_span(const struct fake_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    const struct em_himem_layout *layout = mmu->layout;
    if (!mmu->shared && test_port.held != 0)
        die("it is called under a lock");
    if (count == 0)
        die("nothing is to be switched");
    if (page < layout->first_page || page - layout->first_page + count > layout->pages)
        die("a page that is not himem's");
    if (bank < layout->first_bank || bank - layout->first_bank + count > layout->banks)
        die("a bank that is not himem's");
}

static bool is_shown(const struct fake_mmu *mmu, unsigned bank)
{
    for (unsigned page = 0; page < mmu->layout->pages; page++) {
        if (mmu->shows[page] == bank + 1)
            return true;
    }
    return false;
}

static void show(struct fake_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (mmu->shows[page + i] != 0)
            die("a page that shows a bank already");
        if (is_shown(mmu, bank + i))
            die("a bank that another page shows already");
        mmu->shows[page + i] = bank + i + 1;
    }
}

static void hide(struct fake_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (mmu->shows[page + i] != bank + i + 1 && !mmu->half_known)
            die("an end of what a page does not show");
        mmu->shows[page + i] = 0;
    }
}

static void meanwhile(struct fake_mmu *mmu)
{
    if (mmu->meanwhile)
        mmu->meanwhile(mmu->context);
}

static bool fake_map(struct em_bank_mmu *face, unsigned page, unsigned bank, unsigned count, unsigned flags)
{
    struct fake_mmu *mmu = (struct fake_mmu *)face;
    check_span(mmu, page, bank, count);
    meanwhile(mmu);
    pthread_mutex_lock(&many);
    mmu->maps++;
    mmu->flags = flags;
    bool refused = mmu->refuse != 0 && --mmu->refuse == 0;
    if (!refused)
        show(mmu, page - mmu->layout->first_page, bank - mmu->layout->first_bank, count);
    pthread_mutex_unlock(&many);
    return !refused;
}

static void fake_unmap(struct em_bank_mmu *face, unsigned page, unsigned bank, unsigned count)
{
    struct fake_mmu *mmu = (struct fake_mmu *)face;
    check_span(mmu, page, bank, count);
    pthread_mutex_lock(&many);
    mmu->unmaps++;
    hide(mmu, page - mmu->layout->first_page, bank - mmu->layout->first_bank, count);
    pthread_mutex_unlock(&many);
    meanwhile(mmu);
}

enum em_error rig_open(struct himem_rig *rig, unsigned pages, unsigned banks)
{
    test_port_reset();
    *rig = (struct himem_rig){
        .layout = {RIG_WINDOW, RIG_BANK, 128 - pages, pages, 128 - pages, banks},
        .mmu = {.face = {fake_map, fake_unmap}},
    };
    rig->mmu.layout = &rig->layout;
    struct em_himem_storage storage = {rig->banks, rig->pages, rig->memories};
    return em_himem_open(&rig->himem, &rig->layout, &rig->mmu.face, &storage);
}

enum em_error rig_allocate(struct himem_rig *rig, unsigned slot, size_t bytes)
{
    unsigned count;
    enum em_error error = em_himem_bank_count(&rig->himem, bytes, &count);
    return error != EM_OK ? error : em_himem_allocate(&rig->himem, count, rig->lists[slot], &rig->handles[slot]);
}

enum em_error rig_allocate_range(struct himem_rig *rig, unsigned slot, unsigned pages)
{
    return em_himem_allocate_range(&rig->himem, pages, &rig->ranges[slot]);
}

enum em_error rig_map(struct himem_rig *rig, unsigned memory, unsigned range, size_t memory_offset, size_t range_offset,
                      size_t length, void **pointer)
{
    return em_himem_map(&rig->himem, rig->handles[memory], rig->ranges[range], memory_offset, range_offset, length, 0, pointer);
}

enum em_error rig_unmap(struct himem_rig *rig, unsigned range, uintptr_t pointer, size_t length)
{
    return em_himem_unmap(&rig->himem, rig->ranges[range], (const void *)pointer, length);
}

uintptr_t rig_address(const struct himem_rig *rig, unsigned range)
{
    return RIG_WINDOW + (uintptr_t)RIG_BANK * em_himem_range_page(&rig->himem, rig->ranges[range]);
}

bool rig_agrees(struct himem_rig *rig)
{
    bool seen[RIG_BANKS] = {false};
    unsigned owned = 0;
    for (unsigned page = 0; page < rig->layout.pages; page++) {
        unsigned bank = 0;
        bool shown = em_himem_page_shows(&rig->himem, rig->layout.first_page + page, &bank);
        if (rig->mmu.shows[page] != (shown ? bank - rig->layout.first_bank + 1 : 0))
            return false;
        if (shown && (seen[bank - rig->layout.first_bank] || rig->banks[bank - rig->layout.first_bank].page != page + 1))
            return false;
        if (shown)
            seen[bank - rig->layout.first_bank] = true;
        if (rig->pages[page].busy)
            return false;
    }
    for (unsigned bank = 0; bank < rig->layout.banks; bank++) {
        owned += rig->banks[bank].owner != 0;
        if (rig->banks[bank].busy || (rig->banks[bank].page != 0) != seen[bank])
            return false;
    }
    return em_himem_free_bytes(&rig->himem) == (size_t)RIG_BANK * (rig->layout.banks - owned) && test_port.held == 0;
}
