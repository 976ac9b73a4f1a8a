/* esp_heap_trace_alloc_hook and esp_heap_trace_free_hook, which this program defines. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include <stdlib.h>

#include "../../idf/chip.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "fixture.h"

#define BOARD "esp32-wroom"

static char told[1000];
static size_t live_at_free;

static void note(const char *kind, const void *block, size_t size, uint32_t caps)
{
    size_t used = strlen(told);
    snprintf(told + used, sizeof told - used, "%s 0x%lx %zu 0x%lx\n", kind, (unsigned long)(uintptr_t)block, size,
             (unsigned long)caps);
}

void esp_heap_trace_alloc_hook(void *ptr, size_t size, uint32_t caps)
{
    note("alloc", ptr, size, caps);
}

void esp_heap_trace_free_hook(void *ptr)
{
    live_at_free = heap_caps_get_allocated_size(ptr);
    note("free", ptr, 0, 0);
}

static bool was_told(const char *kind, const void *block, size_t size, uint32_t caps)
{
    char line[100];
    snprintf(line, sizeof line, "%s 0x%lx %zu 0x%lx\n", kind, (unsigned long)(uintptr_t)block, size, (unsigned long)caps);
    bool found = strncmp(told, line, strlen(line)) == 0;
    if (found)
        memmove(told, told + strlen(line), strlen(told) - strlen(line) + 1);
    return found;
}

static void open_chip(void)
{
    fixture_open(BOARD);
    told[0] = '\0';
}

TEST(hooks_hear_of_the_boots_own_blocks)
{
    told[0] = '\0';
    fixture_open(BOARD ",cores=1");
    fixture_open("esp32-wrover-4m,bankswitch=0");
    CHECK(strstr(told, "alloc 0x3ffae") != NULL);
}

TEST(the_alloc_hook_gets_what_became_of_the_request)
{
    open_chip();
    void *block = heap_caps_malloc(5, MALLOC_CAP_8BIT);
    CHECK(was_told("alloc", block, 5, MALLOC_CAP_8BIT));
    block = heap_caps_malloc(5, MALLOC_CAP_32BIT);
    CHECK(was_told("alloc", block, 8, MALLOC_CAP_32BIT));
    block = heap_caps_aligned_alloc(64, 5, MALLOC_CAP_DMA);
    CHECK(was_told("alloc", block, 64, MALLOC_CAP_DMA));
    block = heap_caps_calloc(3, 5, MALLOC_CAP_8BIT);
    CHECK(was_told("alloc", block, 15, MALLOC_CAP_8BIT));
    CHECK_STR(told, "");
}

TEST(both_hooks_get_the_instruction_address_of_code)
{
    open_chip();
    void *block = heap_caps_malloc(5, MALLOC_CAP_EXEC | MALLOC_CAP_32BIT);
    CHECK(was_told("alloc", block, 8, MALLOC_CAP_EXEC | MALLOC_CAP_32BIT));
    void *big = heap_caps_malloc(72000, MALLOC_CAP_EXEC); /* D/IRAM, by its other address */
    CHECK(was_told("alloc", big, 72000, MALLOC_CAP_EXEC | MALLOC_CAP_32BIT));
    CHECK((uintptr_t)big >= 0x400A0000 && (uintptr_t)big < 0x400C0000);
    heap_caps_free(big);
    CHECK(was_told("free", big, 0, 0));
    CHECK_STR(told, "");
}

TEST(the_free_hook_runs_while_the_block_is_still_there)
{
    open_chip();
    void *block = heap_caps_malloc(100, MALLOC_CAP_8BIT);
    told[0] = '\0';
    live_at_free = 0;
    heap_caps_free(block);
    CHECK(was_told("free", block, 0, 0));
    CHECK(live_at_free >= 100);
    heap_caps_free(NULL);
    CHECK_STR(told, "");
}

TEST(a_realloc_is_an_alloc_and_the_end_of_a_block_that_moved)
{
    open_chip();
    void *block = heap_caps_malloc(100, MALLOC_CAP_8BIT);
    told[0] = '\0';
    CHECK_PTR(heap_caps_realloc(block, 50, MALLOC_CAP_8BIT), block);
    CHECK(was_told("alloc", block, 50, MALLOC_CAP_8BIT));
    CHECK_STR(told, "");
    void *behind = heap_caps_malloc(20, MALLOC_CAP_8BIT);
    told[0] = '\0';
    void *moved = heap_caps_realloc(block, 500, MALLOC_CAP_8BIT);
    CHECK(moved != block && behind != NULL);
    CHECK(was_told("alloc", moved, 500, MALLOC_CAP_8BIT));
    CHECK(was_told("free", block, 0, 0));
    void *other = heap_caps_realloc(moved, 600, MALLOC_CAP_EXEC);
    CHECK(was_told("alloc", other, 600, MALLOC_CAP_EXEC | MALLOC_CAP_32BIT));
    CHECK(was_told("free", moved, 0, 0));
    CHECK(!heap_caps_realloc(other, 0, MALLOC_CAP_EXEC));
    CHECK(was_told("free", other, 0, 0));
    CHECK_STR(told, "");
}

TEST(what_fails_is_not_told)
{
    open_chip();
    CHECK(!heap_caps_malloc(500000, MALLOC_CAP_8BIT));
    CHECK(!heap_caps_malloc(0, MALLOC_CAP_8BIT));
    CHECK_STR(told, "");
}

TEST(a_configuration_without_hooks_calls_none)
{
    fixture_reset(BOARD);
    idf_chip.hooks_off = true;
    fixture_boot();
    told[0] = '\0';
    heap_caps_free(heap_caps_malloc(100, MALLOC_CAP_8BIT));
    CHECK_STR(told, "");
}

CHECK_MAIN
