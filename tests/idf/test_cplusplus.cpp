/* ESP-IDF's names of the memory side, used from C++: every header is included, and a call of each links. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "check.h"

#include "esp32/himem.h"
#include "esp32/spiram.h"
#include "esp_heap_alloc_caps.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "esp_himem.h"
#include "esp_memory_utils.h"
#include "esp_private/esp_psram_extram.h"
#include "esp_private/esp_psram_io.h"
#include "esp_psram.h"
#include "esp_spiram.h"
#include "heap_alloc_caps.h"
#include "heap_memory_layout.h"
#include "multi_heap.h"
#include "soc/soc.h"
#include "soc/soc_caps.h"
#include "soc/soc_memory_layout.h"
#include "soc/soc_memory_types.h"

extern "C" {
#include "fixture.h"
}

TEST(memory_is_allocated_by_capability)
{
    fixture_open("esp32-wrover-8m,reserve=62");
    void *block = heap_caps_malloc(100, MALLOC_CAP_SPIRAM | MALLOC_CAP_8BIT);
    CHECK(esp_ptr_external_ram(block));
    CHECK(!esp_ptr_internal(block));
    CHECK_PTR(pvPortMallocCaps(0, MALLOC_CAP_SPISRAM), 0);
    CHECK_EQ(xPortGetFreeHeapSizeCaps(MALLOC_CAP_SPIRAM), heap_caps_get_free_size(MALLOC_CAP_SPIRAM));
    heap_caps_free(block);
    CHECK(heap_caps_check_integrity_all(true));
}

TEST(a_walker_may_be_a_lambda)
{
    size_t bytes = 0;
    fixture_open("esp32-wroom");
    heap_caps_walk(
        MALLOC_CAP_EXEC,
        [](walker_heap_into_t heap, walker_block_info_t block, void *sum) {
            *static_cast<size_t *>(sum) += heap.end > heap.start ? block.size : 0;
            return true;
        },
        &bytes);
    CHECK(bytes > 100000);
}

TEST(banks_are_mapped_and_read)
{
    esp_himem_handle_t memory;
    esp_himem_rangehandle_t range;
    void *pointer;
    fixture_open("esp32-wrover-8m,reserve=62");
    CHECK_EQ(esp_himem_alloc(ESP_HIMEM_BLKSZ, &memory), ESP_OK);
    CHECK_EQ(esp_himem_alloc_map_range(ESP_HIMEM_BLKSZ, &range), ESP_OK);
    CHECK_EQ(esp_himem_map(memory, range, 0, 0, ESP_HIMEM_BLKSZ, ESP_HIMEM_MAPFLAG_RO, &pointer), ESP_OK);
    CHECK_EQ(esp_himem_unmap(range, pointer, ESP_HIMEM_BLKSZ), ESP_OK);
    CHECK_EQ(esp_himem_free(memory), ESP_OK);
    CHECK_EQ(esp_himem_free_map_range(range), ESP_OK);
    CHECK_EQ(esp_psram_get_size(), esp_spiram_get_size());
}

CHECK_MAIN
