/* ESP-IDF's older name for the tables of memory and the tests of pointers. */
#ifndef IDF_SOC_MEMORY_LAYOUT_H
#define IDF_SOC_MEMORY_LAYOUT_H

#include "esp_memory_utils.h"
#include "heap_memory_layout.h"

#endif
