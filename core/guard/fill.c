/* Filling memory, and finding what has changed in a fill.
 *
 * Must not know blocks.
 *
 * One idea: bytes up to the first aligned word, whole words, bytes behind the last one. */
#include "core/guard/marks.h"

/* [from, end) in three parts: bytes to `words`, words to `rest`, bytes to the end. */
struct parts {
    uintptr_t words, rest;
};

static struct parts split(uintptr_t from, uintptr_t end)
{
    uintptr_t words = (from + 3u) & ~(uintptr_t)3u;
    if (words >= end) {
        return (struct parts){end, end};
    }
    return (struct parts){words, em_round_down(end, 4)};
}

static void fill_bytes(uintptr_t from, uintptr_t end, uint32_t word)
{
    for (; from < end; from++) {
        *(volatile uint8_t *)from = (uint8_t)word;
    }
}

void em_guard_fill(uintptr_t from, size_t bytes, uint32_t word)
{
    uintptr_t end = from + bytes;
    struct parts parts = split(from, end);
    fill_bytes(from, parts.words, word);
    for (uintptr_t at = parts.words; at < parts.rest; at += 4) {
        *(uint32_t *)at = word;
    }
    fill_bytes(parts.rest, end, word);
}

static bool is_wrong(struct em_fault *fault, uintptr_t at, uint32_t expected, uint32_t found, uint8_t width)
{
    if (EM_LIKELY(found == expected)) {
        return false;
    }
    fault->kind = fault->sign = EM_FAULT_BAD_FILL;
    fault->address = at;
    fault->expected = expected;
    fault->found = found;
    fault->width = width;
    return true;
}

static bool find_byte(uintptr_t *from, uintptr_t end, struct em_fault *fault)
{
    while (*from < end) {
        uintptr_t at = (*from)++;
        if (is_wrong(fault, at, (uint8_t)EM_GUARD_FREE_WORD, *(const uint8_t *)at, 1)) {
            return true;
        }
    }
    return false;
}

bool em_guard_find_unfilled(uintptr_t *from, uintptr_t end, struct em_fault *fault)
{
    struct parts parts = split(*from, end);
    if (find_byte(from, parts.words, fault)) {
        return true;
    }
    while (*from < parts.rest) {
        uintptr_t at = *from;
        *from += 4;
        if (is_wrong(fault, at, EM_GUARD_FREE_WORD, *(const uint32_t *)at, 4)) {
            return true;
        }
    }
    return find_byte(from, end, fault);
}
