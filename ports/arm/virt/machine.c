/* QEMU's machine "virt" with a Cortex-A15: console, exit, and banks through long descriptors.
 *
 * The program has 64 MiB at 1 GiB, mapped as they are. The banks are the 128 MiB at 4 GiB, which no
 * pointer of 32 bits can name. Start it with 3.5 GiB of memory at least.
 *
 * One idea: the window's 4 MiB are two neighbouring tables of the third level. */
#include "ports/arm/cortex_a/paging.h"

#include "ports/bare/paged_banks.h"

static int semihosting(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("svc 0xab" : "+r"(r0) : "r"(r1) : "memory", "lr");
    return r0;
}

#include "ports/arm/semihosting.h"

#define WINDOW     UINT32_C(0x3F800000)
#define FAR_BANK   UINT64_C(0x100000000)
#define OWN_MEMORY UINT32_C(0x40000000)
enum { WINDOW_PAGES = 128, FAR_BANKS = 4096, OWN_BLOCKS = 32 };

static uint64_t level_1[LPAE_LEVEL_1_ENTRIES] __attribute__((aligned(32)));
static uint64_t level_2_low[LPAE_ENTRIES] __attribute__((aligned(4096)));
static uint64_t level_2_own[LPAE_ENTRIES] __attribute__((aligned(4096)));
static uint64_t level_3[2 * LPAE_ENTRIES] __attribute__((aligned(4096)));
static struct paged_banks banks;

static uint64_t table_at(const uint64_t *table)
{
    return (uintptr_t)table | LPAE_TABLE;
}

void bare_banks_open(struct bare_banks *result)
{
    for (unsigned i = 0; i < OWN_BLOCKS; i++) {
        level_2_own[i] = (OWN_MEMORY + ((uint64_t)i << LPAE_BLOCK_BITS)) | LPAE_ACCESSED | LPAE_BLOCK;
    }
    level_2_low[WINDOW >> LPAE_BLOCK_BITS] = table_at(level_3);
    level_2_low[(WINDOW >> LPAE_BLOCK_BITS) + 1] = table_at(level_3 + LPAE_ENTRIES);
    level_1[0] = table_at(level_2_low);
    level_1[1] = table_at(level_2_own);
    paged_banks_open(&banks, level_3, WINDOW, FAR_BANK, WINDOW_PAGES);
    paging_on(level_1);
    *result = (struct bare_banks){
        .mmu = &banks.face,
        .layout = {.window = WINDOW, .bank_size = BARE_BANK_BYTES, .pages = WINDOW_PAGES, .banks = FAR_BANKS},
        .traps = BARE_TRAPS_UNMAPPED | BARE_TRAPS_READ_ONLY,
    };
}
