/* RISC-V's Sv32: what its page tables look like. Included in front of ports/bare/paged_banks.h.
 *
 * Knows no machine. One idea: an entry is a page number and bits, and one instruction forgets an address. */
#ifndef PORTS_RISCV_PAGING_H
#define PORTS_RISCV_PAGING_H

#include "ports/bare/bare.h"

enum {
    SV32_VALID = 1,
    SV32_READ = 2,
    SV32_WRITE = 4,
    SV32_EXECUTE = 8,
    SV32_ACCESSED = 64,
    SV32_DIRTY = 128,
    SV32_ENTRIES = 1024, /* of a table of either level */
    SV32_PAGE_BITS = 12,
    SV32_BIG_PAGE_BITS = 22,
    SV32_NUMBER_BIT = 10, /* where an entry's page number begins */
};

#define SV32_ON     UINT32_C(0x80000000) /* of satp */
#define PAGE_ENTRY  uint32_t
#define PAGE_STEP   (1u << SV32_NUMBER_BIT)
#define PAGE_HIDDEN 0u

static inline uint32_t page_access(unsigned flags)
{
    uint32_t shown = SV32_VALID | SV32_READ | SV32_ACCESSED;
    return flags & EM_MAP_READ_ONLY ? shown : shown | SV32_WRITE | SV32_DIRTY;
}

/* An entry without access bits for an address of memory. */
static inline uint32_t page_number(uint64_t address)
{
    return (uint32_t)(address >> SV32_PAGE_BITS) << SV32_NUMBER_BIT;
}

/* Page by page for one bank; more would cost more than to forget everything. */
static inline void pages_forget(uintptr_t address, unsigned banks)
{
    if (banks > 1) {
        __asm__ volatile("sfence.vma" ::: "memory");
        return;
    }
    for (uintptr_t end = address + banks * BARE_BANK_BYTES; address != end; address += 1u << SV32_PAGE_BITS) {
        __asm__ volatile("sfence.vma %0, zero" ::"r"(address) : "memory");
    }
}

/* Translation begins, by this table of the upper level. */
static inline void paging_on(const uint32_t *upper)
{
    uint32_t satp = SV32_ON | (uint32_t)(uintptr_t)upper >> SV32_PAGE_BITS;
    __asm__ volatile("sfence.vma\n\tcsrw satp, %0\n\tsfence.vma" ::"r"(satp) : "memory");
}

#endif
