/* The port itself: locks nest, the clock runs, callers are found, wrong accesses trap where they should.
 *
 * One idea: what the core takes for granted, asked of the machine. */
#include "frame.h"

static void locks_nest_and_end_unlocked(void)
{
    struct em_lock outer = {{0, 0}}, inner = {{0, 0}};
    em_port_lock(&outer);
    em_port_lock(&inner);
    em_port_lock(&outer);
    em_port_unlock(&outer);
    em_port_unlock(&inner);
    CHECK(outer.word[0] != 0);
    em_port_unlock(&outer);
    CHECK(outer.word[0] == 0 && inner.word[0] == 0);
}

static void copies_move_every_byte_and_no_more(void)
{
    uint32_t from[40], to[40];
    for (unsigned bytes = 0; bytes <= 140; bytes++) {
        for (unsigned i = 0; i < 40; i++) {
            from[i] = 0x01020304u * i + bytes;
            to[i] = 0xEEEEEEEE;
        }
        em_port_copy(to, from, bytes);
        for (unsigned i = 0; i < sizeof to; i++) {
            CHECK(((unsigned char *)to)[i] == (i < bytes ? ((unsigned char *)from)[i] : 0xEE));
        }
    }
}

__attribute__((noinline)) static uint32_t clock_over(unsigned rounds)
{
    uint32_t before = bare_clock();
    for (volatile unsigned i = 0; i < rounds; i++) {
    }
    return bare_clock() - before;
}

static void the_clock_counts_what_runs(void)
{
    uint32_t one = bare_instructions(clock_over(1000)), two = bare_instructions(clock_over(2000));
    CHECK(one >= 1000 && two - one >= 1000 && two - one < one + 100);
}

/* Not inlined, and something is left to do after the call, so that it is one. */
__attribute__((noinline)) static unsigned nearest_callers(uintptr_t *addresses, unsigned room)
{
    unsigned found = bare_callers(addresses, room);
    __asm__ volatile("" ::: "memory");
    return found;
}

__attribute__((noinline)) static bool calls_from_here(uintptr_t *addresses, unsigned room, bool *found)
{
    unsigned count = nearest_callers(addresses, room);
    uintptr_t here = (uintptr_t)calls_from_here;
    for (unsigned i = 0; i < count; i++) {
        *found = *found || addresses[i] - here < 128;
    }
    return count > 0;
}

static void a_caller_is_found_on_the_stack(void)
{
    uintptr_t addresses[8];
    bool found = false;
    CHECK(calls_from_here(addresses, 8, &found));
    CHECK(found);
}

/* ---- traps -------------------------------------------------------------------------------------- */

static volatile void *page_address(unsigned page)
{
    const struct em_himem_layout *layout = &target_banks()->layout;
    return (volatile void *)(layout->window + page * layout->bank_size + 64);
}

static void an_access_to_mapped_memory_does_not_trap(void)
{
    struct em_bank_mmu *mmu = target_banks()->mmu;
    CHECK(mmu->map(mmu, 1, 2, 1, 0));
    CHECK(!bare_load_traps(page_address(1)));
    CHECK(!bare_store_traps(page_address(1)));
    mmu->unmap(mmu, 1, 2, 1);
}

static void an_access_to_unmapped_memory_traps_at_its_address(void)
{
    struct em_bank_mmu *mmu = target_banks()->mmu;
    if ((target_banks()->traps & BARE_TRAPS_UNMAPPED) == 0) {
        return;
    }
    CHECK(mmu->map(mmu, 1, 2, 1, 0)); /* touched first: nothing may remember it */
    CHECK(!bare_store_traps(page_address(1)));
    mmu->unmap(mmu, 1, 2, 1);
    CHECK(bare_load_traps(page_address(1)));
    CHECK(bare_trap.address == (uintptr_t)page_address(1));
    CHECK(bare_store_traps(page_address(1)));
    CHECK(bare_trap.address == (uintptr_t)page_address(1));
    CHECK(bare_load_traps(page_address(0)) && bare_load_traps(page_address(target_banks()->layout.pages - 1)));
}

static void a_store_to_read_only_memory_traps(void)
{
    struct em_bank_mmu *mmu = target_banks()->mmu;
    if ((target_banks()->traps & BARE_TRAPS_READ_ONLY) == 0) {
        return;
    }
    CHECK(mmu->map(mmu, 1, 2, 1, EM_MAP_READ_ONLY));
    CHECK(!bare_load_traps(page_address(1)));
    CHECK(bare_store_traps(page_address(1)));
    CHECK(bare_trap.address == (uintptr_t)page_address(1));
    mmu->unmap(mmu, 1, 2, 1);
}

/* Also where nothing traps: a bank shown without a right to write is the same afterwards. */
static void a_read_only_map_leaves_its_bank_as_it_was(void)
{
    struct em_bank_mmu *mmu = target_banks()->mmu;
    volatile uint32_t *word = page_address(1);
    CHECK(mmu->map(mmu, 1, 3, 1, 0));
    *word = 0xC0FFEE;
    mmu->unmap(mmu, 1, 3, 1);
    CHECK(mmu->map(mmu, 1, 3, 1, EM_MAP_READ_ONLY));
    bare_store_traps(word);
    mmu->unmap(mmu, 1, 3, 1);
    CHECK(mmu->map(mmu, 1, 3, 1, 0));
    uint32_t found = *word;
    mmu->unmap(mmu, 1, 3, 1);
    CHECK(found == 0xC0FFEE);
}

const struct target_case port_cases[] = {
    {"locks_nest_and_end_unlocked", locks_nest_and_end_unlocked},
    {"copies_move_every_byte_and_no_more", copies_move_every_byte_and_no_more},
    {"the_clock_counts_what_runs", the_clock_counts_what_runs},
    {"a_caller_is_found_on_the_stack", a_caller_is_found_on_the_stack},
    {"an_access_to_mapped_memory_does_not_trap", an_access_to_mapped_memory_does_not_trap},
    {"an_access_to_unmapped_memory_traps_at_its_address", an_access_to_unmapped_memory_traps_at_its_address},
    {"a_store_to_read_only_memory_traps", a_store_to_read_only_memory_traps},
    {"a_read_only_map_leaves_its_bank_as_it_was", a_read_only_map_leaves_its_bank_as_it_was},
    {NULL, NULL},
};
