/* The four functions that a freestanding compiler may call on its own (C11 leaves them to the program).
 *
 * To be built without -O's recognition of its own loops, or memcpy would call itself.
 *
 * One idea: a struct that is cleared or copied consists of words, and may lie in memory that knows nothing
 * else; all the rest goes byte by byte. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

static bool are_words(uintptr_t places, size_t bytes)
{
    return ((places | bytes) & 3) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    if (are_words((uintptr_t)to | (uintptr_t)from, bytes)) {
        for (size_t i = 0; i < bytes / 4; i++) {
            ((uint32_t *)to)[i] = ((const uint32_t *)from)[i];
        }
        return to;
    }
    for (size_t i = 0; i < bytes; i++) {
        ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
    }
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    unsigned char *out = to;
    const unsigned char *in = from;
    for (size_t i = 0; out < in && i < bytes; i++) {
        out[i] = in[i];
    }
    while (out > in && bytes-- > 0) {
        out[bytes] = in[bytes];
    }
    return to;
}

void *memset(void *to, int value, size_t bytes)
{
    unsigned char byte = (unsigned char)value;
    if (are_words((uintptr_t)to, bytes)) {
        for (size_t i = 0; i < bytes / 4; i++) {
            ((uint32_t *)to)[i] = byte * UINT32_C(0x01010101);
        }
        return to;
    }
    for (size_t i = 0; i < bytes; i++) {
        ((unsigned char *)to)[i] = byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *left = a, *right = b;
    for (size_t i = 0; i < bytes; i++) {
        if (left[i] != right[i]) {
            return left[i] - right[i];
        }
    }
    return 0;
}
