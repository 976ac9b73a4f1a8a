/* QEMU's machine "mps2-an385" (Cortex-M3): console, exit, and banks by copies that the MPU guards.
 *
 * The board's 16 MiB of PSRAM stand for a serial RAM that only the copies reach.
 *
 * One idea: an access to a page that shows nothing traps, as with an MMU. */
#include "ports/arm/cortex_m/mpu.h"
#include "ports/bare/copied_banks.h"

static int semihosting(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

#include "ports/arm/semihosting.h"

#define STORE UINT32_C(0x21000000)
enum { WINDOW_PAGES = COPIED_PAGES, STORE_BANKS = 512, WINDOW_BYTES = WINDOW_PAGES * BARE_BANK_BYTES };

static unsigned char window[WINDOW_BYTES] __attribute__((aligned(WINDOW_BYTES), section(".uncleared")));
static struct copied_banks banks;

void bare_banks_open(struct bare_banks *result)
{
    mpu_open((uintptr_t)window);
    copied_banks_open(&banks, &(struct copied_banks){.window = window,
                                                     .store = (unsigned char *)STORE,
                                                     .bank_bytes = BARE_BANK_BYTES,
                                                     .pages = WINDOW_PAGES,
                                                     .banks = STORE_BANKS,
                                                     .guard = mpu_guard});
    *result = (struct bare_banks){
        .mmu = &banks.face,
        .layout = {.window = (uintptr_t)window, .bank_size = BARE_BANK_BYTES, .pages = WINDOW_PAGES, .banks = STORE_BANKS},
        .traps = BARE_TRAPS_UNMAPPED | BARE_TRAPS_READ_ONLY,
    };
}
