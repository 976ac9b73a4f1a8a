/* Free memory, restart, abort. */
#ifndef ESP_SYSTEM_H
#define ESP_SYSTEM_H

#include <stdbool.h>
#include <stdint.h>

#include "esp_attr.h"
#include "esp_bit_defs.h"
#include "esp_err.h"
#include "esp_idf_version.h"
#include "esp_random.h"
#include "espmem_config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ESP_RST_UNKNOWN,
    ESP_RST_POWERON,
    ESP_RST_EXT,
    ESP_RST_SW,
    ESP_RST_PANIC,
    ESP_RST_INT_WDT,
    ESP_RST_TASK_WDT,
    ESP_RST_WDT,
    ESP_RST_DEEPSLEEP,
    ESP_RST_BROWNOUT,
    ESP_RST_SDIO,
    ESP_RST_USB,
    ESP_RST_JTAG,
    ESP_RST_EFUSE,
    ESP_RST_PWR_GLITCH,
    ESP_RST_CPU_LOCKUP,
} esp_reset_reason_t;

typedef void (*shutdown_handler_t)(void);

/* Called before a restart, the last one registered first. NO_MEM: five are registered already.
 * INVALID_STATE: this one is. */
esp_err_t esp_register_shutdown_handler(shutdown_handler_t handle);
esp_err_t esp_unregister_shutdown_handler(shutdown_handler_t handle); /* INVALID_STATE: it is not registered */

void esp_restart(void) __attribute__((noreturn));
esp_reset_reason_t esp_reset_reason(void); /* ESP_RST_SW after esp_restart, else ESP_RST_POWERON */

/* Prints `details` and stops the program as a panic does. */
void esp_system_abort(const char *details) __attribute__((noreturn));

uint32_t esp_get_free_heap_size(void);          /* of MALLOC_CAP_DEFAULT */
uint32_t esp_get_free_internal_heap_size(void); /* of MALLOC_CAP_8BIT | MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL */
uint32_t esp_get_minimum_free_heap_size(void);  /* of MALLOC_CAP_DEFAULT, since boot */

#ifdef __cplusplus
}
#endif
#endif
