/* esp_spiram_*: the names of esp_psram_* in ESP-IDF up to 4.4. */
#include "esp32/spiram.h"

#include "esp_private/esp_psram_extram.h"
#include "esp_private/esp_psram_io.h"
#include "esp_psram.h"
#include "report.h"

esp_spiram_size_t esp_spiram_get_chip_size(void)
{
    static const struct {
        size_t megabytes;
        esp_spiram_size_t size;
    } sizes[] = {{2, ESP_SPIRAM_SIZE_16MBITS}, {4, ESP_SPIRAM_SIZE_32MBITS}, {8, ESP_SPIRAM_SIZE_64MBITS}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (esp_psram_get_size() == sizes[i].megabytes * 1024 * 1024)
            return sizes[i].size;
    return ESP_SPIRAM_SIZE_INVALID;
}

esp_err_t esp_spiram_init(void)
{
    return esp_psram_chip_init();
}

void esp_spiram_init_cache(void)
{
    esp_err_t error = esp_psram_init();
    if (error != ESP_OK)
        idf_report("esp_spiram_init_cache: the PSRAM cannot be mapped: %s", esp_err_to_name(error));
}

bool esp_spiram_test(void)
{
    return esp_psram_extram_test();
}

esp_err_t esp_spiram_add_to_heapalloc(void)
{
    return esp_psram_extram_add_to_heap_allocator();
}

size_t esp_spiram_get_size(void)
{
    return esp_psram_get_size();
}

void esp_spiram_writeback_cache(void)
{
    esp_psram_extram_writeback_cache();
}

esp_err_t esp_spiram_reserve_dma_pool(size_t size)
{
    return esp_psram_extram_reserve_dma_pool(size);
}

bool esp_spiram_is_initialized(void)
{
    return esp_psram_is_initialized();
}

uint8_t esp_spiram_get_cs_io(void)
{
    return esp_psram_io_get_cs_io();
}
