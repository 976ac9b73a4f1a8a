/* Tests of pointers that depend on the board: how many cores run, whether PSRAM is there, whether RTC fast
 * memory is a heap.
 *
 * One idea: ranges from soc/soc.h, conditions from the running board. */
#include "esp_memory_utils.h"

#include "blocks.h"
#include "chip.h"
#include "esp_private/esp_psram_extram.h"
#include "freertos.h"

uintptr_t idf_ptr_address(const void *p)
{
    return idf_charged((uintptr_t)p);
}

static bool one_core(void)
{
    return idf_chip.board.cores == 1;
}

static bool in_rtc_heap(const void *p)
{
    return idf_chip.board.rtc_heap && esp_ptr_in_rtc_dram_fast(p);
}

/* One core alone leaves the other core's cache memory to the program. */
bool esp_ptr_in_iram(const void *p)
{
    return idf_ptr_within(p, one_core() ? SOC_CACHE_APP_LOW : SOC_IRAM_LOW, SOC_IRAM_HIGH);
}

bool esp_ptr_executable(const void *p)
{
    return idf_ptr_within(p, SOC_IROM_LOW, SOC_IROM_HIGH) || esp_ptr_in_iram(p) || esp_ptr_in_rom(p) ||
           esp_ptr_in_diram_iram(p) || esp_ptr_in_rtc_iram_fast(p);
}

bool esp_ptr_byte_accessible(const void *p)
{
    return idf_ptr_within(p, SOC_BYTE_ACCESSIBLE_LOW, SOC_BYTE_ACCESSIBLE_HIGH) || esp_ptr_external_ram(p) || in_rtc_heap(p);
}

bool esp_ptr_internal(const void *p)
{
    return idf_ptr_within(p, SOC_MEM_INTERNAL_LOW, SOC_MEM_INTERNAL_HIGH) || esp_ptr_in_rtc_slow(p) || in_rtc_heap(p);
}

bool esp_ptr_external_ram(const void *p)
{
    return esp_psram_check_ptr_addr(p);
}

bool esp_ptr_dma_ext_capable(const void *p)
{
    (void)p;
    return false; /* the ESP32's DMA does not reach PSRAM */
}

bool esp_stack_ptr_in_extram(uint32_t sp)
{
    return esp_psram_check_ptr_addr((const void *)(uintptr_t)sp) && (sp & 0xF) == 0;
}

bool esp_stack_ptr_is_sane(uint32_t sp)
{
    return esp_stack_ptr_in_dram(sp) || esp_stack_ptr_in_extram(sp) || in_rtc_heap((const void *)(uintptr_t)sp);
}

/* The stack that counts is the one that the task has on the chip; what the host runs it on is elsewhere. */
bool esp_task_stack_is_sane_cache_disabled(void)
{
    const struct idf_platform *platform = idf_chip.platform;
    const struct idf_task *task = platform && platform->tasks ? platform->tasks->current() : NULL;
    return !task || !task->stack || !esp_psram_check_ptr_addr(task->stack);
}
