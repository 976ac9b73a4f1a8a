/* A firmware program's own calls of malloc and its family, led to the chip's heaps.
 *
 * The program is linked with --wrap for each name below, so its calls arrive here, while libc's own
 * stay where they are and cost the chip nothing. Knows which pointers are the chip's; policy and
 * failure are idf/'s.
 *
 * One idea: where a pointer lies says whose it is. A pointer of libc's that is given to us goes back to
 * libc; one that has to grow moves to the chip. Before the chip is up, libc serves everything. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_heap_caps.h"
#include "fence.h"
#include "idf/caller.h"
#include "idf/chip.h"
#include "space.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__real_memalign(size_t alignment, size_t size);
size_t __real_malloc_usable_size(void *block);
ssize_t __real___getdelim(char **line, size_t *room, int delimiter, FILE *stream);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
void __wrap_free(void *block);
void *__wrap_memalign(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);
void *__wrap_valloc(size_t size);
void *__wrap_pvalloc(size_t size);
size_t __wrap_malloc_usable_size(void *block);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);
char *__wrap___strdup(const char *text);
char *__wrap___strndup(const char *text, size_t most);
ssize_t __wrap_getline(char **line, size_t *room, FILE *stream);
ssize_t __wrap_getdelim(char **line, size_t *room, int delimiter, FILE *stream);
ssize_t __wrap___getdelim(char **line, size_t *room, int delimiter, FILE *stream);

static bool chip_is_up(void)
{
    return idf_chip.heaps_open;
}

/* A region that a program has added may lie anywhere, so the pool is asked, too; first, since it knows
 * most of the pointers that come here. */
static bool is_of_chip(const void *block)
{
    uintptr_t address = (uintptr_t)block;
    return (chip_is_up() && em_caps_heap_of(&idf_chip.pool, address)) || sim_space_range_of(address) ||
           sim_fence_holds(address);
}

static void *or_no_memory(void *block, size_t size)
{
    if (!block && size > 0)
        errno = ENOMEM;
    return block;
}

/* ---- blocks --------------------------------------------------------------------------------- */

void *__wrap_malloc(size_t size)
{
    IDF_ENTRY;
    if (!chip_is_up())
        return __real_malloc(size);
    return or_no_memory(heap_caps_malloc_default(size), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    IDF_ENTRY;
    size_t bytes;
    if (!chip_is_up())
        return __real_calloc(count, size);
    if (__builtin_mul_overflow(count, size, &bytes))
        return or_no_memory(NULL, SIZE_MAX);
    void *block = __wrap_malloc(bytes);
    return block ? memset(block, 0, bytes) : NULL;
}

void __wrap_free(void *block)
{
    IDF_ENTRY;
    if (!is_of_chip(block))
        __real_free(block);
    else if (chip_is_up())
        heap_caps_free(block); /* else its chip was taken down, and the memory with it */
}

/* From libc's memory to the chip's. */
static void *move_to_chip(void *block, size_t size)
{
    size_t old_size = __real_malloc_usable_size(block);
    void *moved = __wrap_malloc(size);
    if (!moved)
        return NULL;
    memcpy(moved, block, old_size < size ? old_size : size);
    __real_free(block);
    return moved;
}

void *__wrap_realloc(void *block, size_t size)
{
    IDF_ENTRY;
    if (!block)
        return __wrap_malloc(size);
    if (is_of_chip(block))
        return chip_is_up() ? or_no_memory(heap_caps_realloc_default(block, size), size) : NULL;
    if (!chip_is_up())
        return __real_realloc(block, size);
    if (size > 0)
        return move_to_chip(block, size);
    __real_free(block);
    return NULL;
}

void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
    IDF_ENTRY;
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return or_no_memory(NULL, SIZE_MAX);
    return __wrap_realloc(block, bytes);
}

void *__wrap_memalign(size_t alignment, size_t size)
{
    IDF_ENTRY;
    if (!chip_is_up())
        return __real_memalign(alignment, size);
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        errno = EINVAL;
        return NULL;
    }
    return or_no_memory(heap_caps_aligned_alloc_default(alignment, size), size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    IDF_ENTRY;
    return __wrap_memalign(alignment, size);
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size)
{
    IDF_ENTRY;
    if (alignment < sizeof(uint32_t) || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    int earlier = errno;
    void *got = __wrap_memalign(alignment, size);
    errno = earlier; /* the result alone tells */
    if (!got && size > 0)
        return ENOMEM;
    *block = got;
    return 0;
}

/* The chip has no pages: there these two are malloc. */
void *__wrap_valloc(size_t size)
{
    IDF_ENTRY;
    return __wrap_malloc(size);
}

void *__wrap_pvalloc(size_t size)
{
    IDF_ENTRY;
    return __wrap_malloc(size);
}

size_t __wrap_malloc_usable_size(void *block)
{
    if (!is_of_chip(block))
        return __real_malloc_usable_size(block);
    return chip_is_up() ? heap_caps_get_allocated_size(block) : 0;
}

/* ---- what libc makes with malloc for its caller --------------------------------------------- */

static char *copy_of(const char *text, size_t length)
{
    char *copy = __wrap_malloc(length + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *__wrap_strdup(const char *text)
{
    IDF_ENTRY;
    return copy_of(text, strlen(text));
}

char *__wrap_strndup(const char *text, size_t most)
{
    IDF_ENTRY;
    return copy_of(text, strnlen(text, most));
}

char *__wrap___strdup(const char *text)
{
    IDF_ENTRY;
    return __wrap_strdup(text);
}

char *__wrap___strndup(const char *text, size_t most)
{
    IDF_ENTRY;
    return __wrap_strndup(text, most);
}

/* ---- lines ---------------------------------------------------------------------------------- */

enum { LINE_ROOM = 128 };

/* Room for `needed` bytes, doubled from LINE_ROOM; false with errno iff there is none. */
static bool make_room(char **line, size_t *room, size_t needed)
{
    if (*line && *room >= needed)
        return true;
    size_t wanted = *line && *room > LINE_ROOM / 2 ? *room * 2 : LINE_ROOM;
    char *bigger = __wrap_realloc(*line, wanted < needed ? needed : wanted);
    if (!bigger)
        return false;
    *line = bigger;
    *room = wanted < needed ? needed : wanted;
    return true;
}

static ssize_t read_line(char **line, size_t *room, int delimiter, FILE *stream)
{
    size_t length = 0;
    int character;
    do {
        if (length >= SSIZE_MAX - 2) {
            errno = EOVERFLOW;
            return -1;
        }
        if (!make_room(line, room, length + 2))
            return -1;
        character = getc_unlocked(stream);
        if (character == EOF)
            break;
        (*line)[length++] = (char)character;
    } while (character != delimiter);
    (*line)[length] = '\0';
    return length > 0 && !(character == EOF && ferror(stream)) ? (ssize_t)length : -1;
}

ssize_t __wrap___getdelim(char **line, size_t *room, int delimiter, FILE *stream)
{
    IDF_ENTRY;
    if (!line || !room || !stream) {
        errno = EINVAL;
        return -1;
    }
    if (!chip_is_up() && !is_of_chip(*line))
        return __real___getdelim(line, room, delimiter, stream);
    flockfile(stream);
    ssize_t length = read_line(line, room, delimiter, stream);
    funlockfile(stream);
    return length;
}

ssize_t __wrap_getdelim(char **line, size_t *room, int delimiter, FILE *stream)
{
    IDF_ENTRY;
    return __wrap___getdelim(line, room, delimiter, stream);
}

ssize_t __wrap_getline(char **line, size_t *room, FILE *stream)
{
    IDF_ENTRY;
    return __wrap___getdelim(line, room, '\n', stream);
}
