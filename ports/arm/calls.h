/* Which Thumb-2 instructions are calls; for ports/bare/callers.h.
 *
 * One idea: a return address has its lowest bit set, and so is the number of the byte behind the call. */
#ifndef PORTS_ARM_CALLS_H
#define PORTS_ARM_CALLS_H

#include "ports/bare/bare.h"

/* bl in four bytes, blx register in two. */
static bool follows_a_call(const unsigned char *code)
{
    if (((uintptr_t)code & 1) == 0) {
        return false;
    }
    code--;
    uint32_t first = code[-4] | (uint32_t)code[-3] << 8, second = code[-2] | (uint32_t)code[-1] << 8;
    return ((first & 0xF800) == 0xF000 && (second & 0xD000) == 0xD000) || (second & 0xFF87) == 0x4780;
}

#include "ports/bare/callers.h"

#endif
