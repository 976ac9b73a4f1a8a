/* What himem knows of itself: sizes, and what stands where.
 *
 * Must not change anything but the list of watchers. */
#include "core/base/atomic.h"
#include "espmem/himem.h"

size_t em_himem_total(const struct em_himem *himem)
{
    return himem->layout.banks * himem->layout.bank_size;
}

size_t em_himem_free_bytes(struct em_himem *himem)
{
    em_port_lock(&himem->lock);
    size_t banks = himem->free_banks;
    em_port_unlock(&himem->lock);
    return banks * himem->layout.bank_size;
}

size_t em_himem_window_bytes(const struct em_himem *himem)
{
    return himem->layout.pages * himem->layout.bank_size;
}

bool em_himem_page_shows(struct em_himem *himem, unsigned page, unsigned *bank)
{
    unsigned index = page - himem->layout.first_page;
    if (page < himem->layout.first_page || index >= himem->layout.pages) {
        return false;
    }
    em_port_lock(&himem->lock);
    unsigned shown = himem->pages[index].bank;
    em_port_unlock(&himem->lock);
    *bank = himem->layout.first_bank + shown - 1;
    return shown != 0;
}

unsigned em_himem_range_page(const struct em_himem *himem, em_himem_range range)
{
    return himem->layout.first_page + range - 1;
}

void em_himem_watch(struct em_himem *himem, struct em_watcher *watcher)
{
    em_port_lock(&himem->lock);
    watcher->next = himem->watchers;
    EM_PUBLISH(&himem->watchers, watcher);
    em_port_unlock(&himem->lock);
}
