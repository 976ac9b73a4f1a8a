/* The machine's part of a port, to be copied: ports/NAME/MACHINE/machine.c.
 *
 * As it stands the console is a buffer for a debugger to read, and the banks are a piece of the program's
 * own memory. Replace the bodies; the comments say what each function has to promise.
 *
 * One idea: a machine is a console, an end, and somebody who switches banks. */
#include "ports/bare/bare.h"
#include "ports/bare/copied_banks.h"

enum { CONSOLE_BYTES = 1024, WINDOW_PAGES = 2, STORE_BANKS = 4 };

char template_console[CONSOLE_BYTES];

/* The whole text is out when it returns: the next thing may be the end. Needs no lock, no memory of a heap and
 * no interrupts, since it tells of faults. */
void bare_print(const char *text)
{
    static unsigned length;
    for (; *text != '\0' && length < CONSOLE_BYTES - 1; text++) {
        template_console[length++] = *text;
    }
}

/* Never returns. Where nobody takes a status: stop, or restart, so that it can be told from success. */
void bare_exit(int status)
{
    (void)status;
    for (;;) {
    }
}

/* Banks by copies, with no guard. For a processor with an MMU take ports/bare/paged_banks.h instead, for one
 * with an MPU give copied_banks a guard. The switch has to promise (struct em_bank_mmu):
 *   map: when it returns true, every load and store of the pages meets the banks, on every processor. No cache or
 *        TLB of any of them remembers what the pages showed before. False: nothing has changed.
 *   unmap: when it returns, everything that was written is in the banks, whichever cache it was in. */
void bare_banks_open(struct bare_banks *result)
{
    static unsigned char window[WINDOW_PAGES * BARE_BANK_BYTES] __attribute__((aligned(4)));
    static unsigned char store[STORE_BANKS * BARE_BANK_BYTES] __attribute__((aligned(4)));
    static struct copied_banks banks;
    copied_banks_open(
        &banks,
        &(struct copied_banks){
            .window = window, .store = store, .bank_bytes = BARE_BANK_BYTES, .pages = WINDOW_PAGES, .banks = STORE_BANKS});
    *result = (struct bare_banks){
        .mmu = &banks.face,
        .layout = {.window = (uintptr_t)window, .bank_size = BARE_BANK_BYTES, .pages = WINDOW_PAGES, .banks = STORE_BANKS},
    };
}
