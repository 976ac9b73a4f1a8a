/* QEMU's machine "sim" with any Xtensa core: console, exit, and what its clock counts.
 *
 * One idea: the simulator is called by one instruction, with the operation in the first argument. */
#include "ports/bare/bare.h"

enum { SIMULATOR_EXIT = 1, SIMULATOR_WRITE = 4, CONSOLE = 1 };

/* Its value is how many instructions 64 ticks are: given to the linker, since it depends on the core and
 * on how QEMU is started (-icount). */
extern const char instructions_of_64_ticks[];

static long simulator_call(long operation, long a, long b, long c)
{
    register long a2 __asm__("a2") = operation;
    register long a3 __asm__("a3") = a;
    register long a4 __asm__("a4") = b;
    register long a5 __asm__("a5") = c;
    __asm__ volatile("simcall" : "+a"(a2), "+a"(a3) : "a"(a4), "a"(a5) : "memory");
    return a2;
}

void bare_print(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    simulator_call(SIMULATOR_WRITE, CONSOLE, (long)(uintptr_t)text, (long)length);
}

void bare_exit(int status)
{
    for (;;) {
        simulator_call(SIMULATOR_EXIT, status, 0, 0);
    }
}

uint32_t bare_instructions(uint32_t difference)
{
    return (difference * (uint32_t)(uintptr_t)instructions_of_64_ticks + 32) / 64;
}
