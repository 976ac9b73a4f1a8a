/* A program's own malloc family uses the chip's heaps, and memory of either side may be given back. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"

static bool in_psram(const void *block)
{
    return (uintptr_t)block >= 0x3F800000 && (uintptr_t)block < 0x3FC00000;
}

static bool in_dram(const void *block)
{
    return (uintptr_t)block >= 0x3FFAE000 && (uintptr_t)block < 0x40000000;
}

static bool on_chip(const void *block)
{
    return in_psram(block) || in_dram(block);
}

/* Memory that libc has made for us. */
static char *memory_of_libc(void)
{
    char *text = NULL;
    CHECK(asprintf(&text, "made by %s", "libc") == 12);
    CHECK(!on_chip(text));
    return text;
}

static size_t free_bytes(void)
{
    return heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
}

/* The compiler may not know what becomes of the block. */
static void *kept(void *block)
{
    __asm__ volatile("" : "+r"(block) : : "memory");
    return block;
}

TEST(small_blocks_are_internal_and_large_ones_external)
{
    void *small = kept(malloc(100)), *large = kept(malloc(100000));
    CHECK(in_dram(small));
    CHECK(in_psram(large));
    free(small);
    free(large);
}

TEST(what_is_freed_comes_back)
{
    size_t before = free_bytes();
    void *block = kept(malloc(1000));
    size_t taken = before - free_bytes();
    CHECK(taken >= 1004 && taken < 1050); /* with its header, and what is too small to be left over */
    free(block);
    CHECK_EQ(free_bytes(), before);
}

TEST(malloc_of_nothing_is_null)
{
    CHECK_PTR(kept(malloc(0)), NULL);
}

TEST(failure_is_null_and_says_no_memory)
{
    volatile size_t too_much = 5u << 20;
    errno = 0;
    CHECK_PTR(kept(malloc(too_much)), NULL);
    CHECK_EQ(errno, ENOMEM);
}

TEST(calloc_zeroes_and_refuses_overflow)
{
    unsigned char *block = kept(malloc(300));
    memset(block, 0xFF, 300);
    free(block);
    block = kept(calloc(3, 100));
    CHECK(on_chip(block));
    for (int i = 0; i < 300; i++)
        CHECK_EQ(block[i], 0);
    free(block);
    volatile size_t half = SIZE_MAX / 2 + 2;
    errno = 0;
    CHECK_PTR(kept(calloc(half, 2)), NULL);
    CHECK_EQ(errno, ENOMEM);
}

TEST(realloc_keeps_contents)
{
    char *block = kept(malloc(10));
    memcpy(block, "012345678", 10);
    block = kept(realloc(block, 50000));
    CHECK(on_chip(block));
    CHECK_STR(block, "012345678");
    CHECK_PTR(kept(realloc(block, 0)), NULL);
}

TEST(realloc_of_libcs_memory_moves_it_to_the_chip)
{
    char *text = kept(realloc(memory_of_libc(), 500));
    CHECK(on_chip(text));
    CHECK_STR(text, "made by libc");
    free(text);
    text = kept(realloc(memory_of_libc(), 5));
    CHECK(on_chip(text));
    CHECK(memcmp(text, "made ", 5) == 0);
    free(text);
}

TEST(realloc_that_does_not_fit_leaves_libcs_memory)
{
    volatile size_t too_much = 5u << 20;
    char *text = memory_of_libc(), *same = kept(text);
    CHECK_PTR(kept(realloc(text, too_much)), NULL);
    CHECK_STR(same, "made by libc");
    free(same);
}

TEST(realloc_to_nothing_frees_libcs_memory)
{
    CHECK_PTR(kept(realloc(memory_of_libc(), 0)), NULL);
}

TEST(reallocarray_refuses_overflow)
{
    volatile size_t half = SIZE_MAX / 2 + 2;
    char *block = kept(reallocarray(NULL, 10, 10)), *same = kept(block);
    CHECK(on_chip(block));
    CHECK_PTR(kept(reallocarray(block, half, 2)), NULL);
    free(same);
}

TEST(free_takes_libcs_memory_and_null)
{
    free(memory_of_libc());
    free(NULL);
}

TEST(aligned_blocks_are_aligned_and_on_the_chip)
{
    void *block = kept(memalign(256, 100));
    CHECK(on_chip(block) && (uintptr_t)block % 256 == 0);
    free(block);
    block = kept(aligned_alloc(64, 128));
    CHECK(on_chip(block) && (uintptr_t)block % 64 == 0);
    free(block);
    CHECK_EQ(posix_memalign(&block, 4096, 10), 0);
    CHECK(on_chip(block) && (uintptr_t)block % 4096 == 0);
    free(block);
}

TEST(posix_memalign_tells_by_its_result_alone)
{
    void *block = &block;
    errno = 7;
    CHECK_EQ(posix_memalign(&block, 24, 10), EINVAL);
    CHECK_PTR(block, &block);
    CHECK_EQ(posix_memalign(&block, 16, (size_t)5 << 20), ENOMEM);
    CHECK_PTR(block, &block);
    CHECK_EQ(errno, 7);
    CHECK_EQ(posix_memalign(&block, 16, 0), 0);
    CHECK_PTR(block, NULL);
}

TEST(page_functions_are_malloc_as_on_the_chip)
{
    void *one = kept(valloc(10)), *two = kept(pvalloc(10));
    CHECK(on_chip(one) && on_chip(two));
    free(one);
    free(two);
}

TEST(usable_size_is_known_of_both_sides)
{
    char *text = memory_of_libc(), *block = kept(malloc(17));
    CHECK_EQ(malloc_usable_size(block), 20);
    CHECK(malloc_usable_size(text) >= 13);
    CHECK_EQ(malloc_usable_size(NULL), 0);
    free(text);
    free(block);
}

TEST(copies_of_text_are_on_the_chip)
{
    const char *volatile text = "hello, chip";
    char *all = kept(strdup(text)), *part = kept(strndup(text, 5)), *more = kept(strndup(text, 500));
    CHECK(on_chip(all) && on_chip(part) && on_chip(more));
    CHECK_STR(all, "hello, chip");
    CHECK_STR(part, "hello");
    CHECK_STR(more, "hello, chip");
    CHECK_EQ(malloc_usable_size(more), 12);
    free(all);
    free(part);
    free(more);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static FILE *file_with(const char *text, size_t length)
{
    FILE *file = tmpfile();
    CHECK(file != NULL);
    CHECK_EQ(fwrite(text, 1, length, file), length);
    rewind(file);
    return file;
}

TEST(getline_grows_memory_of_the_chip)
{
    char long_line[3000], *line = NULL;
    size_t room = 0;
    memset(long_line, 'x', sizeof long_line);
    long_line[1] = long_line[2999] = '\n';
    FILE *file = file_with(long_line, sizeof long_line);
    CHECK_EQ(getline(&line, &room, file), 2);
    CHECK_STR(line, "x\n");
    CHECK(on_chip(line));
    CHECK_EQ(getline(&line, &room, file), 2998);
    CHECK(on_chip(line) && room >= 2999 && strlen(line) == 2998);
    CHECK_EQ(getline(&line, &room, file), -1);
    free(line);
    fclose(file);
}

TEST(getline_takes_memory_of_either_side)
{
    FILE *file = file_with("a line that is longer than libc's own text\nend", 46);
    char *line = memory_of_libc();
    size_t room = 13;
    CHECK_EQ(getline(&line, &room, file), 43);
    CHECK_STR(line, "a line that is longer than libc's own text\n");
    free(line);
    line = kept(malloc(2));
    room = 2;
    CHECK_EQ(getline(&line, &room, file), 3);
    CHECK_STR(line, "end");
    free(line);
    fclose(file);
}

TEST(getdelim_stops_at_its_delimiter_and_keeps_zeros)
{
    FILE *file = file_with("a\0b;c", 5);
    char *part = NULL;
    size_t room = 0;
    CHECK_EQ(getdelim(&part, &room, ';', file), 4);
    CHECK(memcmp(part, "a\0b;", 5) == 0);
    CHECK_EQ(getdelim(&part, &room, ';', file), 1);
    CHECK_STR(part, "c");
    free(part);
    fclose(file);
}

TEST(getline_refuses_nothing_to_write_to)
{
    char *line = NULL;
    char **volatile no_line = NULL;
    size_t room = 0;
    errno = 0;
    CHECK_EQ(getline(no_line, &room, stdin), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_PTR(line, NULL);
}

/* ---- libc's own ------------------------------------------------------------------------------- */

TEST(printing_and_files_cost_the_chip_nothing)
{
    size_t before = heap_caps_get_free_size(MALLOC_CAP_8BIT);
    FILE *file = tmpfile();
    CHECK(file != NULL);
    for (int i = 0; i < 100; i++)
        fprintf(file, "%d %f %s\n", i, i / 3.0, "text");
    printf("%.50f\n", 1 / 3.0);
    fclose(file);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_8BIT), before);
}

/* A heap may lie anywhere in the process; its blocks are no memory of libc. */
TEST(blocks_of_a_region_in_the_program_are_freed_there)
{
    static uint32_t region[4096];
    static const uint32_t caps[3] = {MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL | (1u << 29), 0, 0};
    intptr_t start = (intptr_t)region;
    CHECK_EQ(heap_caps_add_region_with_caps(caps, start, start + (intptr_t)sizeof region), ESP_OK);
    char *block = kept(malloc(100));
    CHECK(block >= (char *)region && block < (char *)(region + 4096)); /* the latest region is asked first */
    block = kept(realloc(block, 200));
    size_t before = heap_caps_get_free_size(1u << 29);
    free(block);
    CHECK(heap_caps_get_free_size(1u << 29) > before);
}

CHECK_MAIN
