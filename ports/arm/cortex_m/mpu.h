/* The MPU of a Cortex-M3, M4 or M7 as the guard of a window. */
#ifndef PORTS_ARM_MPU_H
#define PORTS_ARM_MPU_H

#include <stdint.h>

/* Guards eight pages of 32 KiB; `window` is a multiple of 256 KiB. Every access to a page without its bit
 * in `mapped`, and every write to one with its bit in `read_only`, traps from now on. */
void mpu_open(uintptr_t window);
void mpu_guard(unsigned mapped, unsigned read_only);

#endif
