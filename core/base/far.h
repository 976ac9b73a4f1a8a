/* A full pointer in a struct that is only 4-aligned.
 *
 * A heap's records lie at the start of its region, which may stand at any multiple of 4, also where
 * pointers are 8 bytes wide.
 *
 * One idea: the pointer is kept as words, and two accessors put it together. */
#ifndef EM_BASE_FAR_H
#define EM_BASE_FAR_H

#include <stddef.h>
#include <stdint.h>

enum { EM_POINTER_WORDS = sizeof(void *) / sizeof(uint32_t) };

struct em_far {
    uint32_t word[EM_POINTER_WORDS];
};

/* A small number in such a struct. A word, since a region may be memory that knows no bytes; a byte where
 * pointers have taken the room: no machine with pointers that wide has such memory. */
#if UINTPTR_MAX > UINT32_MAX
#define EM_SMALL uint8_t
#else
#define EM_SMALL uint32_t
#endif

static inline void *em_far_get(const struct em_far *far)
{
    uintptr_t value = far->word[EM_POINTER_WORDS - 1];
    if (EM_POINTER_WORDS == 2) {
        value = value << 16 << 16 | far->word[0]; /* two shifts: 32 would be too many for a 32-bit word */
    }
    return (void *)value;
}

static inline void em_far_set(struct em_far *far, const void *pointer)
{
    uintptr_t value = (uintptr_t)pointer;
    far->word[0] = (uint32_t)value;
    far->word[EM_POINTER_WORDS - 1] = (uint32_t)(EM_POINTER_WORDS == 2 ? value >> 16 >> 16 : value);
}

#endif
