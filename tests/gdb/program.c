/* A firmware program with known blocks and one mapping, that aborts. */
#include <stdlib.h>

#include "esp32/himem.h"
#include "esp_heap_caps.h"

void *block, *window;

void app_main(void)
{
    esp_himem_handle_t memory;
    esp_himem_rangehandle_t range;
    block = heap_caps_malloc(100, MALLOC_CAP_8BIT);
    esp_himem_alloc(3 * ESP_HIMEM_BLKSZ, &memory);
    esp_himem_alloc_map_range(2 * ESP_HIMEM_BLKSZ, &range);
    esp_himem_map(memory, range, 2 * ESP_HIMEM_BLKSZ, ESP_HIMEM_BLKSZ, ESP_HIMEM_BLKSZ, 0, &window);
    abort();
}
