/* The names of esp_psram.h in ESP-IDF up to 4.4. */
#ifndef IDF_ESP32_SPIRAM_H
#define IDF_ESP32_SPIRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "espmem_config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ESP_SPIRAM_SIZE_16MBITS = 0,
    ESP_SPIRAM_SIZE_32MBITS = 1,
    ESP_SPIRAM_SIZE_64MBITS = 2,
    ESP_SPIRAM_SIZE_INVALID, /* none, or a size that these names do not know */
} esp_spiram_size_t;

esp_spiram_size_t esp_spiram_get_chip_size(void);
esp_err_t esp_spiram_init(void);  /* finds the PSRAM */
void esp_spiram_init_cache(void); /* maps it */
bool esp_spiram_test(void);
esp_err_t esp_spiram_add_to_heapalloc(void);
size_t esp_spiram_get_size(void);
void esp_spiram_writeback_cache(void);
esp_err_t esp_spiram_reserve_dma_pool(size_t size);
bool esp_spiram_is_initialized(void);
uint8_t esp_spiram_get_cs_io(void);

#ifdef __cplusplus
}
#endif
#endif
