/* QEMU's machine "virt" with a 32-bit RISC-V core: console, exit, and banks through Sv32.
 *
 * The program has the first 64 MiB of memory, mapped as they are. The 128 MiB at 256 MiB are mapped
 * nowhere else than in the window, so they are as far away as memory beyond 4 GiB. (Sv32 could reach
 * that; QEMU 7.2 cuts such addresses to 32 bits.)
 *
 * One idea: the window's 4 MiB are one table of the lower level, exactly. */
#include "ports/riscv/paging.h"

#include "ports/bare/paged_banks.h"

#define CONSOLE ((volatile uint8_t *)0x10000000)
#define ENDING  ((volatile uint32_t *)0x00100000)

enum { END_GOOD = 0x5555, END_WITH_STATUS = 0x3333, STATUS_BIT = 16 };

/* What is mapped as it is, in pages of 4 MiB: devices, and the program's memory. */
enum { DEVICES = 0x10000000 >> SV32_BIG_PAGE_BITS, OWN_MEMORY = 0x80000000u >> SV32_BIG_PAGE_BITS, OWN_PAGES = 16 };

#define WINDOW   UINT32_C(0x3F800000)
#define FAR_BANK UINT64_C(0x90000000)
enum { WINDOW_PAGES = 128, FAR_BANKS = 4096 };

static uint32_t upper[SV32_ENTRIES] __attribute__((aligned(4096)));
static uint32_t lower[SV32_ENTRIES] __attribute__((aligned(4096)));
static struct paged_banks banks;

void bare_print(const char *text)
{
    for (; *text != '\0'; text++) {
        *CONSOLE = (uint8_t)*text;
    }
}

void bare_exit(int status)
{
    for (;;) {
        *ENDING = status == 0 ? END_GOOD : (uint32_t)status << STATUS_BIT | END_WITH_STATUS;
    }
}

static void map_as_it_is(unsigned first, unsigned count)
{
    for (unsigned i = first; i < first + count; i++) {
        upper[i] = page_number((uint64_t)i << SV32_BIG_PAGE_BITS) | page_access(0) | SV32_EXECUTE;
    }
}

void bare_banks_open(struct bare_banks *result)
{
    map_as_it_is(0, 1);
    map_as_it_is(DEVICES, 1);
    map_as_it_is(OWN_MEMORY, OWN_PAGES);
    upper[WINDOW >> SV32_BIG_PAGE_BITS] = page_number((uintptr_t)lower) | SV32_VALID;
    paged_banks_open(&banks, lower, WINDOW, page_number(FAR_BANK), WINDOW_PAGES);
    paging_on(upper);
    *result = (struct bare_banks){
        .mmu = &banks.face,
        .layout = {.window = WINDOW, .bank_size = BARE_BANK_BYTES, .pages = WINDOW_PAGES, .banks = FAR_BANKS},
        .traps = BARE_TRAPS_UNMAPPED | BARE_TRAPS_READ_ONLY,
    };
}
