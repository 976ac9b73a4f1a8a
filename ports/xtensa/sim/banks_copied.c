/* QEMU's machine "sim", cores lx106 and de212, which translate nothing: banks by copies.
 *
 * Memory above the program stands for a serial RAM that only the copies reach.
 *
 * One idea: nothing guards such a window, so no access traps. */
#include "ports/bare/bare.h"
#include "ports/bare/copied_banks.h"

#define STORE UINT32_C(0x62000000)
enum { WINDOW_PAGES = 4, STORE_BANKS = 512 };

static unsigned char window[WINDOW_PAGES * BARE_BANK_BYTES] __attribute__((aligned(BARE_BANK_BYTES)));
static struct copied_banks banks;

void bare_banks_open(struct bare_banks *result)
{
    copied_banks_open(&banks, &(struct copied_banks){.window = window,
                                                     .store = (unsigned char *)STORE,
                                                     .bank_bytes = BARE_BANK_BYTES,
                                                     .pages = WINDOW_PAGES,
                                                     .banks = STORE_BANKS});
    *result = (struct bare_banks){
        .mmu = &banks.face,
        .layout = {.window = (uintptr_t)window, .bank_size = BARE_BANK_BYTES, .pages = WINDOW_PAGES, .banks = STORE_BANKS},
    };
}
