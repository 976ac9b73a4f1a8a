/* The name of esp32/himem.h in ESP-IDF 3.2 to 4.4. */
#ifndef IDF_ESP_HIMEM_H
#define IDF_ESP_HIMEM_H

#include "esp32/himem.h"

#endif
