/* ESP-IDF's external RAM: whether it is there, and how much.
 *
 * One idea: the board says what PSRAM it has; the boot finds it as the chip does. */
#ifndef IDF_ESP_PSRAM_H
#define IDF_ESP_PSRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "espmem_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Finds and maps the PSRAM. ESP_FAIL iff the board has none, ESP_ERR_INVALID_STATE iff that was done. */
esp_err_t esp_psram_init(void);
bool esp_psram_is_initialized(void);

/* Bytes of the whole chip, also those beyond the addresses; 0 before init. */
size_t esp_psram_get_size(void);

/* Whether p lies in memory that is kept from encryption: on this chip never. */
bool esp_psram_ptr_is_no_enc(const void *p);

#ifdef __cplusplus
}
#endif
#endif
