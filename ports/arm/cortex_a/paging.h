/* ARM's long descriptors (LPAE): what its page tables look like. Included in front of
 * ports/bare/paged_banks.h.
 *
 * Knows no machine. One idea: an entry has 40 bits of address, so what it shows may be where no pointer
 * can point to. */
#ifndef PORTS_ARM_PAGING_H
#define PORTS_ARM_PAGING_H

#include "ports/bare/bare.h"

enum {
    LPAE_BLOCK = 1, /* an entry of the second level that maps 2 MiB */
    LPAE_TABLE = 3, /* the same bits say "page" in the third level */
    LPAE_READ_ONLY = 2 << 6,
    LPAE_ACCESSED = 1 << 10,
    LPAE_ENTRIES = 512,
    LPAE_BLOCK_BITS = 21,
    LPAE_LEVEL_1_ENTRIES = 4,
};

#define LPAE_ON        UINT32_C(0x80000000) /* of TTBCR: long descriptors */
#define NORMAL_MEMORY  0xFFu                /* of MAIR0: attribute 0 is memory, cached with write-back */
#define TRANSLATION_ON 1u
#define PAGE_ENTRY     uint64_t
#define PAGE_STEP      4096u
#define PAGE_HIDDEN    0u

static inline uint64_t page_access(unsigned flags)
{
    uint64_t shown = LPAE_TABLE | LPAE_ACCESSED;
    return flags & EM_MAP_READ_ONLY ? shown | LPAE_READ_ONLY : shown;
}

/* Page by page for one bank; more would cost more than to forget everything. */
static inline void pages_forget(uintptr_t address, unsigned banks)
{
    __asm__ volatile("dsb" ::: "memory");
    if (banks > 1) {
        __asm__ volatile("mcr p15, 0, %0, c8, c7, 0" ::"r"(0) : "memory"); /* TLBIALL */
    } else {
        for (uintptr_t end = address + banks * BARE_BANK_BYTES; address != end; address += 4096) {
            __asm__ volatile("mcr p15, 0, %0, c8, c7, 1" ::"r"(address) : "memory"); /* TLBIMVA */
        }
    }
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

/* Translation begins, by this table of the first level. */
static inline void paging_on(const uint64_t *first_level)
{
    uint32_t low = (uint32_t)(uintptr_t)first_level, high = 0, control;
    __asm__ volatile("mcr p15, 0, %0, c10, c2, 0" ::"r"(NORMAL_MEMORY)); /* MAIR0 */
    __asm__ volatile("mcr p15, 0, %0, c2, c0, 2" ::"r"(LPAE_ON));        /* TTBCR */
    __asm__ volatile("mcrr p15, 0, %0, %1, c2" ::"r"(low), "r"(high));   /* TTBR0 */
    __asm__ volatile("mcr p15, 0, %0, c8, c7, 0\n\tdsb\n\tisb" ::"r"(0) : "memory");
    __asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(control)); /* SCTLR */
    __asm__ volatile("mcr p15, 0, %0, c1, c0, 0\n\tisb" ::"r"(control | TRANSLATION_ON) : "memory");
}

#endif
