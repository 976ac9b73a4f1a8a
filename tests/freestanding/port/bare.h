/* What a bare program gets from the machine below it: words out, an end, and more where that is a Linux.
 *
 * Implemented by linux.c (kernel calls of a user-mode QEMU), or by a port of this project for a machine
 * without any system. Knows nothing of what runs on it; there is no libc on either side.
 *
 * One idea: a program that needs nothing but this header runs on every machine of the tests. */
#ifndef BARE_H
#define BARE_H

#include <stddef.h>

#include "ports/bare/bare.h"

/* Opens a file for reading and reads from it; negative on failure, and bytes read fall short only at
 * the file's end. Linux only. */
int bare_open(const char *path);
long bare_read(int file, void *to, size_t bytes);

/* Fresh memory, all zero, a multiple of 4096 in address, never given back; NULL if there is none. Linux only. */
void *bare_memory(size_t bytes);

#endif
