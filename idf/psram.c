/* esp_psram_*: how the boot finds PSRAM, tests it and hands it to the heaps.
 *
 * What PSRAM there is says the board; where it stands, the chip's table. The lines are those of the
 * chip's boot log.
 *
 * One idea: addresses kept for himem are himem's decision, asked once, when the PSRAM is found. */
#include "esp_psram.h"

#include "blocks.h"
#include "boot.h"
#include "chip.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "esp_log.h"
#include "esp_private/esp_psram_extram.h"
#include "esp_private/esp_psram_io.h"
#include "psram_test.h"
#include "report.h"

static const char TAG[] = "spiram";

enum { PIN_OF_CHIP_SELECT = 16 };

/* ---- finding --------------------------------------------------------------------------------- */

esp_err_t esp_psram_chip_init(void)
{
    if (idf_chip.psram_found)
        return ESP_ERR_INVALID_STATE;
    if (idf_chip.board.psram_bytes == 0)
        return ESP_FAIL;
    idf_chip.psram_found = true;
    ESP_EARLY_LOGI(TAG, "Found %zuMBit SPI RAM device", idf_chip.board.psram_bytes * 8 / (1024 * 1024));
    ESP_EARLY_LOGI(TAG, "SPI RAM mode: flash 40m sram 40m");
    return ESP_OK;
}

esp_err_t esp_psram_init(void)
{
    if (idf_chip.psram_mapped)
        return ESP_ERR_INVALID_STATE;
    esp_err_t error = idf_chip.psram_found ? ESP_OK : esp_psram_chip_init();
    if (error != ESP_OK)
        return error;
    idf_chip.psram_mapped = true;
    ESP_EARLY_LOGI(TAG, "PSRAM initialized, cache is in %s mode.",
                   idf_chip.board.cores > 1 ? "low/high (2-core)" : "normal (1-core)");
    if (&idf_himem_service)
        idf_himem_service.reserve();
    return ESP_OK;
}

bool esp_psram_is_initialized(void)
{
    return idf_chip.psram_mapped;
}

size_t esp_psram_get_size(void)
{
    return idf_chip.psram_mapped ? idf_chip.board.psram_bytes : 0;
}

uint8_t esp_psram_io_get_cs_io(void)
{
    return PIN_OF_CHIP_SELECT;
}

/* ---- addresses ------------------------------------------------------------------------------- */

/* Bytes of the window with something behind them. */
static size_t window_bytes(void)
{
    const struct em_bank_window *window = &idf_chip.board.chip->psram;
    size_t bytes = window->banks * window->bank_size;
    return idf_chip.board.psram_bytes < bytes ? idf_chip.board.psram_bytes : bytes;
}

bool esp_psram_check_ptr_addr(const void *p)
{
    return idf_chip.psram_mapped && idf_charged((uintptr_t)p) - idf_chip.board.chip->psram.start < window_bytes();
}

bool esp_psram_ptr_is_no_enc(const void *p)
{
    (void)p;
    return false; /* the ESP32 cannot exempt a part of its PSRAM */
}

size_t esp_psram_get_heap_size_to_protect(void)
{
    if (idf_chip.board.psram_bytes == 0)
        return 0;
    return window_bytes() - idf_chip.himem_pages * idf_chip.board.chip->psram.bank_size;
}

/* ---- heaps ----------------------------------------------------------------------------------- */

static esp_err_t add_region(const struct em_memory_type *type, uintptr_t start, uintptr_t end)
{
    return heap_caps_add_region_with_caps(type->caps, (intptr_t)start, (intptr_t)end);
}

esp_err_t esp_psram_extram_add_to_heap_allocator(void)
{
    if (!idf_chip.psram_mapped)
        return ESP_ERR_INVALID_STATE;
    size_t bytes = esp_psram_get_heap_size_to_protect();
    uintptr_t start = idf_chip.board.chip->psram.start;
    ESP_EARLY_LOGI(TAG, "Adding pool of %zuK of external SPI memory to heap allocator", bytes / 1024);
    esp_err_t error = add_region(&idf_chip.board.chip->psram_heap, start, start + bytes);
    idf_chip.psram_in_heap = idf_chip.psram_in_heap || error == ESP_OK;
    return error;
}

/* One block of internal memory, as big as there is or as is wanted, becomes a heap within its heap. The
 * chip leaves out the last byte, so espmem does too. Returns its size, 0 iff that failed. */
static size_t reserve_block(size_t wanted)
{
    const uint32_t caps = MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL;
    size_t largest = heap_caps_get_largest_free_block(caps);
    size_t bytes = largest < wanted ? largest : wanted;
    uintptr_t start = bytes > 0 ? (uintptr_t)idf_block_behind(heap_caps_malloc(bytes, caps)) : 0;
    if (start == 0 || add_region(&idf_chip.board.chip->internal_pool, start, start + bytes - 1) != ESP_OK)
        return 0;
    return bytes;
}

esp_err_t esp_psram_extram_reserve_dma_pool(size_t size)
{
    if (size == 0)
        return ESP_OK;
    ESP_EARLY_LOGI(TAG, "Reserving pool of %zuK of internal memory for DMA/internal allocations", size / 1024);
    while (size > 0) {
        size_t bytes = reserve_block(size);
        if (bytes == 0)
            return ESP_ERR_NO_MEM;
        size -= bytes;
    }
    return ESP_OK;
}

/* ---- test and caches ------------------------------------------------------------------------- */

bool esp_psram_extram_test(void)
{
    struct idf_psram_test test;
    if (!idf_chip.psram_mapped)
        return false;
    idf_psram_test(&test, window_bytes());
    if (test.wrong == 0) {
        ESP_EARLY_LOGI(TAG, "SPI SRAM memory test OK");
        return true;
    }
    ESP_EARLY_LOGE(TAG, "SPI SRAM memory test fail. %zu/%zu writes failed, first @ %lX", test.wrong, test.words,
                   (unsigned long)test.first);
    return false;
}

void esp_psram_bss_init(void)
{
    /* A PC's linker puts no data into PSRAM. */
}

void esp_psram_extram_writeback_cache(void)
{
    /* The host keeps its caches coherent. */
}
