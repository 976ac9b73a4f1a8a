/* The name of esp32/spiram.h in ESP-IDF up to 4.4. */
#ifndef IDF_ESP_SPIRAM_H
#define IDF_ESP_SPIRAM_H

#include "esp32/spiram.h"

#endif
