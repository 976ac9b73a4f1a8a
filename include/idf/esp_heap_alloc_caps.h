/* Names of the capability heaps from before ESP-IDF 3.0, as its 3.x kept them. */
#ifndef IDF_ESP_HEAP_ALLOC_CAPS_H
#define IDF_ESP_HEAP_ALLOC_CAPS_H

#include "esp_heap_caps.h"

#define MALLOC_CAP_SPISRAM MALLOC_CAP_SPIRAM

static inline void *pvPortMallocCaps(size_t size, uint32_t caps)
{
    return heap_caps_malloc(size, caps);
}
static inline size_t xPortGetFreeHeapSizeCaps(uint32_t caps)
{
    return heap_caps_get_free_size(caps);
}
static inline size_t xPortGetMinimumEverFreeHeapSizeCaps(uint32_t caps)
{
    return heap_caps_get_minimum_free_size(caps);
}

#endif
