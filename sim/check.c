/* See check.h.
 *
 * One idea: the rules of a page say what could be wrong; only here is it decided, and told. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "backtrace.h"
#include "cache.h"
#include "idf/chip.h"
#include "panic.h"
#include "space.h"
#include "warnings.h"

uint8_t sim_check_rules[SIM_CHECK_PAGES];

/* Defined in sim/check_access.c, which only a program that is compiled with checks has linked. */
extern const char sim_checks_accesses[] __attribute__((weak));

bool sim_is_checked(void)
{
    return sim_checks_accesses != NULL;
}

/* ---- the rules ------------------------------------------------------------------------------ */

/* First and last page of a span, as far as it lies below 4 GiB; false iff none of it does. */
static bool pages_of(uintptr_t start, size_t bytes, size_t *first, size_t *last)
{
    uint64_t end = (uint64_t)start + bytes - 1;
    if (bytes == 0 || (uint64_t)start >> SIM_CHECK_PAGE_BITS >= SIM_CHECK_PAGES)
        return false;
    *first = start >> SIM_CHECK_PAGE_BITS;
    *last = end >> SIM_CHECK_PAGE_BITS < SIM_CHECK_PAGES ? (size_t)(end >> SIM_CHECK_PAGE_BITS) : SIM_CHECK_PAGES - 1;
    return true;
}

void sim_check_add(uintptr_t start, size_t bytes, unsigned rules)
{
    size_t first, last;
    if (!pages_of(start, bytes, &first, &last))
        return;
    for (size_t page = first; page <= last; page++)
        __atomic_or_fetch(&sim_check_rules[page], (uint8_t)rules, __ATOMIC_RELAXED);
}

void sim_check_lift(uintptr_t start, size_t bytes, unsigned rules)
{
    size_t first, last;
    if (!pages_of(start, bytes, &first, &last))
        return;
    for (size_t page = first; page <= last; page++)
        __atomic_and_fetch(&sim_check_rules[page], (uint8_t)~rules, __ATOMIC_RELAXED);
}

void sim_check_set(uintptr_t start, size_t bytes, unsigned rules)
{
    size_t first, last;
    if (!pages_of(start, bytes, &first, &last))
        return;
    for (size_t page = first; page <= last; page++)
        __atomic_store_n(&sim_check_rules[page], (uint8_t)rules, __ATOMIC_RELAXED);
}

void sim_check_open(const struct em_chip *chip)
{
    static bool opened;
    if (opened)
        sim_check_lift(0, UINT32_MAX, 0xFF);
    opened = true;
    for (unsigned i = 0; i < sim_range_count; i++)
        if (sim_ranges[i].words && strcmp(sim_ranges[i].chip, chip->name) == 0)
            sim_check_add(sim_ranges[i].start, sim_ranges[i].end - sim_ranges[i].start, SIM_CHECK_WORDS);
}

/* ---- an access ------------------------------------------------------------------------------ */

static unsigned rules_at(uintptr_t address)
{
    uint64_t page = (uint64_t)address >> SIM_CHECK_PAGE_BITS;
    return page < SIM_CHECK_PAGES ? __atomic_load_n(&sim_check_rules[page], __ATOMIC_RELAXED) : 0;
}

/* A page may be shared by heaps of different kinds. */
static bool is_for_words(uintptr_t address, unsigned rules)
{
    if (rules & SIM_CHECK_WORDS)
        return true;
    const struct em_caps_heap *heap = idf_chip.heaps_open ? em_caps_heap_of(&idf_chip.pool, address) : NULL;
    return heap && (heap->all_caps & EM_CAP_32BIT) && !(heap->all_caps & EM_CAP_8BIT);
}

static _Noreturn void stop(const char *cause, uintptr_t address, size_t bytes, bool write, uintptr_t code)
{
    char detail[SIM_CODE_TEXT + 96], name[SIM_CODE_TEXT];
    snprintf(detail, sizeof detail, "%zu-byte %s of 0x%08lx by the code at 0x%lx, %s", bytes, write ? "write" : "read",
             (unsigned long)address, (unsigned long)code, sim_code_text(code, name));
    sim_panic(&(struct sim_panic){cause, detail, NULL, address, true, code});
}

static void check_place(uintptr_t place, uintptr_t address, size_t bytes, bool write, uintptr_t code)
{
    if (rules_at(place) & SIM_CHECK_CACHE_OFF && sim_cache_judge(place) == SIM_CACHE_IS_OFF)
        stop(SIM_CACHE_CAUSE, address, bytes, write, code);
    const unsigned rules = rules_at(place); /* the wait for the cache has changed them */
    if (rules & (SIM_CHECK_WORDS | SIM_CHECK_MIXED) && is_for_words(place, rules) && (address % 4 != 0 || bytes % 4 != 0))
        stop("LoadStoreError", address, bytes, write, code);
    if (!(rules & (write ? SIM_CHECK_NO_WRITE : SIM_CHECK_NO_READ)))
        return;
    if (idf_chip.board.manner == EM_MANNER_STRICT)
        stop(write ? "StoreProhibited" : "LoadProhibited", address, bytes, write, code);
    sim_warn(write ? "write" : "read", (unsigned)bytes, place, code);
}

void sim_check_closer(uintptr_t address, size_t bytes, bool write, uintptr_t code)
{
    if (bytes == 0)
        return;
    check_place(address, address, bytes, write, code);
    uintptr_t last = address + bytes - 1;
    if (last >> SIM_CHECK_PAGE_BITS != address >> SIM_CHECK_PAGE_BITS)
        check_place(last, address, bytes, write, code);
}
