/* Banks without an MMU: see copied_banks.h.
 *
 * Knows nothing of handles or ranges, nor what memory the store is; the core never asks for a page or a
 * bank twice.
 *
 * One idea: a page that is left is overwritten, so whoever reads it after its unmap sees no right byte,
 * also where no machine guards it. What was read-only is not copied back. */
#include "ports/bare/copied_banks.h"

enum { SPOILED = 0x5A5A5A5A };

static unsigned bits(unsigned page, unsigned count)
{
    return ((1u << count) - 1u) << page;
}

static bool fits(const struct copied_banks *banks, unsigned page, unsigned bank, unsigned count)
{
    return page <= banks->pages && count <= banks->pages - page && bank <= banks->banks && count <= banks->banks - bank;
}

static void tell_guard(const struct copied_banks *banks)
{
    if (banks->guard != NULL) {
        banks->guard(banks->mapped, banks->read_only);
    }
}

static void spoil(uint32_t *words, size_t bytes)
{
    for (size_t i = 0; i < bytes / sizeof *words; i++) {
        words[i] = SPOILED;
    }
}

static bool copy_in(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags)
{
    struct copied_banks *banks = (struct copied_banks *)mmu;
    if (!fits(banks, page, bank, count)) {
        return false;
    }
    banks->mapped |= (uint8_t)bits(page, count);
    tell_guard(banks); /* the copy itself has to get through */
    em_port_copy(banks->window + page * banks->bank_bytes, banks->store + bank * banks->bank_bytes, count * banks->bank_bytes);
    if (flags & EM_MAP_READ_ONLY) {
        banks->read_only |= (uint8_t)bits(page, count);
        tell_guard(banks);
    }
    return true;
}

static void copy_out(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    struct copied_banks *banks = (struct copied_banks *)mmu;
    if (!fits(banks, page, bank, count)) {
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned char *shown = banks->window + (page + i) * banks->bank_bytes;
        if ((banks->read_only & bits(page + i, 1)) == 0) {
            em_port_copy(banks->store + (bank + i) * banks->bank_bytes, shown, banks->bank_bytes);
        }
    }
    banks->read_only &= (uint8_t)~bits(page, count);
    tell_guard(banks);
    spoil((uint32_t *)(void *)(banks->window + page * banks->bank_bytes), count * banks->bank_bytes);
    banks->mapped &= (uint8_t)~bits(page, count);
    tell_guard(banks);
}

void copied_banks_open(struct copied_banks *banks, const struct copied_banks *wanted)
{
    *banks = *wanted;
    banks->face = (struct em_bank_mmu){copy_in, copy_out};
    banks->mapped = banks->read_only = 0;
    tell_guard(banks);
}
