/* Where the heaps differ from ESP-IDF's on purpose: each case is a line of docs/differences.md. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "fixture.h"
#include "multi_heap.h"

#define BOARD    "esp32-wrover-8m,reserve=62"
#define INTERNAL (MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT)

static const char *const guards[] = {"off", "light", "comprehensive"};
static uint32_t memory[1024];

static multi_heap_handle_t fresh(const char *guard)
{
    char board[64];
    snprintf(board, sizeof board, "esp32-wroom,guard=%s", guard);
    fixture_open(board);
    return multi_heap_register(memory, sizeof memory);
}

/* ---- one heap -------------------------------------------------------------------------------- */

TEST(no_size_wraps_in_one_heap)
{
    for (int i = 0; i < 3; i++) {
        multi_heap_handle_t heap = fresh(guards[i]);
        void *block = multi_heap_malloc(heap, 20);
        for (size_t size = SIZE_MAX - 100; size != 0; size++)
            CHECK(!multi_heap_malloc(heap, size) && !multi_heap_realloc(heap, block, size) &&
                  !multi_heap_aligned_alloc(heap, size, 32));
        CHECK(multi_heap_check(heap, true));
    }
}

TEST(realloc_to_nothing_gives_all_back)
{
    for (int i = 0; i < 3; i++) {
        multi_heap_handle_t heap = fresh(guards[i]);
        size_t before = multi_heap_free_size(heap);
        CHECK(!multi_heap_realloc(heap, multi_heap_malloc(heap, 100), 0));
        CHECK_EQ(multi_heap_free_size(heap), before);
    }
}

TEST(a_region_without_room_for_a_block_is_no_heap)
{
    fixture_open("esp32-wroom");
    for (size_t size = 200; size < 220; size++)
        CHECK(!multi_heap_register(memory, size));
    multi_heap_handle_t heap = multi_heap_register(memory, 220);
    CHECK(heap && multi_heap_malloc(heap, 1));
}

static multi_heap_handle_t filled_heap;
static unsigned char *filled_block;

static void allocate_over_it(void)
{
    multi_heap_malloc(filled_heap, 33);
}

TEST(the_byte_that_is_wrong_is_the_byte_that_is_printed)
{
    filled_heap = fresh("comprehensive");
    filled_block = multi_heap_malloc(filled_heap, 33);
    multi_heap_malloc(filled_heap, 4);
    multi_heap_free(filled_heap, filled_block);
    filled_block[32] = 0x55;
    fixture_forget();
    CHECK(fixture_panic_of(allocate_over_it));
    char line[100];
    snprintf(line, sizeof line, "CORRUPT HEAP: Invalid data at 0x%08lx. Expected 0xfe got 0x55\n",
             (unsigned long)(uintptr_t)(filled_block + 32));
    CHECK_STR(fixture_console(), line);
}

TEST(realloc_fills_what_it_adds)
{
    multi_heap_handle_t heap = fresh("comprehensive");
    unsigned char *block = multi_heap_realloc(heap, multi_heap_malloc(heap, 8), 40);
    for (int i = 8; i < 40; i++)
        CHECK_EQ(block[i], 0xCE);
}

static void free_it(void)
{
    multi_heap_free(filled_heap, filled_block);
}

TEST(a_size_that_was_overwritten_leads_nowhere)
{
    filled_heap = fresh("light");
    filled_block = multi_heap_malloc(filled_heap, 40);
    memset(filled_block - 4, 0xFF, 4);
    fixture_forget();
    CHECK(!multi_heap_check(filled_heap, true));
    CHECK(fixture_panic_of(free_it));
    char line[200];
    snprintf(line, sizeof line, "CORRUPT HEAP: Size at 0x%08lx expected <=0x00000028 got 0xffffffff\n",
             (unsigned long)(uintptr_t)(filled_block - 4));
    CHECK(strstr(fixture_console(), line) != NULL);
    CHECK(strstr(strstr(fixture_console(), line) + 1, line) != NULL); /* by the check, and by the free */
}

static bool count_blocks(void *block, size_t size, int used, void *context)
{
    (void)block;
    (void)size;
    (void)used;
    return ++*(unsigned *)context < 1000;
}

TEST(a_walk_ends_where_a_size_leads_out)
{
    unsigned seen = 0;
    multi_heap_handle_t heap = fresh("off");
    char *block = multi_heap_malloc(heap, 40);
    multi_heap_malloc(heap, 40);
    memset(block - 4, 0xFF, 4);
    multi_heap_walk(heap, count_blocks, &seen);
    CHECK_EQ(seen, 1);
}

/* ---- heaps by capability ---------------------------------------------------------------------- */

TEST(realloc_for_dma_frees_nothing_when_its_size_is_too_large)
{
    fixture_open(BOARD);
    void *block = heap_caps_malloc(100, INTERNAL);
    size_t before = heap_caps_get_free_size(INTERNAL);
    for (size_t size = SIZE_MAX - 8; size != 0; size++)
        CHECK(!heap_caps_realloc(block, size, MALLOC_CAP_DMA));
    CHECK_EQ(heap_caps_get_free_size(INTERNAL), before);
    heap_caps_free(block);
}

TEST(an_alignment_that_no_heap_can_give_is_refused)
{
    fixture_open(BOARD);
    CHECK(!heap_caps_aligned_alloc((size_t)1 << 31, 500, INTERNAL));
    CHECK(!heap_caps_aligned_alloc((size_t)1 << 30, 500, INTERNAL));
}

TEST(a_heap_that_joins_while_the_minimum_is_watched_changes_no_others)
{
    static const uint32_t caps[] = {1u << 29, 0, 0};
    fixture_open(BOARD);
    size_t before = heap_caps_get_minimum_free_size(MALLOC_CAP_EXEC);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_start(), ESP_OK);
    CHECK_EQ(heap_caps_add_region_with_caps(caps, (intptr_t)memory, (intptr_t)(memory + 1024)), ESP_OK);
    CHECK_EQ(heap_caps_monitor_local_minimum_free_size_stop(), ESP_OK);
    CHECK_EQ(heap_caps_get_minimum_free_size(MALLOC_CAP_EXEC), before);
}

TEST(an_executable_blocks_size_is_known_by_its_pointer)
{
    fixture_open("esp32-wroom");
    void *block = NULL;
    do { /* until IRAM is full and D/IRAM serves */
        block = heap_caps_malloc(4096, MALLOC_CAP_EXEC);
        CHECK(block != NULL);
    } while ((uintptr_t)block < 0x400A0000);
    CHECK(heap_caps_get_allocated_size(block) >= 4096);
    CHECK(heap_caps_check_integrity_addr((intptr_t)block, true));
}

CHECK_MAIN
