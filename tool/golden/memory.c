/* The memory that a recorded multi_heap stands in. See memory.h. */
#include "tool/golden/memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/banks.h"
#include "sim/space.h"

enum { PAGE = 4096, SAME_MODULO = 65536 };

static uintptr_t page_of(uintptr_t address)
{
    return address & ~(uintptr_t)(PAGE - 1);
}

/* The first page behind `page` that belongs to something else: another range, or none. */
static uintptr_t run_end(uintptr_t page, uintptr_t limit)
{
    const struct sim_range *range = sim_space_range_of(page);
    do {
        page += PAGE;
    } while (page < limit && sim_space_range_of(page) == range);
    return page;
}

/* A process must not lose what it has: only pages that are free, or the simulator's, are taken. */
static bool take_run(uintptr_t from, uintptr_t to)
{
    bool simulated = sim_space_range_of(from) != NULL;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (simulated ? MAP_FIXED : MAP_FIXED_NOREPLACE);
    void *got = mmap((void *)from, to - from, PROT_READ | PROT_WRITE, flags, -1, 0); // NOLINT(performance-no-int-to-ptr)
    if (got == MAP_FAILED)
        return false;
    if ((uintptr_t)got == from)
        return true;
    munmap(got, to - from); /* a kernel that does not know NOREPLACE took it as a hint */
    return false;
}

/* The state that the simulator left the pages in: zeroed memory, or no access. */
static void give_run_back(uintptr_t from, uintptr_t to)
{
    const struct sim_range *range = sim_space_range_of(from);
    void *address = (void *)from; // NOLINT(performance-no-int-to-ptr)
    if (!range) {
        munmap(address, to - from);
        return;
    }
    int access = range->kind == SIM_MEMORY ? PROT_READ | PROT_WRITE : PROT_NONE;
    /* Where this fails, what stands there still serves: the chip's next power-on clears it. */
    (void)mmap(address, to - from, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
}

static void give_back(uintptr_t from, uintptr_t to)
{
    for (uintptr_t end; from < to; from = end) {
        end = run_end(from, to);
        give_run_back(from, end);
    }
}

static bool take(uintptr_t from, uintptr_t to)
{
    for (uintptr_t at = from, end; at < to; at = end) {
        end = run_end(at, to);
        if (take_run(at, end))
            continue;
        give_back(from, at);
        return false;
    }
    return true;
}

/* Anywhere, but equal modulo 64 KiB. */
static bool take_elsewhere(struct golden_memory *memory)
{
    size_t length = memory->bytes + 2 * (size_t)SAME_MODULO;
    char *got = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (got == MAP_FAILED)
        return false;
    memory->mapped = (uintptr_t)got;
    memory->mapped_end = memory->mapped + length;
    memory->start = memory->mapped + ((memory->recorded - memory->mapped) & (SAME_MODULO - 1));
    return true;
}

bool golden_memory_open(struct golden_memory *memory, uintptr_t recorded, size_t bytes)
{
    *memory = (struct golden_memory){.recorded = recorded, .start = recorded, .bytes = bytes};
    memory->mapped = page_of(recorded);
    memory->mapped_end = page_of(recorded + bytes + PAGE - 1);
    if (recorded >= SAME_MODULO && memory->mapped_end > memory->mapped && take(memory->mapped, memory->mapped_end))
        return true;
    if (take_elsewhere(memory))
        return true;
    *memory = (struct golden_memory){0};
    return false;
}

void golden_memory_close(struct golden_memory *memory)
{
    if (memory->start == memory->recorded)
        give_back(memory->mapped, memory->mapped_end);
    else
        munmap((void *)memory->mapped, memory->mapped_end - memory->mapped); // NOLINT(performance-no-int-to-ptr)
    *memory = (struct golden_memory){0};
}

bool golden_memory_holds(const struct golden_memory *memory, int64_t offset, int64_t bytes)
{
    return offset >= 0 && bytes >= 0 && offset <= (int64_t)memory->bytes && bytes <= (int64_t)memory->bytes - offset;
}

bool golden_memory_is_chip(uintptr_t start, uintptr_t end)
{
    return sim_space_is_memory(start, end) || sim_banks_is_memory(start, end);
}

/* The eight-digit number behind "0x", and how many characters it has; 0 where there is none. */
static size_t address_at(const char *text, uintptr_t *address)
{
    int length = 0;
    unsigned long value = 0;
    if (sscanf(text, "0x%16lx%n", &value, &length) != 1)
        return 0;
    *address = (uintptr_t)value;
    return (size_t)length;
}

void golden_memory_recorded_text(const struct golden_memory *memory, struct golden_text *text)
{
    if (memory->start == memory->recorded)
        return;
    struct golden_text turned = {0};
    const char *rest = golden_text_string(text);
    while (*rest) {
        uintptr_t address = 0;
        size_t length = strncmp(rest, "0x", 2) == 0 ? address_at(rest, &address) : 0;
        if (length > 0 && address - memory->start <= memory->bytes) {
            golden_text_print(&turned, "0x%08lx", (unsigned long)(address - memory->start + memory->recorded));
            rest += length;
        } else {
            golden_text_add(&turned, rest++, 1);
        }
    }
    golden_text_close(text);
    *text = turned;
}
