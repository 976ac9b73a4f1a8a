/* Which machine instructions are calls: the interface of calls.c. */
#ifndef BENCH_CALLS_H
#define BENCH_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether the calls of this QEMU target ("arm" in Thumb state, "riscv32", "xtensa" with call0) are known. */
bool calls_known(const char *target);

/* Whether the instruction in these `size` bytes is a call. */
bool is_call(const char *target, const void *bytes, size_t size);

#endif
