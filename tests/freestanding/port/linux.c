/* The machine of bare.h as a process of Linux, reached by kernel calls alone.
 *
 * Used under QEMU's user mode. Knows nothing of processors: kernel_call, kernel_numbers and the first
 * instruction stand in start_arm.S, start_riscv.S and start_xtensa_linux.S.
 *
 * One idea: five kernel calls are all of an operating system that a test or a benchmark needs. */
#include <stdint.h>

#include "bare.h"

/* What differs between processors: the calls' numbers, and the flag for memory that is no file's. */
enum kernel_function { KERNEL_EXIT, KERNEL_READ, KERNEL_WRITE, KERNEL_OPENAT, KERNEL_MMAP, ANONYMOUS_FLAG };

extern const uint32_t kernel_numbers[];
long kernel_call(long number, long a, long b, long c, long d, long e, long f);
void bare_start(const long *stack);

static long call(enum kernel_function function, long a, long b, long c, long d, long e, long f)
{
    return kernel_call((long)kernel_numbers[function], a, b, c, d, e, f);
}

void bare_print(const char *text)
{
    size_t length = 0;
    while (text[length]) {
        length++;
    }
    call(KERNEL_WRITE, 1, (long)(intptr_t)text, (long)length, 0, 0, 0);
}

void bare_exit(int status)
{
    for (;;) {
        call(KERNEL_EXIT, status, 0, 0, 0, 0, 0);
    }
}

int bare_open(const char *path)
{
    enum { FROM_WORKING_DIRECTORY = -100, READ_ONLY = 0 };
    return (int)call(KERNEL_OPENAT, FROM_WORKING_DIRECTORY, (long)(intptr_t)path, READ_ONLY, 0, 0, 0);
}

long bare_read(int file, void *to, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        long part = call(KERNEL_READ, file, (long)(intptr_t)((char *)to + done), (long)(bytes - done), 0, 0, 0);
        if (part < 0) {
            return part;
        }
        if (part == 0) {
            break;
        }
        done += (size_t)part;
    }
    return (long)done;
}

void *bare_memory(size_t bytes)
{
    enum { READ_AND_WRITE = 3, PRIVATE = 2, LAST_ERROR = 4095 };
    long address = call(KERNEL_MMAP, 0, (long)bytes, READ_AND_WRITE, PRIVATE | (long)kernel_numbers[ANONYMOUS_FLAG], -1, 0);
    return (unsigned long)address >= 0ul - LAST_ERROR ? NULL : (void *)(intptr_t)address;
}

/* Called by _start with the stack as the kernel left it: the argument count, then the arguments. */
void bare_start(const long *stack)
{
    bare_exit(main((int)stack[0], (char **)(intptr_t)(stack + 1)));
}
