/* A himem over a window that is not there: its records, and an mmu that notes what it is told.
 *
 * The mmu stops the program where himem breaks a promise to it: a page that shows something already,
 * a bank in two pages, an end of what was not there, a page of nobody, a call under a lock.
 *
 * One idea: the mmu knows which page shows which bank, so that himem's own records can be compared
 * with what the machine was told. */
#ifndef TESTS_CORE_HIMEM_RIG_H
#define TESTS_CORE_HIMEM_RIG_H

#include "espmem/himem.h"

enum { RIG_PAGES = 64, RIG_BANKS = 256, RIG_SLOTS = 12 };

struct fake_mmu {
    struct em_bank_mmu face;
    const struct em_himem_layout *layout;
    unsigned shows[RIG_PAGES]; /* 1 + the bank, 0: none; counted within the layout */
    unsigned maps, unmaps;     /* calls */
    unsigned refuse;           /* the n-th map from now is refused; 0: none */
    unsigned flags;            /* of the last map */
    /* Called while a page is being switched, before (map) and after (unmap). */
    void (*meanwhile)(void *context);
    void *context;
    bool shared;     /* several threads: it locks for itself */
    bool half_known; /* a copy of an mmu that was busy: it may be told to end what it does not show */
};

struct himem_rig {
    struct em_himem himem;
    struct em_himem_layout layout;
    struct fake_mmu mmu;
    struct em_himem_bank banks[RIG_BANKS];
    struct em_himem_page pages[RIG_PAGES];
    struct em_himem_memory memories[RIG_BANKS];
    uint16_t lists[RIG_SLOTS][RIG_BANKS];
    em_himem_handle handles[RIG_SLOTS];
    em_himem_range ranges[RIG_SLOTS];
};

enum { RIG_BANK = 0x8000, RIG_WINDOW = 0x3F800000 };

/* Opens it with these many pages (at the window's end) and banks; everything is free. */
enum em_error rig_open(struct himem_rig *rig, unsigned pages, unsigned banks);

/* Allocates into a slot: sizes in bytes. */
enum em_error rig_allocate(struct himem_rig *rig, unsigned slot, size_t bytes);
enum em_error rig_allocate_range(struct himem_rig *rig, unsigned slot, unsigned pages);
enum em_error rig_map(struct himem_rig *rig, unsigned memory, unsigned range, size_t memory_offset, size_t range_offset,
                      size_t length, void **pointer);
enum em_error rig_unmap(struct himem_rig *rig, unsigned range, uintptr_t pointer, size_t length);

/* The address of a range's first page. */
uintptr_t rig_address(const struct himem_rig *rig, unsigned range);

/* Whether himem's records and the mmu agree, and no bank is anywhere twice. */
bool rig_agrees(struct himem_rig *rig);

#endif
