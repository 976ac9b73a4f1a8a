/* multi_heap_*: that each name does what it says, on memory of the process. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include "esp_heap_caps.h"
#include "espmem/port.h"
#include "fixture.h"
#include "multi_heap.h"

static uint32_t memory[1024];
static multi_heap_handle_t heap;

static multi_heap_handle_t fresh(void)
{
    fixture_open("esp32-wroom");
    heap = multi_heap_register(memory, sizeof memory);
    return heap;
}

TEST(the_handle_is_the_memory)
{
    CHECK_PTR(fresh(), memory);
    CHECK(!multi_heap_register(NULL, 1000));
    CHECK(!multi_heap_register((char *)memory + 2, 1000));
    CHECK(!multi_heap_register(memory, 100));
}

TEST(sizes_are_the_chips)
{
    fresh();
    CHECK_EQ(multi_heap_free_size(heap), 3752);
    char *block = multi_heap_malloc(heap, 1);
    CHECK_EQ(block - (char *)memory, 348);
    CHECK_EQ(multi_heap_get_allocated_size(heap, block), 12);
    CHECK_EQ(multi_heap_get_full_block_size(heap, block), 12);
    CHECK_EQ(multi_heap_minimum_free_size(heap), 3752 - 16);
    multi_heap_info_t info;
    multi_heap_get_info(heap, &info);
    CHECK_EQ(info.total_free_bytes, 3752 - 16);
    CHECK_EQ(info.total_allocated_bytes, 12);
    CHECK_EQ(info.allocated_blocks, 1);
    CHECK_EQ(info.free_blocks, 1);
    CHECK_EQ(info.total_blocks, 2);
}

TEST(aligned_blocks_are_aligned_with_their_offset)
{
    fresh();
    CHECK_EQ((uintptr_t)multi_heap_aligned_alloc(heap, 40, 256) % 256, 0);
    CHECK_EQ(((uintptr_t)multi_heap_aligned_alloc_offs(heap, 40, 64, 8) + 8) % 64, 0);
    CHECK(!multi_heap_aligned_alloc(heap, 40, 24));
}

TEST(a_block_grows_with_its_contents)
{
    fresh();
    char *block = multi_heap_realloc(heap, NULL, 10);
    memcpy(block, "content", 8);
    char *wall = multi_heap_malloc(heap, 10);
    char *moved = multi_heap_realloc(heap, block, 200);
    CHECK(moved && moved > wall);
    CHECK_STR(moved, "content");
    CHECK(!multi_heap_realloc(heap, moved, 100000));
    CHECK_STR(moved, "content");
    CHECK(!multi_heap_realloc(heap, moved, 0));
    multi_heap_free(heap, wall);
    CHECK_EQ(multi_heap_free_size(heap), 3752);
}

TEST(the_minimum_can_start_anew)
{
    fresh();
    multi_heap_free(heap, multi_heap_malloc(heap, 1000));
    CHECK_EQ(multi_heap_reset_minimum_free_bytes(heap), 3752 - 1028);
    CHECK_EQ(multi_heap_minimum_free_size(heap), 3752);
    multi_heap_restore_minimum_free_bytes(heap, 77);
    multi_heap_restore_minimum_free_bytes(heap, 78);
    CHECK_EQ(multi_heap_minimum_free_size(heap), 77);
}

static bool add_up(void *block, size_t size, int used, void *user_data)
{
    size_t *sums = user_data;
    CHECK((uint32_t *)block > memory && (uint32_t *)block < memory + 1024);
    sums[used] += size;
    return true;
}

TEST(a_walk_sees_every_byte)
{
    size_t sums[2] = {0, 0};
    fresh();
    multi_heap_malloc(heap, 100);
    multi_heap_walk(heap, add_up, sums);
    CHECK_EQ(sums[1], 104); /* rounded to its class */
    CHECK_EQ(sums[0], 3752 - 8 - 108);
}

TEST(a_dump_is_in_the_chips_format)
{
    char wanted[400];
    fresh();
    multi_heap_malloc(heap, 100);
    multi_heap_dump(heap);
    snprintf(
        wanted, sizeof wanted,
        "Showing data for heap: %p \nBlock %p data, size: 104 bytes, Free: No \nBlock %p data, size: 3636 bytes, Free: Yes \n",
        (void *)memory, (void *)((char *)memory + 348), (void *)((char *)memory + 456));
    CHECK_STR(fixture_console(), wanted);
}

TEST(a_check_prints_only_if_asked)
{
    fresh();
    uint32_t *block = multi_heap_malloc(heap, 16);
    CHECK(multi_heap_check(heap, true));
    block[4] ^= 2;
    CHECK(!multi_heap_check(heap, false));
    CHECK_STR(fixture_console(), "");
    CHECK(!multi_heap_check(heap, true));
    CHECK(strncmp(fixture_console(), "CORRUPT HEAP: ", 14) == 0);
}

static void look_for_nothing(void)
{
    multi_heap_find_containing_block(heap, memory + 1000);
}

TEST(a_pointer_finds_its_block)
{
    fresh();
    char *block = multi_heap_malloc(heap, 100);
    CHECK_PTR(multi_heap_find_containing_block(heap, block + 99), block);
    const char *reason = fixture_panic_of(look_for_nothing);
    CHECK(reason && strstr(reason, "no live block"));
}

TEST(a_lock_is_taken_and_given_back)
{
    struct em_lock lock = {{0, 0}};
    fresh();
    multi_heap_set_lock(heap, &lock);
    multi_heap_free(heap, multi_heap_malloc(heap, 10));
    CHECK_EQ(lock.word[0], 0);
    em_port_lock(&lock);
    CHECK(multi_heap_malloc(heap, 10)); /* it nests */
    em_port_unlock(&lock);
}

CHECK_MAIN
