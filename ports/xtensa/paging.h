/* Xtensa's MMU (versions 2 and 3): what its page table looks like. Included in front of
 * ports/bare/paged_banks.h.
 *
 * A miss makes the processor read the entry at PTEVADDR + address / 1024 by itself. That address is
 * translated, too: by an entry of the data TLB's way 7, which nothing but software changes. Only what is
 * behind the window uses refilled entries, which lie in ways 0 to 3.
 *
 * One idea: one page of entries is exactly 4 MiB of window, and one wired entry makes it visible. */
#ifndef PORTS_XTENSA_PAGING_H
#define PORTS_XTENSA_PAGING_H

#include "ports/bare/bare.h"

enum {
    ATTRIBUTE_READ_ONLY = 0x4, /* write-back cached */
    ATTRIBUTE_READ_WRITE = 0x7,
    ATTRIBUTE_NOTHING = 0xC, /* every access traps */
    TLB_HIT = 0x10,          /* of what a probe says */
    WIRED_WAY = 7,
    REFILLED_WAYS = 4,
    REFILLED_ENTRIES = 4, /* of a way; selected by the address's lowest page bits */
    ENTRIES_OF_PAGE = 1024,
};

#define PAGE_ENTRY  uint32_t
#define PAGE_STEP   4096u
#define PAGE_HIDDEN ((uint32_t)ATTRIBUTE_NOTHING)

static inline uint32_t page_access(unsigned flags)
{
    return flags & EM_MAP_READ_ONLY ? ATTRIBUTE_READ_ONLY : ATTRIBUTE_READ_WRITE;
}

/* Drops what translates the address, if anything does. */
static inline void forget(uintptr_t address)
{
    uint32_t entry;
    __asm__ volatile("pdtlb %0, %1" : "=a"(entry) : "a"(address) : "memory");
    if (entry & TLB_HIT) {
        __asm__ volatile("idtlb %0" ::"a"(entry) : "memory");
    }
}

static inline void forget_all_refilled(void)
{
    for (uintptr_t entry = 0; entry < REFILLED_ENTRIES * 4096; entry += 4096) {
        for (uintptr_t way = 0; way < REFILLED_WAYS; way++) {
            __asm__ volatile("idtlb %0" ::"a"(entry | way) : "memory");
        }
    }
}

/* Page by page for one bank; more would cost more than to forget everything. */
static inline void pages_forget(uintptr_t address, unsigned banks)
{
    if (banks > 1) {
        forget_all_refilled();
    } else {
        for (uintptr_t end = address + banks * BARE_BANK_BYTES; address != end; address += 4096) {
            forget(address);
        }
    }
    __asm__ volatile("dsync" ::: "memory");
}

/* The window's entries are found from now on in this page of memory. `entries` is its physical address,
 * `table` an unused 4 MiB of addresses, `window` and `table` multiples of 4 MiB. */
static inline void paging_on(uintptr_t window, uintptr_t entries, uintptr_t table)
{
    uintptr_t seen_at = table + (window >> 10);
    forget(window); /* version 3 starts with all addresses mapped in large pages */
    forget(seen_at);
    /* wsr.ptevaddr: the LX106's assembler does not know the register */
    __asm__ volatile("mov a2, %0\n\t.byte 0x20, 83, 0x13\n\trsync" ::"a"(table) : "a2");
    __asm__ volatile("wdtlb %0, %1\n\tdsync" ::"a"(entries | ATTRIBUTE_READ_WRITE), "a"(seen_at | WIRED_WAY) : "memory");
}

#endif
