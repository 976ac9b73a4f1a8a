/* ESP-IDF's question which pin selects the PSRAM chip. */
#ifndef IDF_ESP_PRIVATE_ESP_PSRAM_IO_H
#define IDF_ESP_PRIVATE_ESP_PSRAM_IO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

uint8_t esp_psram_io_get_cs_io(void); /* 16 on every WROVER module */

#ifdef __cplusplus
}
#endif
#endif
