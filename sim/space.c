/* Reserving the chip's addresses, and starting over where the host was there first.
 *
 * Knows Linux's memory map and the table of ranges; no heap, no board. Runs before anything of the
 * program does, so it allocates nothing.
 *
 * One idea: a reservation never replaces a mapping of somebody else. Where randomisation put one in
 * the way, the same program without randomisation has it elsewhere. */
#include "space.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

static const char restarted_mark[] = "ESPMEM_RESTARTED_FOR_ADDRESSES";

/* The one chip whose ranges are reserved, and the addresses between which they lie: free asks for each
 * pointer, and most that are not the chip's are far away. */
static const struct em_chip *reserved;
static uintptr_t lowest, highest;

static bool belongs(const struct sim_range *range, const struct em_chip *chip)
{
    return strcmp(range->chip, chip->name) == 0;
}

static size_t length_of(const struct sim_range *range)
{
    return range->end - range->start;
}

/* Addresses of the chip are facts of its tables, not of an object of this program. */
static void *pointer_to(uintptr_t address)
{
    return (void *)address;
}

static int rights_of(const struct sim_range *range)
{
    return range->kind != SIM_MEMORY ? PROT_NONE : PROT_READ | PROT_WRITE | (range->words ? PROT_EXEC : 0);
}

static bool place(const struct sim_range *range, int how)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | how;
    void *wanted = pointer_to(range->start);
    void *got = mmap(wanted, length_of(range), rights_of(range), flags, -1, 0);
    if (got == MAP_FAILED && (rights_of(range) & PROT_EXEC)) /* a host may refuse memory that is written and executed */
        got = mmap(wanted, length_of(range), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (got == wanted)
        return true;
    if (got != MAP_FAILED) /* a kernel that takes the address for a mere hint */
        munmap(got, length_of(range));
    return false;
}

static void give_back(const struct em_chip *chip, const struct sim_range *until)
{
    for (const struct sim_range *range = sim_ranges; range < until; range++)
        if (belongs(range, chip))
            munmap(pointer_to(range->start), length_of(range));
}

static void note_reserved(const struct em_chip *chip)
{
    reserved = chip;
    lowest = UINTPTR_MAX;
    highest = 0;
    for (const struct sim_range *range = sim_ranges; range < sim_ranges + sim_range_count; range++) {
        if (!belongs(range, chip))
            continue;
        lowest = range->start < lowest ? range->start : lowest;
        highest = range->end > highest ? range->end : highest;
    }
}

const struct sim_range *sim_space_reserve(const struct em_chip *chip)
{
    if (reserved == chip)
        return NULL;
    if (reserved) {
        give_back(reserved, sim_ranges + sim_range_count);
        reserved = NULL;
    }
    for (const struct sim_range *range = sim_ranges; range < sim_ranges + sim_range_count; range++) {
        if (!belongs(range, chip) || place(range, MAP_FIXED_NOREPLACE))
            continue;
        give_back(chip, range);
        return range;
    }
    note_reserved(chip);
    return NULL;
}

void sim_space_clear(const struct em_chip *chip)
{
    for (const struct sim_range *range = sim_ranges; range < sim_ranges + sim_range_count; range++)
        if (belongs(range, chip) && range->kind != SIM_NOTHING && !place(range, MAP_FIXED))
            abort(); /* the kernel refuses a mapping in place of one it has granted: nothing can go on */
}

static _Noreturn void refuse(const struct sim_range *taken)
{
    fprintf(stderr,
            "espmem: this process already uses addresses of the %s's %s (0x%08lx-0x%08lx), also without address randomisation; "
            "build the program as a position independent executable (-pie) and without libraries that are linked to fixed "
            "addresses\n",
            taken->chip, taken->name, (unsigned long)taken->start, (unsigned long)taken->end);
    _exit(2);
}

/* Replaces the process by the same program without randomisation; returns iff that is impossible. */
static void restart(char **argv)
{
    int persona = personality(0xffffffff);
    if (persona == -1 || personality((unsigned long)persona | ADDR_NO_RANDOMIZE) == -1)
        return;
    if (setenv(restarted_mark, "1", 1) != 0)
        return;
    execv("/proc/self/exe", argv);
}

/* What this process starts is to be randomised again, and may itself need a restart. */
static void forget_restart(void)
{
    if (!getenv(restarted_mark))
        return;
    unsetenv(restarted_mark);
    int persona = personality(0xffffffff);
    if (persona != -1)
        personality((unsigned long)persona & ~(unsigned long)ADDR_NO_RANDOMIZE);
}

void sim_space_reserve_or_restart(const struct em_chip *chip, char **argv)
{
    const struct sim_range *taken = sim_space_reserve(chip);
    if (taken && !getenv(restarted_mark))
        restart(argv);
    if (taken)
        refuse(taken);
    forget_restart();
}

const struct sim_range *sim_space_range_of(uintptr_t address)
{
    if (!reserved || address < lowest || address >= highest)
        return NULL;
    for (unsigned i = 0; i < sim_range_count; i++)
        if (address >= sim_ranges[i].start && address < sim_ranges[i].end && belongs(&sim_ranges[i], reserved))
            return &sim_ranges[i];
    return NULL;
}

bool sim_space_is_memory(uintptr_t start, uintptr_t end)
{
    if (start >= end)
        return false;
    while (start < end) {
        const struct sim_range *range = sim_space_range_of(start);
        if (!range || range->kind != SIM_MEMORY)
            return false;
        start = range->end; /* neighbours may continue each other */
    }
    return true;
}
