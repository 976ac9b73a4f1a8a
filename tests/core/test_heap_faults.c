/* Pointers that are no live block: every operation refuses them, says which and why, and changes
 * nothing. */
#include "check.h"

#include "picture.h"
#include "port.h"

enum { BYTES = 1024, FIRST = 276 };

/* U24 F24 U24 U100 F…, the contents of used blocks 0. */
struct scene {
    struct em_heap *heap;
    struct em_lock lock;
    unsigned char *base, *blocks[4];
};

static struct scene scene;

static void set_scene(void)
{
    test_port_reset();
    scene = (struct scene){.base = picture_memory(BYTES)};
    memset(scene.base, 0, BYTES + 64);
    scene.heap = em_heap_create(scene.base, BYTES, &em_engine_tlsf);
    em_heap_set_lock(scene.heap, &scene.lock);
    static const size_t sizes[] = {24, 24, 24, 104};
    for (unsigned i = 0; i < 4; i++) {
        scene.blocks[i] = em_heap_allocate(scene.heap, sizes[i]);
        memset(scene.blocks[i], 0, sizes[i]);
    }
    em_heap_free(scene.heap, scene.blocks[1]);
    CHECK_STR(picture(scene.heap), "U24 F24 U24 U104 F552");
}

static void free_it(void *address)
{
    em_heap_free(scene.heap, address);
}

static void reallocate_it(void *address)
{
    CHECK(em_heap_reallocate(scene.heap, address, 40) == NULL);
}

static void reallocate_it_to_nothing(void *address)
{
    CHECK(em_heap_reallocate(scene.heap, address, 0) == NULL);
}

static void resize_it(void *address)
{
    CHECK(!em_heap_resize(scene.heap, address, 12));
}

static void ask_for_its_size(void *address)
{
    CHECK_EQ(em_heap_block_size(scene.heap, address), 0);
}

/* Each operation on the pointer is a fault of that kind and leaves every byte of the heap as it was. */
static void refused(void *address, enum em_fault_kind kind)
{
    static const struct {
        void (*perform)(void *address);
        enum em_operation during;
    } operations[] = {{free_it, EM_DURING_FREE},
                      {reallocate_it, EM_DURING_REALLOCATE},
                      {reallocate_it_to_nothing, EM_DURING_FREE},
                      {resize_it, EM_DURING_REALLOCATE},
                      {ask_for_its_size, EM_DURING_QUERY}};
    static unsigned char before[BYTES];
    memcpy(before, scene.base, BYTES);
    for (unsigned i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        test_port_reset();
        operations[i].perform(address);
        CHECK_EQ(test_port.faults, 1);
        CHECK_EQ(test_port.fault.kind, kind);
        CHECK_EQ(test_port.fault.during, operations[i].during);
        CHECK_PTR(test_port.fault.address, address);
        CHECK_PTR(test_port.fault.heap, scene.heap);
        CHECK_EQ(test_port.held, 0);
        CHECK(memcmp(before, scene.base, BYTES) == 0);
    }
    CHECK(em_heap_check(scene.heap, NULL, NULL));
}

TEST(a_second_free_is_a_double_free)
{
    set_scene();
    refused(scene.blocks[1], EM_FAULT_DOUBLE_FREE);
}

TEST(a_second_free_is_seen_also_after_the_block_was_merged)
{
    set_scene();
    em_heap_free(scene.heap, scene.blocks[0]); /* the block behind it is free */
    refused(scene.blocks[0], EM_FAULT_DOUBLE_FREE);
    refused(scene.blocks[1], EM_FAULT_DOUBLE_FREE);
}

TEST(a_second_free_is_seen_where_the_previous_block_swallowed_it)
{
    set_scene();
    em_heap_free(scene.heap, scene.blocks[2]);
    CHECK_STR(picture(scene.heap), "U24 F52 U104 F552");
    refused(scene.blocks[2], EM_FAULT_DOUBLE_FREE);
}

TEST(a_second_free_is_seen_where_both_neighbours_were_free)
{
    set_scene();
    em_heap_free(scene.heap, scene.blocks[3]);
    em_heap_free(scene.heap, scene.blocks[2]);
    CHECK_STR(picture(scene.heap), "U24 F716");
    refused(scene.blocks[2], EM_FAULT_DOUBLE_FREE);
    refused(scene.blocks[3], EM_FAULT_DOUBLE_FREE);
}

TEST(pointers_outside_the_heap_are_foreign)
{
    static int elsewhere;
    set_scene();
    refused(scene.base + BYTES + 4, EM_FAULT_FOREIGN_POINTER); /* its header would be the first word behind the heap */
    refused(scene.base + BYTES + 4096, EM_FAULT_FOREIGN_POINTER);
    refused(scene.base, EM_FAULT_FOREIGN_POINTER); /* its header would be in front of the heap */
    refused(scene.base - 4, EM_FAULT_FOREIGN_POINTER);
    refused((void *)4, EM_FAULT_FOREIGN_POINTER);
    refused((void *)UINTPTR_MAX, EM_FAULT_FOREIGN_POINTER);
    refused((void *)(uintptr_t)8, EM_FAULT_FOREIGN_POINTER);
    refused(&elsewhere, EM_FAULT_FOREIGN_POINTER);
}

TEST(pointers_into_the_heaps_own_tables_are_no_blocks)
{
    set_scene();
    for (unsigned offset = 4; offset < FIRST; offset += 4)
        refused(scene.base + offset, EM_FAULT_NOT_A_BLOCK);
}

TEST(pointers_behind_the_last_possible_block_are_no_blocks)
{
    set_scene();
    for (unsigned offset = BYTES - 12; offset <= BYTES; offset++)
        refused(scene.base + offset, EM_FAULT_NOT_A_BLOCK);
}

TEST(pointers_between_two_words_are_no_blocks)
{
    set_scene();
    for (unsigned i = 1; i < 4; i++) {
        refused(scene.blocks[0] + i, EM_FAULT_NOT_A_BLOCK);
        refused(scene.blocks[2] - i, EM_FAULT_NOT_A_BLOCK);
    }
}

TEST(pointers_into_the_middle_of_a_block_are_no_blocks)
{
    set_scene();
    for (unsigned offset = 4; offset <= 104; offset += 4) /* the word in front is 0 */
        refused(scene.blocks[3] + offset, EM_FAULT_NOT_A_BLOCK);
}

/* Contents that look like a header of that size are seen through by what follows, or does not. */
TEST(contents_that_look_like_a_header_need_a_block_behind_them)
{
    static const uint32_t sizes[] = {4, 8, 20, 24, 1024, 0x7ffffff8, 0xfffffffc};
    set_scene();
    uint32_t *header = (uint32_t *)(void *)(scene.blocks[3] + 40);
    header[1 + 20 / 4] = header[1 + 24 / 4] = 2; /* behind it: the header of one whose previous is free */
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        *header = sizes[i];
        refused(header + 1, EM_FAULT_NOT_A_BLOCK);
    }
}

TEST(a_header_that_leads_out_of_the_heap_is_no_block)
{
    set_scene();
    uint32_t *header = (uint32_t *)(void *)(scene.blocks[2] - 4);
    const uint32_t old = *header, to_the_end = (uint32_t)(scene.base + BYTES - 4 - scene.blocks[2]);
    static unsigned char before[BYTES];
    for (uint32_t size = to_the_end + 4; size < 0xf0000000; size += size < 2000 ? 4 : 0x10000000) {
        *header = size;
        memcpy(before, scene.base, BYTES);
        test_port_reset();
        em_heap_free(scene.heap, scene.blocks[2]);
        CHECK_EQ(test_port.fault.kind, EM_FAULT_NOT_A_BLOCK);
        CHECK(memcmp(before, scene.base, BYTES) == 0);
    }
    *header = old;
    CHECK(em_heap_check(scene.heap, NULL, NULL));
}

TEST(null_is_ignored)
{
    set_scene();
    unsigned locks = test_port.locks;
    em_heap_free(scene.heap, NULL);
    CHECK_EQ(test_port.faults, 0);
    CHECK_EQ(test_port.locks, locks);
}

/* ---- another task comes between ------------------------------------------------------------- */

static void free_the_moving_block(void)
{
    em_heap_free(scene.heap, scene.blocks[0]);
}

TEST(a_block_that_is_freed_while_it_moves_is_a_double_free_and_nothing_is_lost)
{
    set_scene();
    scene.blocks[1] = em_heap_allocate(scene.heap, 24); /* no room in place */
    test_port.between = free_the_moving_block;
    test_port.skip = 1; /* after the attempt in place and the new block */
    void *moved = em_heap_reallocate(scene.heap, scene.blocks[0], 60);
    CHECK(moved != NULL);
    CHECK_EQ(test_port.faults, 1);
    CHECK_EQ(test_port.fault.kind, EM_FAULT_DOUBLE_FREE);
    CHECK_EQ(test_port.fault.during, EM_DURING_REALLOCATE);
    CHECK_PTR(test_port.fault.address, scene.blocks[0]);
    CHECK_STR(picture(scene.heap), "F24 U24 U24 U104 U60 F488");
    CHECK(em_heap_check(scene.heap, NULL, NULL));
}

/* ---- copies ---------------------------------------------------------------------------------- */

TEST(a_move_copies_the_smaller_of_both_sizes_outside_the_lock)
{
    set_scene();
    CHECK(em_heap_reallocate(scene.heap, scene.blocks[2], 60) != NULL); /* the port ends the program under a lock */
    CHECK_EQ(test_port.copies, 1);
    CHECK_EQ(test_port.copied, 24);
}

TEST(what_stays_in_place_is_not_copied)
{
    set_scene();
    CHECK_PTR(em_heap_reallocate(scene.heap, scene.blocks[0], 40), scene.blocks[0]);
    CHECK_EQ(test_port.copies, 0);
}

CHECK_MAIN
