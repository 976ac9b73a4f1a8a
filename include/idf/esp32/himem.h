/* ESP-IDF's bank-switched external memory: more PSRAM than the ESP32 has addresses.
 *
 * Memory comes in banks of 32 KiB that no pointer reaches; a range is a run of addresses to map them
 * into. A bank is in one place at a time. Safe from all tasks. A program that calls none of these
 * functions keeps all addresses for the heap.
 *
 * One idea: every call checks everything first and, if anything is wrong, changes nothing. A handle that
 * is NULL, was freed or never was one is ESP_ERR_INVALID_ARG and a report on stderr. */
#ifndef IDF_ESP32_HIMEM_H
#define IDF_ESP32_HIMEM_H

#include <stddef.h>
#include <stdint.h>

#include "esp_err.h"
#include "espmem_config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct esp_himem_ramdata_t *esp_himem_handle_t;
typedef struct esp_himem_rangedata_t *esp_himem_rangehandle_t;

#define ESP_HIMEM_BLKSZ (0x8000) /* bytes of a bank; sizes and offsets are multiples of it */

#define ESP_HIMEM_MAPFLAG_RO 1 /* the program only means to read */

/* Takes size bytes of free banks, lowest first. ESP_ERR_INVALID_SIZE iff size is no multiple of a bank,
 * ESP_ERR_NO_MEM iff it is 0, the banks are short, or the heap has no room for the handle (8 bytes and 2
 * for each bank), ESP_ERR_INVALID_ARG iff handle_out is NULL. Contents are not cleared. */
esp_err_t esp_himem_alloc(size_t size, esp_himem_handle_t *handle_out);

/* Takes the first free run of size bytes of addresses. As above, and ESP_ERR_INVALID_STATE iff there is no
 * bank switching. The handle costs 8 bytes of heap. */
esp_err_t esp_himem_alloc_map_range(size_t size, esp_himem_rangehandle_t *handle_out);

/* Brings len bytes of the memory, from ram_offset, to range_offset of the range, and says where. In this
 * order: ESP_ERR_INVALID_STATE iff there is no bank switching; ESP_ERR_INVALID_ARG iff a handle is not
 * live, out_ptr is NULL, or an offset or len is no multiple of a bank; ESP_ERR_INVALID_SIZE iff either
 * end is past its side; ESP_ERR_INVALID_STATE iff one of the banks or addresses is in use. */
esp_err_t esp_himem_map(esp_himem_handle_t handle, esp_himem_rangehandle_t range, size_t ram_offset, size_t range_offset,
                        size_t len, int flags, void **out_ptr);

/* Ends the mapping of [ptr, ptr + len): several neighbouring maps or a part of one. ESP_ERR_INVALID_ARG
 * iff the range is not live or the span is not, in whole and in whole banks, mapped in it. */
esp_err_t esp_himem_unmap(esp_himem_rangehandle_t range, void *ptr, size_t len);

/* Give back. ESP_ERR_INVALID_ARG iff the handle is not live or something of it is still mapped. */
esp_err_t esp_himem_free(esp_himem_handle_t handle);
esp_err_t esp_himem_free_map_range(esp_himem_rangehandle_t handle);

size_t esp_himem_get_phys_size(void);      /* bytes of all banks */
size_t esp_himem_get_free_size(void);      /* of those not taken */
size_t esp_himem_reserved_area_size(void); /* of the addresses kept for ranges */

#ifdef __cplusplus
}
#endif
#endif
