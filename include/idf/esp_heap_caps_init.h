/* ESP-IDF's start of the capability heaps, and regions that join later.
 *
 * The boot calls the first two; programs may add memory of their own at any time.
 *
 * One idea: a region is either known from the chip's tables or brings its capabilities with it. */
#ifndef IDF_ESP_HEAP_CAPS_INIT_H
#define IDF_ESP_HEAP_CAPS_INIT_H

#include "esp_err.h"
#include "esp_heap_caps.h"
#include "soc/soc_memory_layout.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes heaps of all memory that neither the chip's ROM nor the program's image uses, and prints them.
 * The boot does this once. Reserved areas that overlap stop the program. */
void heap_caps_init(void);

/* Starts the heaps in the memory that the start-up code used for its stacks. The boot does this. */
void heap_caps_enable_nonos_stack_heaps(void);

/* Adds [start, end) with the capabilities of the chip's region that holds start. ESP_ERR_INVALID_ARG iff
 * start is 0 or end does not follow it, ESP_ERR_NOT_FOUND iff no region holds start, else as below. */
esp_err_t heap_caps_add_region(intptr_t start, intptr_t end);

/* Adds [start, end) with SOC_MEMORY_TYPE_NO_PRIOS capabilities, the first choice first. It is looked at
 * before all older heaps. ESP_ERR_INVALID_ARG iff caps is NULL, start or end is 0, end does not follow
 * start, or the addresses are no memory; ESP_FAIL iff it crosses an edge of a heap or equals one (to lie
 * in one is allowed); ESP_ERR_NO_MEM iff its record (36 bytes) finds no room; ESP_ERR_INVALID_SIZE iff it
 * is too small or not 4-aligned. */
esp_err_t heap_caps_add_region_with_caps(const uint32_t caps[], intptr_t start, intptr_t end);

#ifdef __cplusplus
}
#endif
#endif
