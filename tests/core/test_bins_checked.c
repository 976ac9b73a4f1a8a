/* What the engine "bins" with checks of neighbours finds, which the one without would believe.
 *
 * In every case one thing is overwritten, then one operation meets it: it must be told, nothing may change,
 * and the next operation must be told again.
 *
 * One idea: a row of blocks in which every other one is free, so that each has its neighbours. */
#include "check.h"

#include "core/heap/state.h"
#include "port.h"

enum { BYTES = 4096, BLOCKS = 9, SIZE = 40 };

static _Alignas(8) unsigned char memory[BYTES];
static unsigned char *blocks[BLOCKS];
static struct em_heap *heap;

/* Blocks 1, 3, 5 and 7 are free, each between two used ones, and stand one behind the other in memory. */
static void lay_out(void)
{
    test_port_reset();
    heap = em_heap_create(memory, sizeof memory, &em_engine_bins_checked);
    for (unsigned i = 0; i < BLOCKS; i++)
        blocks[BLOCKS - 1 - i] = em_heap_allocate(heap, SIZE); /* from the high end down */
    for (unsigned i = 0; i + 1 < BLOCKS; i++)
        CHECK_PTR(blocks[i + 1], blocks[i] + SIZE + EM_HEADER_BYTES);
    for (unsigned i = 1; i < BLOCKS; i += 2)
        em_heap_free(heap, blocks[i]);
    CHECK(em_heap_check(heap, NULL, NULL));
}

static void expect_fault(enum em_operation during)
{
    CHECK_EQ(test_port.faults, 1);
    CHECK(test_port.fault.kind != EM_FAULT_NONE);
    CHECK_EQ(test_port.fault.during, during);
    CHECK_EQ(test_port.held, 0);
}

static void expect_free_is_refused(unsigned block)
{
    static unsigned char before[BYTES];
    for (unsigned twice = 0; twice < 2; twice++) {
        memcpy(before, memory, sizeof memory);
        test_port.faults = 0;
        em_heap_free(heap, blocks[block]);
        expect_fault(EM_DURING_FREE);
        CHECK(memcmp(before, memory, sizeof memory) == 0);
    }
}

static void expect_request_is_refused(size_t size)
{
    test_port.faults = 0;
    CHECK(em_heap_allocate(heap, size) == NULL);
    expect_fault(EM_DURING_ALLOCATE);
}

static uint32_t *word(unsigned block, int index)
{
    return (uint32_t *)(void *)blocks[block] + index;
}

TEST(an_intact_heap_has_no_faults)
{
    lay_out();
    for (unsigned i = 0; i < BLOCKS; i += 2)
        em_heap_free(heap, blocks[i]);
    CHECK(em_heap_allocate(heap, SIZE * 3) != NULL);
    CHECK_EQ(test_port.faults, 0);
}

TEST(one_byte_past_the_end_into_a_free_block_is_found_when_its_neighbours_are_freed)
{
    for (unsigned value = 0; value < 256; value++) {
        lay_out();
        if (blocks[4][SIZE] == value)
            continue;
        blocks[4][SIZE] = (unsigned char)value; /* the header of block 5 */
        if ((value & EM_BLOCK_FREE) != 0)       /* else it passes for used, and is told by block 6 */
            expect_free_is_refused(4);
        expect_free_is_refused(6);
    }
}

TEST(a_damaged_header_is_found_when_the_block_would_be_handed_out)
{
    lay_out();
    *word(7, -1) = 0x41414141; /* the newest of its class */
    expect_request_is_refused(SIZE);
}

TEST(a_write_to_the_links_of_freed_memory_is_found)
{
    for (int link = 0; link < 2; link++) {
        for (unsigned value = 0; value < 3; value++) {
            static const uint32_t wild[] = {0x41414141, 3, 0xfffffffd};
            lay_out();
            *word(3, link) = wild[value];
            expect_free_is_refused(2);
            expect_free_is_refused(4);
        }
    }
}

TEST(a_write_to_the_last_word_of_freed_memory_is_found)
{
    lay_out();
    *word(3, SIZE / 4 - 1) = 0x41414140;
    expect_free_is_refused(4);
    expect_free_is_refused(2);
}

TEST(a_link_to_somewhere_is_found_before_it_is_written_through)
{
    lay_out();
    *word(7, 0) = 0x41414140;
    expect_request_is_refused(SIZE);
}

TEST(double_interior_and_foreign_frees_are_found)
{
    lay_out();
    unsigned char *const wrong[] = {blocks[3], blocks[4] + 4,          blocks[4] + 1,
                                    memory,    memory + sizeof memory, (unsigned char *)&heap};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        test_port.faults = 0;
        em_heap_free(heap, wrong[i]);
        expect_fault(EM_DURING_FREE);
    }
    CHECK(em_heap_check(heap, NULL, NULL));
}

CHECK_MAIN
