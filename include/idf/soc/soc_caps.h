/* What the ESP32 can do, as far as its memory goes. */
#ifndef IDF_SOC_SOC_CAPS_H
#define IDF_SOC_SOC_CAPS_H

#define SOC_CPU_CORES_NUM          2
#define SOC_SPIRAM_SUPPORTED       1
#define SOC_HIMEM_SUPPORTED        1
#define SOC_RTC_MEM_SUPPORTED      1
#define SOC_RTC_FAST_MEM_SUPPORTED 1
#define SOC_RTC_SLOW_MEM_SUPPORTED 1
#define SOC_PSRAM_DMA_CAPABLE      0
#define SOC_MEM_SPM_SUPPORTED      0
#define SOC_MEM_TCM_SUPPORTED      0

#endif
