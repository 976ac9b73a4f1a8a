/* Bank-switched memory: more memory than addresses.
 *
 * Memory beyond the reach of pointers is divided into banks; a window of addresses into pages of the
 * same size. A *memory* is a set of banks, a *range* a run of pages; map brings banks into pages.
 * Knows nothing of heaps, capabilities or machines: who switches the banks is a struct of functions.
 *
 * One idea: a bank is free, owned, busy or mapped, and a page likewise; it is claimed (busy) under
 * the lock, switched without it, and settled under it again. Whoever meets a busy one gets
 * INVALID_STATE, so no bank is ever in two pages.
 *
 * Callable from any task; not from interrupts. Behaviour: ESP-IDF's documented esp_himem. */
#ifndef ESPMEM_HIMEM_H
#define ESPMEM_HIMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/error.h"
#include "espmem/port.h"
#include "espmem/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EM_MAP_READ_ONLY = 1 };

/* Who switches banks. Pages count from the window's start, banks from the memory's; both functions
 * get runs whose pages and banks are consecutive, never overlap a busy one, and hold no lock. */
struct em_bank_mmu {
    /* Makes `count` pages show `count` banks; false iff it could not, and then nothing has changed. */
    bool (*map)(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags);
    /* Ends it: what was written is in the bank afterwards. */
    void (*unmap)(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count);
};

/* The geometry: which pages of the window and which banks of the memory are himem's. */
struct em_himem_layout {
    uintptr_t window; /* address of the window's page 0 */
    size_t bank_size; /* bytes, a power of two */
    unsigned first_page, pages;
    unsigned first_bank, banks;
};

/* The core's records; the caller provides the memory for `layout.banks` and `layout.pages` of them. */
struct em_himem_bank {
    uint16_t owner; /* 1 + index of the memory that owns it; 0: free */
    uint16_t page;  /* 1 + the page that shows it; 0: none */
    uint8_t busy;
};
struct em_himem_page {
    uint16_t range; /* 1 + first page of the range that owns it; 0: free */
    uint16_t bank;  /* 1 + the bank that it shows; 0: none */
    uint8_t busy;
};
/* An allocated set of banks. `list` is the caller's memory (2 bytes a bank), kept until free. */
struct em_himem_memory {
    uint16_t *list;
    uint16_t count; /* 0: this record is free */
};

struct em_himem {
    struct em_himem_layout layout;
    struct em_bank_mmu *mmu;
    struct em_himem_bank *banks;
    struct em_himem_page *pages;
    struct em_himem_memory *memories; /* layout.banks of them */
    unsigned free_banks;
    unsigned bank_bits; /* log2 of the bank size: there is no division */
    struct em_lock lock;
    struct em_watcher *watchers;
};

struct em_himem_storage {
    struct em_himem_bank *banks;      /* layout->banks */
    struct em_himem_page *pages;      /* layout->pages */
    struct em_himem_memory *memories; /* layout->banks */
};

/* Sets up an empty himem. The storage, the mmu and the window stay the caller's and outlive it.
 * A layout without pages or banks is legal and has nothing to give. Fails (INVALID_ARG) iff a size is
 * not a power of two, over 65534 banks or pages, or a pointer that is needed is NULL. */
enum em_error em_himem_open(struct em_himem *himem, const struct em_himem_layout *layout, struct em_bank_mmu *mmu,
                            const struct em_himem_storage *storage);

/* Handles are small numbers from 1; 0 is never one. A handle that is not live is INVALID_ARG. */
typedef uint32_t em_himem_handle;
typedef uint32_t em_himem_range;

/* How many banks `size` bytes are, through *count. INVALID_SIZE iff no multiple of the bank size;
 * NO_MEM iff 0 or more than there are at all. Asked first, so that the caller can bring the list. */
enum em_error em_himem_bank_count(const struct em_himem *himem, size_t size, unsigned *count);

/* Takes `count` free banks, lowest first, not necessarily neighbours; all or none (NO_MEM). Writes
 * their numbers to list[0 … count) and keeps the pointer. Contents are not cleared. O(banks). */
enum em_error em_himem_allocate(struct em_himem *himem, unsigned count, uint16_t *list, em_himem_handle *handle);
/* INVALID_ARG iff not live; INVALID_ARG as well, and nothing happens, iff one of its banks is mapped. */
enum em_error em_himem_free(struct em_himem *himem, em_himem_handle handle);

/* Takes the first run of `count` free pages. NO_MEM iff there is none or count is 0. O(pages). */
enum em_error em_himem_allocate_range(struct em_himem *himem, unsigned count, em_himem_range *range);
enum em_error em_himem_free_range(struct em_himem *himem, em_himem_range range);

/* Brings `length` bytes of the memory, from memory_offset, to range_offset in the range.
 * In this order: INVALID_ARG iff a handle is not live, pointer is NULL, or an offset or the length is
 * no multiple of the bank size; INVALID_SIZE iff either end is past its side; INVALID_STATE iff one of
 * the banks or pages is mapped or busy. Then nothing has changed. Length 0 maps nothing and is OK.
 * EM_MAP_READ_ONLY is handed to the mmu, which honours it or not. O(length / bank size), one call of
 * the mmu for each run of consecutive banks. */
enum em_error em_himem_map(struct em_himem *himem, em_himem_handle handle, em_himem_range range, size_t memory_offset,
                           size_t range_offset, size_t length, unsigned flags, void **pointer);

/* Ends the mapping of [pointer, pointer + length), which may be several maps or a part of one.
 * INVALID_ARG, and nothing happens, iff the range is not live, the span is misaligned or not in whole
 * mapped in that very range. Length 0 at a page of the range is OK. */
enum em_error em_himem_unmap(struct em_himem *himem, em_himem_range range, const void *pointer, size_t length);

/* For a process that is a copy of another (fork), before it has a second task: ends every map and unmap
 * that was under way, since whoever made it is not here. Their pages show nothing afterwards. */
void em_himem_end_busy(struct em_himem *himem);

size_t em_himem_total(const struct em_himem *himem);
size_t em_himem_free_bytes(struct em_himem *himem);
size_t em_himem_window_bytes(const struct em_himem *himem); /* addresses set aside */

/* What stands where, for reports and tests. Counted from the window's and the memory's start. */
bool em_himem_page_shows(struct em_himem *himem, unsigned page, unsigned *bank);
unsigned em_himem_range_page(const struct em_himem *himem, em_himem_range range);

void em_himem_watch(struct em_himem *himem, struct em_watcher *watcher);

#ifdef __cplusplus
}
#endif
#endif
