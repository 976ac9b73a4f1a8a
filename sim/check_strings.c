/* The C library's functions on memory and strings, as a program with access checks calls them.
 *
 * cmake/checked-calls.txt lists them: the linker leads them here, and the compiler makes calls of them.
 * What libc does inside is not seen, so the rule for words is one of addresses and lengths: the chip's own
 * functions copy whole words where the target and the length are, and bytes where they are not.
 *
 * One idea: every function is the spans that it reads and writes, and then libc's. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "check.h"

#define CALLER ((uintptr_t)__builtin_return_address(0))

size_t __real_strlen(const char *text);
size_t __real_strnlen(const char *text, size_t most);

/* Any of these ends the quick way: looked at page by page. */
static void check_span(const void *start, size_t bytes, bool write, uintptr_t code)
{
    const size_t page = (size_t)1 << SIM_CHECK_PAGE_BITS;
    uintptr_t address = (uintptr_t)start;
    if (bytes == 0 || (uint64_t)address >> 32)
        return;
    for (uintptr_t at = address, last = address + bytes - 1; at <= last; at = (at | (page - 1)) + 1) {
        if (sim_check_rules[at >> SIM_CHECK_PAGE_BITS] == 0)
            continue;
        if (at == address || at + page > last)
            sim_check_closer(address, bytes, write, code);
        else
            sim_check_closer(at, 4, write, code);
    }
}

static void reads(const void *start, size_t bytes, uintptr_t code)
{
    check_span(start, bytes, false, code);
}

static void writes(const void *start, size_t bytes, uintptr_t code)
{
    check_span(start, bytes, true, code);
}

static bool is_for_words(const void *start)
{
    return !((uint64_t)(uintptr_t)start >> 32) && sim_check_rules[(uintptr_t)start >> SIM_CHECK_PAGE_BITS] & SIM_CHECK_WORDS;
}

/* A copy whose target is not aligned goes byte by byte, also on the side that it reads. */
static void copies(const void *to, const void *from, size_t bytes, uintptr_t code)
{
    writes(to, bytes, code);
    reads(from, bytes, code);
    if (bytes > 0 && (uintptr_t)to % 4 != 0 && is_for_words(from))
        sim_check_closer((uintptr_t)from, 1, false, code);
}

/* Before the length is known: the byte that is read in any case, or the word that holds it. */
static void reads_first(const char *text, uintptr_t code)
{
    reads(text, (uintptr_t)text % 4 == 0 ? 4 : 1, code);
}

/* ---- memory ---------------------------------------------------------------------------------- */

#define REPLACES(result, name, ...)                                                                                            \
    result __real_##name(__VA_ARGS__);                                                                                         \
    result __wrap_##name(__VA_ARGS__);                                                                                         \
    result __wrap_##name(__VA_ARGS__)

REPLACES(void *, memcpy, void *to, const void *from, size_t bytes)
{
    copies(to, from, bytes, CALLER);
    return __real_memcpy(to, from, bytes);
}

REPLACES(void *, memmove, void *to, const void *from, size_t bytes)
{
    copies(to, from, bytes, CALLER);
    return __real_memmove(to, from, bytes);
}

REPLACES(void *, mempcpy, void *to, const void *from, size_t bytes)
{
    copies(to, from, bytes, CALLER);
    return __real_mempcpy(to, from, bytes);
}

REPLACES(void *, memset, void *to, int byte, size_t bytes)
{
    writes(to, bytes, CALLER);
    return __real_memset(to, byte, bytes);
}

REPLACES(int, memcmp, const void *left, const void *right, size_t bytes)
{
    reads(left, bytes, CALLER);
    reads(right, bytes, CALLER);
    return __real_memcmp(left, right, bytes);
}

REPLACES(void *, memchr, const void *start, int byte, size_t bytes)
{
    const unsigned char *found = __real_memchr(start, byte, bytes);
    reads(start, found ? (size_t)(found - (const unsigned char *)start) + 1 : bytes, CALLER);
    return __real_memchr(start, byte, bytes);
}

REPLACES(void, bzero, void *to, size_t bytes)
{
    writes(to, bytes, CALLER);
    __real_bzero(to, bytes);
}

/* ---- strings --------------------------------------------------------------------------------- */

/* Reads a text with its end, as far as `most`; how many bytes those are. */
static size_t reads_text(const char *text, size_t most, uintptr_t code)
{
    if (most == 0)
        return 0;
    reads_first(text, code);
    size_t length = __real_strnlen(text, most);
    size_t bytes = length < most ? length + 1 : length;
    reads(text, bytes, code);
    return bytes;
}

/* Reads both up to the first difference. */
static void compares(const char *left, const char *right, size_t most, uintptr_t code)
{
    if (most == 0)
        return;
    reads_first(left, code);
    reads_first(right, code);
    size_t bytes = 0;
    while (bytes < most && left[bytes] == right[bytes] && left[bytes] != '\0')
        bytes++;
    bytes += bytes < most;
    reads(left, bytes, code);
    reads(right, bytes, code);
}

/* Reads a text up to the end of what was found in it. */
static void searches(const char *text, const char *found, size_t bytes, uintptr_t code)
{
    reads_first(text, code);
    reads(text, found ? (size_t)(found - text) + bytes : __real_strlen(text) + 1, code);
}

REPLACES(size_t, strlen, const char *text)
{
    reads_text(text, SIZE_MAX, CALLER);
    return __real_strlen(text);
}

REPLACES(size_t, strnlen, const char *text, size_t most)
{
    reads_text(text, most, CALLER);
    return __real_strnlen(text, most);
}

REPLACES(char *, strcpy, char *to, const char *from)
{
    copies(to, from, reads_text(from, SIZE_MAX, CALLER), CALLER);
    return __real_strcpy(to, from);
}

REPLACES(char *, stpcpy, char *to, const char *from)
{
    copies(to, from, reads_text(from, SIZE_MAX, CALLER), CALLER);
    return __real_stpcpy(to, from);
}

/* What the text does not fill is zeroed. */
REPLACES(char *, strncpy, char *to, const char *from, size_t bytes)
{
    reads_text(from, bytes, CALLER);
    writes(to, bytes, CALLER);
    return __real_strncpy(to, from, bytes);
}

REPLACES(char *, strcat, char *to, const char *from)
{
    size_t before = reads_text(to, SIZE_MAX, CALLER) - 1;
    copies(to + before, from, reads_text(from, SIZE_MAX, CALLER), CALLER);
    return __real_strcat(to, from);
}

REPLACES(char *, strncat, char *to, const char *from, size_t most)
{
    size_t before = reads_text(to, SIZE_MAX, CALLER) - 1;
    reads_text(from, most, CALLER);
    writes(to + before, __real_strnlen(from, most) + 1, CALLER);
    return __real_strncat(to, from, most);
}

REPLACES(int, strcmp, const char *left, const char *right)
{
    compares(left, right, SIZE_MAX, CALLER);
    return __real_strcmp(left, right);
}

REPLACES(int, strncmp, const char *left, const char *right, size_t most)
{
    compares(left, right, most, CALLER);
    return __real_strncmp(left, right, most);
}

REPLACES(char *, strchr, const char *text, int byte)
{
    char *found = __real_strchr(text, byte);
    searches(text, found, 1, CALLER);
    return found;
}

REPLACES(char *, strrchr, const char *text, int byte)
{
    reads_text(text, SIZE_MAX, CALLER);
    return __real_strrchr(text, byte);
}

REPLACES(char *, strstr, const char *text, const char *part)
{
    char *found = __real_strstr(text, part);
    searches(text, found, reads_text(part, SIZE_MAX, CALLER) - 1, CALLER);
    return found;
}
