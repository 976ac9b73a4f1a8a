/* ESP-IDF's tables of the chip's memory.
 *
 * Filled from the tables of the chip that runs, when it boots; before that the counts are 0.
 *
 * One idea: what is available is what the chip has, less what is reserved. */
#ifndef IDF_HEAP_MEMORY_LAYOUT_H
#define IDF_HEAP_MEMORY_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "esp_attr.h"
#include "espmem_config.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SOC_MEMORY_TYPE_NO_PRIOS 3

/* A kind of memory: its capabilities, the first choice first. */
typedef struct {
    const char *name;
    uint32_t caps[SOC_MEMORY_TYPE_NO_PRIOS];
} soc_memory_type_desc_t;

/* Addresses of one kind. */
typedef struct {
    intptr_t start;
    size_t size;
    size_t type;           /* index of soc_memory_types */
    intptr_t iram_address; /* where the instruction bus sees it, 0: nowhere */
    bool startup_stack;    /* no heap before start-up is over */
} soc_memory_region_t;

typedef struct {
    intptr_t start;
    intptr_t end;
} soc_reserved_region_t;

extern soc_memory_type_desc_t soc_memory_types[];
extern size_t soc_memory_type_count;
extern soc_memory_region_t soc_memory_regions[];
extern size_t soc_memory_region_count;

/* Keeps [START, END) from the heaps. NAME must be unique in its file. */
#define SOC_RESERVE_MEMORY_REGION(START, END, NAME)                                                                            \
    __attribute__((section("espmem_reserved"), used)) static soc_reserved_region_t reserved_region_##NAME = {START, END};

/* Writes the pieces that heap_caps_init makes heaps of, in address order, and returns how many. `regions`
 * has room for soc_get_available_memory_region_max_count() of them. Overlapping reserved areas stop the
 * program. */
size_t soc_get_available_memory_regions(soc_memory_region_t *regions);
size_t soc_get_available_memory_region_max_count(void);

#ifdef __cplusplus
}
#endif
#endif
