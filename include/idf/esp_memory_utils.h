/* ESP-IDF's tests of pointers: which memory of the chip an address is in.
 *
 * Ranges only; nothing is said about whether something is allocated there. The first part is facts of the
 * ESP32, the second depends on the board that runs.
 *
 * One idea: an address answers by its number alone, so any pointer may be asked about. */
#ifndef IDF_ESP_MEMORY_UTILS_H
#define IDF_ESP_MEMORY_UTILS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "esp_attr.h"
#include "espmem_config.h"
#include "soc/soc.h"
#include "soc/soc_caps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The address itself, or with guard=page that in the chip's memory for which p stands; 0 where p is such
 * a pointer to no live block. */
uintptr_t idf_ptr_address(const void *p);

/* Whether p lies in [low, high). */
static inline bool idf_ptr_within(const void *p, uintptr_t low, uintptr_t high)
{
    uintptr_t address = idf_ptr_address(p);
    return address >= low && address < high;
}

static inline bool esp_ptr_in_dram(const void *p)
{
    return idf_ptr_within(p, SOC_DRAM_LOW, SOC_DRAM_HIGH);
}
static inline bool esp_ptr_in_diram_dram(const void *p)
{
    return idf_ptr_within(p, SOC_DIRAM_DRAM_LOW, SOC_DIRAM_DRAM_HIGH);
}
static inline bool esp_ptr_in_diram_iram(const void *p)
{
    return idf_ptr_within(p, SOC_DIRAM_IRAM_LOW, SOC_DIRAM_IRAM_HIGH);
}
static inline bool esp_ptr_in_rtc_iram_fast(const void *p)
{
    return idf_ptr_within(p, SOC_RTC_IRAM_LOW, SOC_RTC_IRAM_HIGH);
}
static inline bool esp_ptr_in_rtc_dram_fast(const void *p)
{
    return idf_ptr_within(p, SOC_RTC_DRAM_LOW, SOC_RTC_DRAM_HIGH);
}
static inline bool esp_ptr_in_rtc_slow(const void *p)
{
    return idf_ptr_within(p, SOC_RTC_DATA_LOW, SOC_RTC_DATA_HIGH);
}
static inline bool esp_ptr_in_drom(const void *p)
{
    return idf_ptr_within(p, SOC_DROM_LOW, SOC_DROM_HIGH);
}
static inline bool esp_ptr_in_rom(const void *p)
{
    return idf_ptr_within(p, SOC_IROM_MASK_LOW, SOC_IROM_MASK_HIGH);
}
static inline bool esp_ptr_dma_capable(const void *p)
{
    return idf_ptr_within(p, SOC_DMA_LOW, SOC_DMA_HIGH);
}
static inline bool esp_ptr_word_aligned(const void *p)
{
    return (uintptr_t)p % 4 == 0;
}

/* Data and instructions have addresses of their own on this chip. */
static inline bool esp_dram_match_iram(void)
{
    return false;
}
static inline bool esp_rtc_dram_match_rtc_iram(void)
{
    return false;
}

/* The other bus's address of the same word. p is word-aligned and in the range that the name says; else
 * the result means nothing. */
static inline void *esp_ptr_diram_dram_to_iram(const void *p)
{
    return (void *)(SOC_DIRAM_IRAM_LOW + (SOC_DIRAM_DRAM_HIGH - (uintptr_t)p) - 4);
}
static inline void *esp_ptr_diram_iram_to_dram(const void *p)
{
    return (void *)(SOC_DIRAM_DRAM_LOW + (SOC_DIRAM_IRAM_HIGH - (uintptr_t)p) - 4);
}
static inline void *esp_ptr_rtc_dram_to_iram(const void *p)
{
    return (void *)(SOC_RTC_IRAM_LOW + ((uintptr_t)p - SOC_RTC_DRAM_LOW));
}

/* A stack pointer that is 16-aligned and not at the very edge of the range. */
static inline bool esp_stack_ptr_in_dram(uint32_t sp)
{
    return sp >= SOC_DRAM_LOW + 0x10u && sp <= SOC_DRAM_HIGH - 0x10u && (sp & 0xF) == 0;
}

/* ---- as the running board has it --------------------------------------------------------------- */

bool esp_ptr_in_iram(const void *p);    /* with one core also the other core's cache memory */
bool esp_ptr_executable(const void *p); /* flash, ROM and IRAM; external RAM never */
bool esp_ptr_byte_accessible(const void *p);
bool esp_ptr_internal(const void *p);
bool esp_ptr_external_ram(const void *p);    /* mapped PSRAM, himem's ranges included */
bool esp_ptr_dma_ext_capable(const void *p); /* external RAM that DMA reaches: none on this chip */
bool esp_stack_ptr_in_extram(uint32_t sp);
bool esp_stack_ptr_is_sane(uint32_t sp);
/* Whether the calling task's stack stays readable while the flash cache is off: not one in PSRAM. */
bool esp_task_stack_is_sane_cache_disabled(void);

#ifdef __cplusplus
}
#endif
#endif
