/* Which machine instructions are calls.
 *
 * The plugin interface shows an instruction's bytes and nothing of its meaning. Knows only encodings.
 *
 * One idea: an instruction is a call iff it leaves its successor's address in the register that the
 * calling convention returns through; each of those encodings is one row of mask and value. */
#include "calls.h"

#include <string.h>

struct encoding {
    const char *target;
    size_t size; /* bytes of the instruction */
    uint32_t mask, value;
};

static const struct encoding calls[] = {
    {"arm", 4, 0xD000F800u, 0xD000F000u},     /* Thumb bl; its first halfword is the low one */
    {"arm", 4, 0xD001F800u, 0xC000F000u},     /* Thumb blx to ARM code */
    {"arm", 2, 0x0000FF87u, 0x00004780u},     /* Thumb blx register */
    {"riscv32", 4, 0x00000FFFu, 0x000000EFu}, /* jal ra */
    {"riscv32", 4, 0x00007FFFu, 0x000000E7u}, /* jalr ra */
    {"riscv32", 2, 0x0000E003u, 0x00002001u}, /* c.jal */
    {"riscv32", 2, 0x0000F07Fu, 0x00009002u}, /* c.jalr */
    {"xtensa", 3, 0x0000003Fu, 0x00000005u},  /* call0 */
    {"xtensa", 3, 0x00FFF0FFu, 0x000000C0u},  /* callx0 */
};

enum { ENCODINGS = sizeof calls / sizeof calls[0] };

bool calls_known(const char *target)
{
    for (unsigned i = 0; i < ENCODINGS; i++) {
        if (strcmp(calls[i].target, target) == 0) {
            return true;
        }
    }
    return false;
}

bool is_call(const char *target, const void *bytes, size_t size)
{
    uint32_t word = 0;
    if (size > sizeof word) {
        return false; /* no call of these machines is that long */
    }
    memcpy(&word, bytes, size);
    for (unsigned i = 0; i < ENCODINGS; i++) {
        if (calls[i].size != size || strcmp(calls[i].target, target) != 0) {
            continue;
        }
        if ((word & calls[i].mask) == calls[i].value) {
            return true;
        }
    }
    return false;
}
