/* Banks without an MMU: a map copies banks into the window, an unmap copies them back and spoils the pages.
 *
 * Knows nothing of handles or ranges; the core never asks for a page or a bank twice.
 *
 * One idea: a stale page is overwritten, so whoever reads one after its unmap sees no right byte. */
#include "bank_copy.h"

enum { BANK_WORDS = BANK_BYTES / 4, SPOILED = 0x5A5A5A5A };

static uint32_t window[PAGES][BANK_WORDS], store[BANKS][BANK_WORDS];

static bool fits(unsigned page, unsigned bank, unsigned count)
{
    return page <= PAGES && count <= PAGES - page && bank <= BANKS && count <= BANKS - bank;
}

static bool copy_in(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags)
{
    (void)mmu;
    (void)flags;
    if (!fits(page, bank, count)) {
        return false;
    }
    em_port_copy(window[page], store[bank], count * (size_t)BANK_BYTES);
    return true;
}

static void copy_out(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    (void)mmu;
    if (!fits(page, bank, count)) {
        return;
    }
    em_port_copy(store[bank], window[page], count * (size_t)BANK_BYTES);
    for (unsigned i = 0; i < count * BANK_WORDS; i++) {
        window[page + i / BANK_WORDS][i % BANK_WORDS] = SPOILED;
    }
}

uintptr_t bank_copy_window(void)
{
    return (uintptr_t)window;
}

struct em_bank_mmu *bank_copy_mmu(void)
{
    static struct em_bank_mmu mmu = {.map = copy_in, .unmap = copy_out};
    return &mmu;
}
