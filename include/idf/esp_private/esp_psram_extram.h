/* ESP-IDF's steps by which the boot hands PSRAM to the heaps. */
#ifndef IDF_ESP_PRIVATE_ESP_PSRAM_EXTRAM_H
#define IDF_ESP_PRIVATE_ESP_PSRAM_EXTRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "esp_err.h"
#include "espmem_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Finds the PSRAM without mapping it. Errors as esp_psram_init. */
esp_err_t esp_psram_chip_init(void);

/* Whether p is an address of mapped PSRAM, himem's ranges included. */
bool esp_psram_check_ptr_addr(const void *p);

/* Gives all mapped PSRAM but himem's ranges to the heap. ESP_ERR_INVALID_STATE iff it is not initialised;
 * else as heap_caps_add_region_with_caps. */
esp_err_t esp_psram_extram_add_to_heap_allocator(void);

/* Bytes that the function above gives or has given to the heap. 0 iff the board has no PSRAM. */
size_t esp_psram_get_heap_size_to_protect(void);

/* Takes `size` bytes of internal memory out of the heaps and makes them a heap that only requests for DMA
 * or internal memory reach. ESP_ERR_NO_MEM iff there is less. Size 0 does nothing. */
esp_err_t esp_psram_extram_reserve_dma_pool(size_t size);

/* Writes and reads back every word of PSRAM that the program could reach, and says on the console how it
 * went. Destroys the contents: only before the heaps stand. */
bool esp_psram_extram_test(void);

/* Clears the program's zero-initialised data in PSRAM: a PC program has none there. */
void esp_psram_bss_init(void);

/* On the chip, before the cache is switched off. A PC's caches need no help. */
void esp_psram_extram_writeback_cache(void);

#ifdef __cplusplus
}
#endif
#endif
