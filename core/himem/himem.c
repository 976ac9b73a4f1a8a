/* Bank-switched memory: handles, ranges, and the one checked span that map and unmap share.
 *
 * Must not know heaps, nor how banks are switched: the mmu does that, and no lock is held meanwhile.
 *
 *   memory   list [ 4 ][ 5 ][ 9 ]        banks that it owns
 *   range    pages 66 … 67               addresses that it owns
 *   map      bank 5 -> page 66, bank 9 -> page 67: one call of the mmu for each run of neighbours
 *
 * One idea: claim under the lock, switch without it, settle under it. What is claimed is busy, and
 * whoever meets a busy bank or page is refused. */
#include "espmem/himem.h"
#include "core/base/atomic.h"
#include "core/base/bits.h"

enum { MOST = 65534 }; /* numbers are kept in 16 bits, with 0 for none */

enum em_error em_himem_open(struct em_himem *himem, const struct em_himem_layout *layout, struct em_bank_mmu *mmu,
                            const struct em_himem_storage *storage)
{
    if (!em_is_power_of_two(layout->bank_size) || layout->bank_size > INT32_MAX || layout->banks > MOST ||
        layout->pages > MOST) {
        return EM_INVALID_ARG;
    }
    bool holds_anything = layout->banks != 0 || layout->pages != 0;
    if (holds_anything && (mmu == NULL || storage->banks == NULL || storage->pages == NULL || storage->memories == NULL)) {
        return EM_INVALID_ARG;
    }
    *himem = (struct em_himem){
        .layout = *layout,
        .mmu = mmu,
        .banks = storage->banks,
        .pages = storage->pages,
        .memories = storage->memories,
        .free_banks = layout->banks,
        .bank_bits = em_highest_bit((uint32_t)layout->bank_size),
    };
    for (unsigned i = 0; i < layout->banks; i++) {
        himem->banks[i] = (struct em_himem_bank){0};
        himem->memories[i] = (struct em_himem_memory){0};
    }
    for (unsigned i = 0; i < layout->pages; i++) {
        himem->pages[i] = (struct em_himem_page){0};
    }
    return EM_OK;
}

static void announce(struct em_himem *himem, enum em_event_kind kind, void *address, size_t size)
{
    for (struct em_watcher *watcher = EM_LOAD(&himem->watchers); watcher != NULL; watcher = watcher->next) {
        watcher->notify(watcher, &(struct em_event){.kind = kind, .address = address, .size = size});
    }
}

/* ---- memories -------------------------------------------------------------------------------- */

static struct em_himem_memory *memory_of(const struct em_himem *himem, em_himem_handle handle)
{
    if (handle == 0 || handle > himem->layout.banks || himem->memories[handle - 1].count == 0) {
        return NULL;
    }
    return &himem->memories[handle - 1];
}

enum em_error em_himem_bank_count(const struct em_himem *himem, size_t size, unsigned *count)
{
    if (!em_is_multiple(size, himem->layout.bank_size)) {
        return EM_INVALID_SIZE;
    }
    size_t banks = size >> himem->bank_bits;
    if (banks == 0 || banks > himem->layout.banks) {
        return EM_NO_MEM;
    }
    *count = (unsigned)banks;
    return EM_OK;
}

static em_himem_handle free_handle(const struct em_himem *himem)
{
    em_himem_handle handle = 1;
    while (himem->memories[handle - 1].count != 0) {
        handle++; /* ends: each live memory owns a bank, and one bank at least is free */
    }
    return handle;
}

enum em_error em_himem_allocate(struct em_himem *himem, unsigned count, uint16_t *list, em_himem_handle *handle)
{
    if (list == NULL || handle == NULL) {
        return EM_INVALID_ARG;
    }
    em_port_lock(&himem->lock);
    if (count == 0 || count > himem->free_banks) {
        em_port_unlock(&himem->lock);
        return EM_NO_MEM;
    }
    em_himem_handle taken = free_handle(himem);
    for (unsigned bank = 0, found = 0; found < count; bank++) {
        if (himem->banks[bank].owner == 0) {
            himem->banks[bank].owner = (uint16_t)taken;
            list[found++] = (uint16_t)bank;
        }
    }
    himem->memories[taken - 1] = (struct em_himem_memory){list, (uint16_t)count};
    himem->free_banks -= count;
    em_port_unlock(&himem->lock);
    *handle = taken;
    return EM_OK;
}

/* Whether every bank of the memory can be let go. Banks are found by their owner, not by the list. */
static bool is_at_rest(const struct em_himem *himem, em_himem_handle handle)
{
    for (unsigned bank = 0; bank < himem->layout.banks; bank++) {
        const struct em_himem_bank *it = &himem->banks[bank];
        if (it->owner == handle && (it->page != 0 || it->busy != 0)) {
            return false;
        }
    }
    return true;
}

enum em_error em_himem_free(struct em_himem *himem, em_himem_handle handle)
{
    em_port_lock(&himem->lock);
    struct em_himem_memory *memory = memory_of(himem, handle);
    if (memory == NULL || !is_at_rest(himem, handle)) {
        em_port_unlock(&himem->lock);
        return EM_INVALID_ARG;
    }
    for (unsigned bank = 0; bank < himem->layout.banks; bank++) {
        if (himem->banks[bank].owner == handle) {
            himem->banks[bank].owner = 0;
            himem->free_banks++;
        }
    }
    *memory = (struct em_himem_memory){0};
    em_port_unlock(&himem->lock);
    return EM_OK;
}

/* ---- ranges ---------------------------------------------------------------------------------- */

static bool is_range(const struct em_himem *himem, em_himem_range range)
{
    return range != 0 && range <= himem->layout.pages && himem->pages[range - 1].range == range;
}

static unsigned pages_of(const struct em_himem *himem, em_himem_range range)
{
    unsigned count = 0;
    while (range - 1 + count < himem->layout.pages && himem->pages[range - 1 + count].range == range) {
        count++;
    }
    return count;
}

static unsigned free_run(const struct em_himem *himem, unsigned count)
{
    unsigned run = 0;
    for (unsigned page = 0; page < himem->layout.pages; page++) {
        run = himem->pages[page].range == 0 ? run + 1 : 0;
        if (run == count) {
            return page + 1 - count;
        }
    }
    return himem->layout.pages;
}

enum em_error em_himem_allocate_range(struct em_himem *himem, unsigned count, em_himem_range *range)
{
    if (range == NULL) {
        return EM_INVALID_ARG;
    }
    em_port_lock(&himem->lock);
    unsigned first = count == 0 ? himem->layout.pages : free_run(himem, count);
    bool found = first < himem->layout.pages;
    for (unsigned page = first; found && page < first + count; page++) {
        himem->pages[page].range = (uint16_t)(first + 1);
    }
    em_port_unlock(&himem->lock);
    if (!found) {
        return EM_NO_MEM;
    }
    *range = first + 1;
    return EM_OK;
}

enum em_error em_himem_free_range(struct em_himem *himem, em_himem_range range)
{
    em_port_lock(&himem->lock);
    bool may = is_range(himem, range);
    unsigned count = may ? pages_of(himem, range) : 0;
    for (unsigned page = range - 1; may && page < range - 1 + count; page++) {
        may = himem->pages[page].bank == 0 && himem->pages[page].busy == 0;
    }
    for (unsigned page = range - 1; may && page < range - 1 + count; page++) {
        himem->pages[page].range = 0;
    }
    em_port_unlock(&himem->lock);
    return may ? EM_OK : EM_INVALID_ARG;
}

/* ---- spans ----------------------------------------------------------------------------------- */

/* `count` units from `first`: a part of a memory's list or of a range's pages. */
struct span {
    unsigned first, count;
};

/* One check for every side of map and unmap: whole banks, inside `units`. */
static enum em_error span_make(const struct em_himem *himem, size_t offset, size_t length, unsigned units, struct span *span)
{
    size_t first = offset >> himem->bank_bits, count = length >> himem->bank_bits;
    if (first > units || count > units - first) {
        return EM_INVALID_SIZE;
    }
    *span = (struct span){(unsigned)first, (unsigned)count};
    return EM_OK;
}

static bool is_whole(const struct em_himem *himem, size_t bytes)
{
    return em_is_multiple(bytes, himem->layout.bank_size);
}

static void *address_of(const struct em_himem *himem, unsigned page)
{
    return (void *)(himem->layout.window + ((size_t)(himem->layout.first_page + page) << himem->bank_bits));
}

/* Calls the mmu for each run of pages whose banks are consecutive. The pages are busy, so nobody else
 * changes them. Returns how many pages were done: all of them, or up to the first refusal. */
static unsigned switch_runs(struct em_himem *himem, unsigned page, unsigned count, bool map, unsigned flags)
{
    const struct em_himem_page *pages = himem->pages + page;
    for (unsigned done = 0, run; done < count; done += run) {
        for (run = 1; done + run < count && pages[done + run].bank == pages[done].bank + run; run++) {
        }
        unsigned first_page = himem->layout.first_page + page + done;
        unsigned first_bank = himem->layout.first_bank + pages[done].bank - 1u;
        if (!map) {
            himem->mmu->unmap(himem->mmu, first_page, first_bank, run);
        } else if (!himem->mmu->map(himem->mmu, first_page, first_bank, run, flags)) {
            return done;
        }
    }
    return count;
}

/* ---- map ------------------------------------------------------------------------------------- */

/* A bank of the list, or NULL: the list is the caller's memory and may have been overwritten. */
static struct em_himem_bank *listed_bank(struct em_himem *himem, em_himem_handle handle, unsigned index)
{
    unsigned bank = himem->memories[handle - 1].list[index];
    if (bank >= himem->layout.banks || himem->banks[bank].owner != handle) {
        return NULL;
    }
    return &himem->banks[bank];
}

/* Ends the claim on pages; those that show nothing (any more) let their banks go. */
static void settle(struct em_himem *himem, unsigned first, unsigned count, bool mapped)
{
    em_port_lock(&himem->lock);
    for (unsigned i = first; i < first + count; i++) {
        struct em_himem_page *page = &himem->pages[i];
        struct em_himem_bank *bank = &himem->banks[page->bank - 1];
        page->busy = bank->busy = 0;
        if (!mapped) {
            page->bank = bank->page = 0;
        }
    }
    em_port_unlock(&himem->lock);
}

static enum em_error claim(struct em_himem *himem, em_himem_handle handle, struct span memory, struct span window)
{
    for (unsigned i = 0; i < memory.count; i++) {
        const struct em_himem_bank *bank = listed_bank(himem, handle, memory.first + i);
        if (bank == NULL) {
            return EM_FAIL;
        }
        if (bank->page != 0 || bank->busy != 0) {
            return EM_INVALID_STATE;
        }
    }
    for (unsigned i = 0; i < window.count; i++) {
        const struct em_himem_page *page = &himem->pages[window.first + i];
        if (page->bank != 0 || page->busy != 0) {
            return EM_INVALID_STATE;
        }
    }
    for (unsigned i = 0; i < memory.count; i++) {
        struct em_himem_bank *bank = listed_bank(himem, handle, memory.first + i);
        struct em_himem_page *page = &himem->pages[window.first + i];
        if (bank == NULL || bank->page != 0) {
            settle(himem, window.first, i, false);
            return EM_FAIL; /* the list names it twice, or is being overwritten just now */
        }
        bank->page = (uint16_t)(window.first + i + 1);
        page->bank = (uint16_t)(bank - himem->banks + 1);
        bank->busy = page->busy = 1;
    }
    return EM_OK;
}

struct map_request {
    em_himem_handle handle;
    em_himem_range range;
    size_t memory_offset, range_offset, length;
};

/* The checks in their documented order, and the claim; the lock is held. */
static enum em_error prepare(struct em_himem *himem, const struct map_request *request, struct span *window)
{
    const struct em_himem_memory *memory = memory_of(himem, request->handle);
    if (memory == NULL || !is_range(himem, request->range)) {
        return EM_INVALID_ARG;
    }
    if (!is_whole(himem, request->memory_offset) || !is_whole(himem, request->range_offset) ||
        !is_whole(himem, request->length)) {
        return EM_INVALID_ARG;
    }
    struct span banks;
    enum em_error error = span_make(himem, request->memory_offset, request->length, memory->count, &banks);
    if (error == EM_OK) {
        error = span_make(himem, request->range_offset, request->length, pages_of(himem, request->range), window);
    }
    if (error != EM_OK) {
        return error;
    }
    window->first += request->range - 1;
    return claim(himem, request->handle, banks, *window);
}

static enum em_error refuse_list(struct em_himem *himem, em_himem_handle handle)
{
    em_port_fault(&(struct em_fault){
        .kind = EM_FAULT_BAD_BANKS, .during = EM_DURING_QUERY, .address = (uintptr_t)himem->memories[handle - 1].list});
    return EM_INVALID_ARG;
}

enum em_error em_himem_map(struct em_himem *himem, em_himem_handle handle, em_himem_range range, size_t memory_offset,
                           size_t range_offset, size_t length, unsigned flags, void **pointer)
{
    if (pointer == NULL) {
        return EM_INVALID_ARG;
    }
    struct map_request request = {handle, range, memory_offset, range_offset, length};
    struct span window = {0, 0};
    em_port_lock(&himem->lock);
    enum em_error error = prepare(himem, &request, &window);
    em_port_unlock(&himem->lock);
    if (error != EM_OK) {
        return error == EM_FAIL ? refuse_list(himem, handle) : error;
    }
    unsigned done = switch_runs(himem, window.first, window.count, true, flags);
    if (done < window.count) {
        switch_runs(himem, window.first, done, false, 0);
        settle(himem, window.first, window.count, false);
        return EM_NO_MEM; /* the machine itself could not */
    }
    settle(himem, window.first, window.count, true);
    *pointer = address_of(himem, window.first);
    if (length != 0) {
        announce(himem, EM_MAPPED, *pointer, length);
    }
    return EM_OK;
}

/* ---- unmap ----------------------------------------------------------------------------------- */

static enum em_error claim_mapped(struct em_himem *himem, em_himem_range range, uintptr_t address, size_t length,
                                  struct span *window)
{
    if (!is_range(himem, range)) {
        return EM_INVALID_ARG;
    }
    uintptr_t start = (uintptr_t)address_of(himem, range - 1);
    if (address < start || !is_whole(himem, address - start) || !is_whole(himem, length)) {
        return EM_INVALID_ARG;
    }
    if (span_make(himem, address - start, length, pages_of(himem, range), window) != EM_OK) {
        return EM_INVALID_ARG;
    }
    window->first += range - 1;
    for (unsigned i = window->first; i < window->first + window->count; i++) {
        if (himem->pages[i].bank == 0 || himem->pages[i].busy != 0) {
            return EM_INVALID_ARG;
        }
    }
    for (unsigned i = window->first; i < window->first + window->count; i++) {
        himem->pages[i].busy = 1;
        himem->banks[himem->pages[i].bank - 1].busy = 1;
    }
    return EM_OK;
}

enum em_error em_himem_unmap(struct em_himem *himem, em_himem_range range, const void *pointer, size_t length)
{
    struct span window = {0, 0};
    em_port_lock(&himem->lock);
    enum em_error error = claim_mapped(himem, range, (uintptr_t)pointer, length, &window);
    em_port_unlock(&himem->lock);
    if (error != EM_OK || window.count == 0) {
        return error;
    }
    announce(himem, EM_UNMAPPED, address_of(himem, window.first), length);
    switch_runs(himem, window.first, window.count, false, 0);
    settle(himem, window.first, window.count, false);
    return EM_OK;
}

void em_himem_end_busy(struct em_himem *himem)
{
    for (unsigned page = 0; page < himem->layout.pages; page++) {
        if (himem->pages[page].busy != 0) {
            switch_runs(himem, page, 1, false, 0);
            settle(himem, page, 1, false);
        }
    }
}
