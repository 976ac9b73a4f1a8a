/* The ESP32's tables and window as the switch of banks sees them.
 *
 * One idea: three accesses are all there is, so a model can take their place. */
#ifndef PORTS_ESP32_HARDWARE_H
#define PORTS_ESP32_HARDWARE_H

#include <stdint.h>

/* What runs while the caches are off must be in internal memory: ESP-IDF's linker scripts put this there. */
#define ESP32_INTERNAL_CODE __attribute__((noinline, section(".iram1.espmem")))

/* The table of each processor. */
static inline void esp32_table_write(unsigned processor, unsigned entry, uint32_t value)
{
    static const uintptr_t tables[] = {0x3FF10000, 0x3FF12000};
    ((volatile uint32_t *)tables[processor])[entry] = value;
}

/* One word of the window, through the caches. */
static inline void esp32_window_read(uint32_t offset)
{
    (void)*(const volatile uint32_t *)(uintptr_t)(UINT32_C(0x3F800000) + offset);
}

/* What was written before is done before anything that follows. */
static inline void esp32_barrier(void)
{
#if defined(__XTENSA__)
    __asm__ volatile("memw" ::: "memory");
#endif
}

#endif
