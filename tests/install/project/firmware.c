/* A C firmware as a user has it: app_main, ESP-IDF's names, and the C library's own.
 * Prints `firmware: good` last, or what was wrong. */
#define _GNU_SOURCE
#include <esp_heap_caps.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void need(int condition, const char *what)
{
    if (condition)
        return;
    printf("firmware: wrong: %s\n", what);
    fflush(stdout);
    _Exit(1);
}

static int is_on_chip(const void *pointer)
{
    uintptr_t address = (uintptr_t)pointer;
    return address >= 0x3F800000u && address < 0x40000000u;
}

static size_t free_bytes(void)
{
    return heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
}

static void capabilities(void)
{
    char *internal = heap_caps_malloc(100, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    need(is_on_chip(internal) && (uintptr_t)internal >= 0x3FFAE000u, "internal memory is at the chip's addresses");
    heap_caps_free(internal);
    char *external = heap_caps_malloc(100000, MALLOC_CAP_SPIRAM);
    need(is_on_chip(external) && (uintptr_t)external < 0x3FC00000u, "external memory is in the chip's window");
    free(external);
    need(heap_caps_malloc(100, 0) == NULL, "memory without capabilities does not exist");
}

static void c_library(void)
{
    size_t before = free_bytes();
    char *block = malloc(1000);
    need(is_on_chip(block), "malloc uses the chip's heap");
    need(before - free_bytes() >= 1000, "malloc is charged to the chip's heap");
    strcpy(block, "kept");
    block = realloc(block, 5000);
    need(is_on_chip(block) && strcmp(block, "kept") == 0, "realloc keeps the contents");
    free(block);
    /* Through a pointer, so that no compiler knows the length and makes a malloc of it. */
    const char *volatile source = "a text that is copied";
    char *copy = strdup(source), *part = strndup(source, 6);
    need(is_on_chip(copy) && strcmp(copy, source) == 0, "strdup uses the chip's heap");
    need(is_on_chip(part) && strcmp(part, "a text") == 0, "strndup uses the chip's heap");
    free(copy);
    free(part);
    int *zeroes = calloc(100, sizeof *zeroes);
    need(is_on_chip(zeroes) && zeroes[0] == 0 && zeroes[99] == 0, "calloc gives zeroes of the chip's heap");
    free(zeroes);
    void *aligned = NULL;
    need(posix_memalign(&aligned, 256, 64) == 0 && is_on_chip(aligned) && (uintptr_t)aligned % 256 == 0,
         "posix_memalign aligns");
    free(aligned);
    need(free_bytes() == before, "everything came back");
}

static void lines(void)
{
    size_t before = free_bytes();
    FILE *file = tmpfile();
    need(file != NULL, "tmpfile");
    for (int i = 0; i < 500; i++)
        fputs("a long line ", file);
    fputs("\nsecond\n", file);
    rewind(file);
    char *line = malloc(8); /* has to grow */
    size_t room = 8;
    need(getline(&line, &room, file) == 6001 && room >= 6002 && strlen(line) == 6001, "getline grows a block of the chip");
    need(getline(&line, &room, file) == 7 && strcmp(line, "second\n") == 0, "getline reads on");
    free(line);
    rewind(file);
    line = NULL;
    room = 0;
    need(getdelim(&line, &room, ' ', file) == 2 && strcmp(line, "a ") == 0, "getdelim makes a buffer");
    free(line);
    fclose(file);
    need(free_bytes() == before, "getline gave everything back");
}

static void memory_of_the_library(void)
{
    size_t before = free_bytes();
    char *text = NULL;
    need(asprintf(&text, "%d", 42) == 2, "asprintf");
    text = realloc(text, 100); /* libc's block: either side's memory may be resized and freed */
    need(text && strcmp(text, "42") == 0, "realloc takes libc's memory");
    free(text);
    printf("%s %d %f\n", "printf costs the chip nothing:", 1, 2.0);
    need(free_bytes() == before, "printf costs the chip nothing");
}

void app_main(void)
{
    capabilities();
    c_library();
    lines();
    memory_of_the_library();
    puts("firmware: good");
}
