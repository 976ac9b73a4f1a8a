/* The header's name in ESP-IDF 1.0 to 2.1. */
#ifndef IDF_HEAP_ALLOC_CAPS_H
#define IDF_HEAP_ALLOC_CAPS_H

#include "esp_heap_alloc_caps.h"
#include "esp_heap_caps_init.h"

static inline void heap_alloc_caps_init(void)
{
    heap_caps_init();
}

#endif
