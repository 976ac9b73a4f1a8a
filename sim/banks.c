/* The switch of banks, by mmap.
 *
 * Knows Linux's memory map; takes no lock: the core claims pages and banks before it calls, so two
 * callers never touch the same entry of the table.
 *
 * One idea: the table says what the page tables show. A page that shows the wanted bank with the
 * wanted rights costs no system call, and neighbours that change together cost one. */
#include "banks.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"
#include "psram.h"

enum { PAGES_MAX = 1024, EMPTY = 0, READ_ONLY = 1, WRITABLE = 2 };

/* What Linux makes present around the place of one access, unless told otherwise, and its page. */
enum { FAULT_AROUND = 64 * 1024, HOST_PAGE = 4096 };

struct page {
    uint16_t bank; /* 1 + the bank shown, or shown last; 0: none ever */
    uint8_t rights;
};

static struct page pages[PAGES_MAX];
static unsigned page_count; /* of the open window; 0: closed */
static uintptr_t window;
static size_t bank_size;
static struct sim_banks_manner manner;
static bool guarding;  /* the program can map by now, so wrong accesses are its own */
static uint32_t going; /* a spin lock between the switch and let_through; only where that may happen */

/* Whether what is not mapped is taken away; else, if anybody asks before each access, there are rules. */
static bool takes_away(void)
{
    return guarding && !manner.checked && (manner.strict || manner.warns);
}

static void *address_of(unsigned page)
{
    return (void *)(window + page * bank_size);
}

static int protection_of(unsigned rights)
{
    return rights == WRITABLE ? PROT_READ | PROT_WRITE : PROT_READ;
}

static bool make_empty(unsigned page, unsigned count)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    void *memory = mmap(address_of(page), count * bank_size, PROT_NONE, flags, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    for (unsigned i = 0; i < count; i++)
        pages[page + i].rights = EMPTY;
    return true;
}

/* Makes the memory present without an access. MAP_POPULATE visits every page; for a piece that one
 * access would bring in as a whole, to ask for its first page is cheaper. Where a kernel cannot do it,
 * or brings in less, the rest comes when it is touched. */
static void bring_in(void *memory)
{
    madvise(memory, HOST_PAGE, MADV_POPULATE_READ);
}

static bool comes_at_once(size_t length)
{
    return length == bank_size && bank_size <= FAULT_AROUND;
}

/* One run of pages and banks, without a look at what is there. */
static bool show(unsigned page, unsigned bank, unsigned count, uint8_t rights)
{
    off_t offset = (off_t)(bank * bank_size);
    size_t length = count * bank_size;
    int flags = MAP_SHARED | MAP_FIXED | (comes_at_once(length) ? 0 : MAP_POPULATE);
    void *memory = mmap(address_of(page), length, protection_of(rights), flags, sim_psram_file(), offset);
    if (memory == MAP_FAILED) {
        /* The old mapping may be gone by now, and a hole would be somebody else's next mapping. */
        if (!make_empty(page, count))
            abort();
        return false;
    }
    if (comes_at_once(length))
        bring_in(memory);
    for (unsigned i = 0; i < count; i++) {
        pages[page + i].bank = (uint16_t)(bank + i + 1);
        pages[page + i].rights = rights;
    }
    return true;
}

static bool shows(unsigned page, unsigned bank, uint8_t rights)
{
    return pages[page].bank == bank + 1 && pages[page].rights == rights;
}

/* How many of the next pages show, or do not show, what is wanted. */
static unsigned run_length(unsigned page, unsigned bank, unsigned count, uint8_t rights, bool shown)
{
    unsigned length = 0;
    while (length < count && shows(page + length, bank + length, rights) == shown)
        length++;
    return length;
}

static void lock(void)
{
    while (manner.warns && __atomic_exchange_n(&going, 1, __ATOMIC_ACQUIRE))
        sched_yield();
}

static void unlock(void)
{
    if (manner.warns)
        __atomic_store_n(&going, 0, __ATOMIC_RELEASE);
}

/* The rules for whoever asks before an access. */
static void rule(unsigned page, unsigned count, unsigned rules)
{
    if (guarding && manner.checked)
        sim_check_set((uintptr_t)address_of(page), count * bank_size, rules);
}

static bool show_where_missing(unsigned page, unsigned bank, unsigned count, uint8_t rights)
{
    for (unsigned done = 0; done < count;) {
        done += run_length(page + done, bank + done, count - done, rights, true);
        unsigned missing = run_length(page + done, bank + done, count - done, rights, false);
        if (missing > 0 && !show(page + done, bank + done, missing, rights))
            return false;
        done += missing;
    }
    return true;
}

static bool map_banks(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags)
{
    (void)mmu;
    const bool read_only = flags & EM_MAP_READ_ONLY;
    /* Of a read-modify-write compilers check the load alone, so the page is protected in any case. */
    const bool protect = read_only && guarding && (manner.strict || takes_away());
    lock();
    bool shown = show_where_missing(page, bank, count, protect ? READ_ONLY : WRITABLE);
    unlock();
    if (shown)
        rule(page, count, read_only ? SIM_CHECK_NO_WRITE : 0);
    return shown;
}

static void take_away(unsigned page, unsigned count)
{
    if (count == 0)
        return;
    rule(page, count, SIM_CHECK_NO_READ | SIM_CHECK_NO_WRITE);
    if (!takes_away())
        return;
    lock();
    if (!make_empty(page, count))
        abort(); /* an access that must fault would go through */
    unlock();
}

void sim_banks_set_aside(unsigned page, unsigned count)
{
    guarding = true;
    take_away(page, count);
}

/* What was written is in the file at once: nothing to write back. */
static void unmap_banks(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    (void)mmu;
    (void)bank;
    take_away(page, count);
}

static struct em_bank_mmu bank_switch = {map_banks, unmap_banks};

struct em_bank_mmu *sim_banks_open(const struct em_bank_window *wanted, struct sim_banks_manner wanted_manner)
{
    sim_banks_close();
    if (wanted->banks > PAGES_MAX)
        return NULL;
    window = wanted->start;
    bank_size = wanted->bank_size;
    manner = wanted_manner;
    guarding = false;
    page_count = wanted->banks;
    for (unsigned i = 0; i < page_count; i++)
        pages[i] = (struct page){0, EMPTY};
    size_t present = sim_psram_bytes() / bank_size;
    unsigned count = present < page_count ? (unsigned)present : page_count;
    if (count > 0 && !show(0, 0, count, WRITABLE)) {
        page_count = 0;
        return NULL;
    }
    return &bank_switch;
}

void sim_banks_close(void)
{
    if (page_count > 0 && !make_empty(0, page_count))
        abort(); /* pages of a RAM that is gone would stay visible */
    page_count = 0;
}

/* The run of pages from `page` that one mmap can show. */
static unsigned neighbours(unsigned page)
{
    unsigned count = 1;
    while (page + count < page_count && shows(page + count, pages[page].bank - 1u + count, pages[page].rights))
        count++;
    return count;
}

bool sim_banks_show_again(void)
{
    going = 0; /* whoever held it is not here */
    for (unsigned page = 0; page < page_count;) {
        unsigned count = pages[page].rights == EMPTY ? 1 : neighbours(page);
        if (pages[page].rights != EMPTY && !show(page, pages[page].bank - 1u, count, pages[page].rights))
            return false;
        page += count;
    }
    return true;
}

static bool allows(const struct page *page, bool write)
{
    return page->rights == WRITABLE || (page->rights == READ_ONLY && !write);
}

enum sim_passage sim_banks_let_through(uintptr_t address, bool write)
{
    const struct sim_page_view view = sim_banks_view(address);
    enum sim_passage passage = SIM_STAYS_OUT;
    if (!view.in_window || !manner.warns || manner.strict || !takes_away())
        return SIM_STAYS_OUT;
    lock();
    struct page *page = &pages[view.page];
    if (allows(page, write))
        passage = SIM_MAY_PASS; /* another thread mapped it, or let one through, meanwhile */
    else if (page->bank != 0 && show(view.page, page->bank - 1u, 1, WRITABLE))
        passage = SIM_LET_THROUGH;
    unlock();
    return passage;
}

struct sim_page_view sim_banks_view(uintptr_t address)
{
    struct sim_page_view view = {0};
    if (page_count == 0 || address < window || address - window >= page_count * bank_size)
        return view;
    view.in_window = true;
    view.page = (unsigned)((address - window) / bank_size);
    const struct page *page = &pages[view.page];
    view.shown = page->rights != EMPTY;
    view.writable = page->rights == WRITABLE;
    view.ever_shown = page->bank != 0;
    view.bank = page->bank ? page->bank - 1u : 0;
    return view;
}

bool sim_banks_is_memory(uintptr_t start, uintptr_t end)
{
    if (start >= end)
        return false;
    for (uintptr_t address = start; address < end; address += bank_size - (address - window) % bank_size)
        if (!sim_banks_view(address).writable)
            return false;
    return true;
}
