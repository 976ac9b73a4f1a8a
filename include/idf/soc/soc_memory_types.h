/* ESP-IDF's older name for the tests of pointers. */
#ifndef IDF_SOC_MEMORY_TYPES_H
#define IDF_SOC_MEMORY_TYPES_H

#include "esp_memory_utils.h"

#endif
