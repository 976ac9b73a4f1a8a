/* The guard around operations of the flash chip, of which only the guard is here: there is no flash.
 *
 * While it is on, the cache is off: PSRAM cannot be accessed, and the other core waits. */
#ifndef IDF_ESP_PRIVATE_SPI_FLASH_OS_H
#define IDF_ESP_PRIVATE_SPI_FLASH_OS_H

#include "esp_err.h"
#include "espmem_config.h"
#include "sdkconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*spi_flash_guard_start_func_t)(void);
typedef void (*spi_flash_guard_end_func_t)(void);

typedef struct {
    spi_flash_guard_start_func_t start;
    spi_flash_guard_end_func_t end;
} spi_flash_guard_funcs_t;

/* start disables the cache and end enables it; both are the calling task's and do not nest. An access to
 * PSRAM in between ends the program if it is this task's ("Cache disabled but cached memory region
 * accessed"); others' wait for the end. The two structs are alike. */
extern const spi_flash_guard_funcs_t g_flash_guard_default_ops;
extern const spi_flash_guard_funcs_t g_flash_guard_no_os_ops;

/* What is used from now on; NULL restores the default. The struct stays the caller's. */
void spi_flash_guard_set(const spi_flash_guard_funcs_t *funcs);

/* What was set last, or the default; never NULL. */
const spi_flash_guard_funcs_t *spi_flash_guard_get(void);

#ifdef __cplusplus
}
#endif
#endif
