/* Who called: return addresses found on the stack. Included once, by a port.
 *
 * Before it the port defines `bool follows_a_call(const unsigned char *code)`, which says whether the
 * instruction in front of an address of the program is a call. The linker gives code_start, code_end and
 * stack_top.
 *
 * One idea: no frame pointers and no tables are needed where a word on the stack that points behind a
 * call is taken for what it most likely is. */
#ifndef PORTS_BARE_CALLERS_H
#define PORTS_BARE_CALLERS_H

#include "ports/bare/bare.h"

extern const unsigned char code_start[], code_end[];
extern const uintptr_t stack_top[];

unsigned bare_callers(uintptr_t *addresses, unsigned room)
{
    unsigned found = 0;
    const uintptr_t *word = (const uintptr_t *)((uintptr_t)__builtin_frame_address(0) & ~(sizeof(uintptr_t) - 1));
    for (; word < stack_top && found < room; word++) {
        if (word >= addresses && word < addresses + room) {
            continue; /* what is being written here may itself stand on the stack */
        }
        uintptr_t offset = *word - (uintptr_t)code_start;
        /* No call is longer than 4 bytes: what is read in front of the address is code, too. */
        if (offset >= 4 && offset < (uintptr_t)code_end - (uintptr_t)code_start && follows_a_call(code_start + offset)) {
            addresses[found++] = *word;
        }
    }
    return found;
}

#endif
