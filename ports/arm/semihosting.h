/* ARM's semihosting: console and exit of any machine under a debugger or QEMU. Included once, by a machine.
 *
 * Before it the machine defines `int semihosting(int operation, const void *argument)`, since the
 * instruction differs between profiles.
 *
 * One idea: two operations are all a program needs. */
#ifndef PORTS_ARM_SEMIHOSTING_H
#define PORTS_ARM_SEMIHOSTING_H

#include "ports/bare/bare.h"

enum { SEMIHOSTING_WRITE_TEXT = 0x04, SEMIHOSTING_EXIT = 0x20, APPLICATION_EXIT = 0x20026 };

void bare_print(const char *text)
{
    semihosting(SEMIHOSTING_WRITE_TEXT, text);
}

void bare_exit(int status)
{
    const uint32_t reason[2] = {APPLICATION_EXIT, (uint32_t)status};
    for (;;) {
        semihosting(SEMIHOSTING_EXIT, reason);
    }
}

#endif
