/* Constants of the flash chip; there is none here, so there are no functions. */
#ifndef IDF_SPI_FLASH_MMAP_H
#define IDF_SPI_FLASH_MMAP_H

#include "esp_err.h"
#include "espmem_config.h"
#include "sdkconfig.h"

#define ESP_ERR_FLASH_OP_FAIL    (ESP_ERR_FLASH_BASE + 1)
#define ESP_ERR_FLASH_OP_TIMEOUT (ESP_ERR_FLASH_BASE + 2)

#define SPI_FLASH_SEC_SIZE      4096
#define SPI_FLASH_MMU_PAGE_SIZE 0x10000

#endif
