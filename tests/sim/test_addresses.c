/* The chip's ranges are at their own addresses, and what happens where the host was there first. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "esp_heap_caps.h"
#include "sim/space.h"

#define DRAM ((void *)0x3FFB0000)

/* Runs before anything of the program, as a library's own mappings would be made. */
static void take_an_address(int count, char **arguments, char **environment)
{
    (void)count;
    (void)arguments;
    for (; *environment; environment++) {
        bool randomised = !(personality(0xffffffff) & ADDR_NO_RANDOMIZE);
        if (strcmp(*environment, "TEST_TAKE=always") == 0 || (strcmp(*environment, "TEST_TAKE=random") == 0 && randomised))
            mmap(DRAM, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
}
__attribute__((section(".preinit_array"), used)) static void (*const taker)(int, char **, char **) = take_an_address;

TEST(memory_of_every_range_holds_what_is_written)
{
    CHECK(sim_range_count > 5);
    for (unsigned i = 0; i < sim_range_count; i++) {
        const struct sim_range *range = &sim_ranges[i];
        if (range->kind != SIM_MEMORY)
            continue;
        volatile uint32_t *last = (volatile uint32_t *)(range->end - 4);
        uint32_t before = *last;
        *last = 0x12345678;
        CHECK_EQ(*last, 0x12345678);
        *last = before;
    }
}

TEST(no_range_overlaps_another)
{
    for (unsigned i = 1; i < sim_range_count; i++)
        CHECK(strcmp(sim_ranges[i].chip, sim_ranges[i - 1].chip) != 0 || sim_ranges[i].start >= sim_ranges[i - 1].end);
}

TEST(every_region_of_the_chip_is_in_a_range)
{
    for (unsigned i = 0; i < em_chip_esp32.region_count; i++) {
        const struct em_region *region = &em_chip_esp32.regions[i];
        const struct sim_range *first = sim_space_range_of(region->start);
        const struct sim_range *last = sim_space_range_of(region->start + region->size - 1);
        CHECK(first && first == last && first->kind != SIM_NOTHING);
    }
}

TEST(a_span_is_memory_only_as_a_whole)
{
    CHECK(sim_space_is_memory(0x3FFAE000, 0x40000000));
    CHECK(!sim_space_is_memory(0x3FFAE000, 0x40000001));
    CHECK(!sim_space_is_memory(0x3FFADFFF, 0x3FFAE001));
    CHECK(!sim_space_is_memory(0x3FFB0000, 0x3FFB0000));
    CHECK(sim_space_is_memory(0x40070000, 0x400C2000)); /* two ranges that continue each other */
    CHECK(!sim_space_is_memory(0x10000, 0x20000));
}

TEST(a_heap_pointer_keeps_its_value_in_32_bits)
{
    void *block = heap_caps_malloc(100, MALLOC_CAP_8BIT);
    CHECK_PTR(block, (void *)(uintptr_t)(uint32_t)(uintptr_t)block);
    CHECK((uintptr_t)block >= 0x3FFAE000 && (uintptr_t)block < 0x40000000);
    heap_caps_free(block);
}

TEST(addresses_taken_by_chance_are_had_after_a_restart)
{
    struct child child;
    child_run_self(&child, "TEST_TAKE=random", "child");
    CHECK_EQ(child.status, 0);
    CHECK(strstr(child.out, "restarted no mark") != NULL);
    CHECK_STR(child.err, "");
}

TEST(addresses_taken_for_good_are_refused_with_one_sentence)
{
    struct child child;
    child_run_self(&child, "TEST_TAKE=always", "child");
    CHECK_EQ(child.status, 2);
    CHECK(strncmp(child.err, "espmem: ", 8) == 0);
    CHECK(strstr(child.err, "internal data RAM (0x3ffae000-0x40000000)") != NULL);
    CHECK(strstr(child.err, "position independent") != NULL);
    CHECK_PTR(strchr(child.err, '\n'), child.err + strlen(child.err) - 1);
}

/* Says what is left of a restart: nothing that a program started from here would inherit. */
static int report(void)
{
    bool mark = getenv("ESPMEM_RESTARTED_FOR_ADDRESSES") != NULL;
    bool randomised = !(personality(0xffffffff) & ADDR_NO_RANDOMIZE);
    printf("restarted %s\n", mark || !randomised ? "with traces" : "no mark");
    return 0;
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "child") == 0)
        return report();
    return check_run(count > 1 ? arguments[1] : NULL);
}
