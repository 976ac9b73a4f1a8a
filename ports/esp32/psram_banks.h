/* The ESP32's own PSRAM as banks: struct em_bank_mmu over the tables of its PSRAM cache. */
#ifndef PORTS_ESP32_PSRAM_BANKS_H
#define PORTS_ESP32_PSRAM_BANKS_H

#include "espmem/himem.h"

/* Around every change of the tables. start: interrupts whose code is not in internal memory are off on both
 * processors, the other processor waits in internal memory, both caches are off. end: all of it back. Both
 * run from internal memory. (In ESP-IDF: what its flash driver does around a write to the flash.) */
struct em_esp32_flash_guard {
    void (*start)(void);
    void (*end)(void);
};

/* How the PSRAM is cached: by the only running processor's cache, or its lower 2 MiB by one and the upper
 * 2 MiB by the other ("low/high"). The third mode of the chip, even/odd, is not supported. */
enum em_esp32_caching { EM_ESP32_ONE_CACHE, EM_ESP32_LOW_AND_HIGH };

/* Must lie in internal memory, as the guard. */
struct em_esp32_banks {
    struct em_bank_mmu face;
    const struct em_esp32_flash_guard *guard;
    enum em_esp32_caching caching;
};

/* Sets up *banks, with the pages from `first_page` to the end of the window unmapped. Pages below it stay as
 * they are; some are read to empty the caches, so they have to show PSRAM: pages 0 and 1, and 64 and 65 with
 * two caches. False, and nothing is touched, iff first_page is one of these or no page of the window; then
 * himem's share of the window is too large. Once the PSRAM runs; from one task. */
bool em_esp32_banks_open(struct em_esp32_banks *banks, enum em_esp32_caching caching, unsigned first_page,
                         const struct em_esp32_flash_guard *guard);

#endif
