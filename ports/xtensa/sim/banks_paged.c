/* QEMU's machine "sim", cores dc232b and dc233c: banks through the page table.
 *
 * The cores' own maps reach the first 128 MiB of memory, where the program is; the 128 MiB behind them
 * are seen in the window only.
 *
 * One idea: the window stands where the ESP32 has its own, at 0x3F800000. */
#include "ports/xtensa/paging.h"

#include "ports/bare/paged_banks.h"

#define WINDOW     UINT32_C(0x3F800000)
#define SEEN_TABLE UINT32_C(0x80000000)
#define FAR_BANK   UINT32_C(0x08000000)
enum { WINDOW_PAGES = 128, FAR_BANKS = 4096 };

/* Given to the linker: by how much the program's addresses are above the memory's own. */
extern const char above_memory[];

static uint32_t entries[ENTRIES_OF_PAGE] __attribute__((aligned(4096)));
static struct paged_banks banks;

void bare_banks_open(struct bare_banks *result)
{
    paged_banks_open(&banks, entries, WINDOW, FAR_BANK, WINDOW_PAGES);
    paging_on(WINDOW, (uintptr_t)entries - (uintptr_t)above_memory, SEEN_TABLE);
    *result = (struct bare_banks){
        .mmu = &banks.face,
        .layout = {.window = WINDOW, .bank_size = BARE_BANK_BYTES, .pages = WINDOW_PAGES, .banks = FAR_BANKS},
        .traps = BARE_TRAPS_UNMAPPED | BARE_TRAPS_READ_ONLY,
    };
}
