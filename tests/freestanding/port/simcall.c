/* The machine of bare.h as Xtensa's simulator: QEMU's sim machine with -semihosting.
 *
 * Console and exit only; files and fresh memory are not needed here.
 *
 * One idea: the simulator is called by one instruction, with the operation in the first argument. */
#include <stdint.h>

#include "bare.h"

enum { SIMULATOR_EXIT = 1, SIMULATOR_WRITE = 4 };

long simulator_call(long operation, long a, long b, long c);

void bare_print(const char *text)
{
    size_t length = 0;
    while (text[length]) {
        length++;
    }
    simulator_call(SIMULATOR_WRITE, 1, (long)(intptr_t)text, (long)length);
}

void bare_exit(int status)
{
    for (;;) {
        simulator_call(SIMULATOR_EXIT, status, 0, 0);
    }
}
