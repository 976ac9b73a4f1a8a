/* Where the ESP32 has what: ends are the first address behind.
 *
 * Address ranges only: a PC has no registers of the chip, so none are named.
 *
 * One idea: these are facts of the part; what a board or a program uses of them is asked elsewhere. */
#ifndef IDF_SOC_SOC_H
#define IDF_SOC_SOC_H

#define PRO_CPU_NUM (0)
#define APP_CPU_NUM (1)

#define SOC_MAX_CONTIGUOUS_RAM_SIZE 0x400000

#define SOC_DROM_LOW         0x3F400000
#define SOC_DROM_HIGH        0x3F800000
#define SOC_DRAM_LOW         0x3FFAE000
#define SOC_DRAM_HIGH        0x40000000
#define SOC_IROM_LOW         0x400D0000
#define SOC_IROM_HIGH        0x40400000
#define SOC_IROM_MASK_LOW    0x40000000
#define SOC_IROM_MASK_HIGH   0x40070000
#define SOC_CACHE_PRO_LOW    0x40070000
#define SOC_CACHE_PRO_HIGH   0x40078000
#define SOC_CACHE_APP_LOW    0x40078000
#define SOC_CACHE_APP_HIGH   0x40080000
#define SOC_IRAM_LOW         0x40080000
#define SOC_IRAM_HIGH        0x400AA000
#define SOC_RTC_IRAM_LOW     0x400C0000
#define SOC_RTC_IRAM_HIGH    0x400C2000
#define SOC_RTC_DRAM_LOW     0x3FF80000
#define SOC_RTC_DRAM_HIGH    0x3FF82000
#define SOC_RTC_DATA_LOW     0x50000000
#define SOC_RTC_DATA_HIGH    0x50002000
#define SOC_EXTRAM_DATA_LOW  0x3F800000
#define SOC_EXTRAM_DATA_HIGH 0x3FC00000
#define SOC_EXTRAM_DATA_SIZE (SOC_EXTRAM_DATA_HIGH - SOC_EXTRAM_DATA_LOW)
#define SOC_EXTRAM_LOW       SOC_EXTRAM_DATA_LOW
#define SOC_EXTRAM_HIGH      SOC_EXTRAM_DATA_HIGH

/* Internal memory that both buses see, the instruction bus in the other direction. */
#define SOC_DIRAM_IRAM_LOW  0x400A0000
#define SOC_DIRAM_IRAM_HIGH 0x400C0000
#define SOC_DIRAM_DRAM_LOW  0x3FFE0000
#define SOC_DIRAM_DRAM_HIGH 0x40000000
#define SOC_DIRAM_INVERTED  1

#define SOC_DMA_LOW              0x3FFAE000
#define SOC_DMA_HIGH             0x40000000
#define SOC_BYTE_ACCESSIBLE_LOW  0x3FF90000
#define SOC_BYTE_ACCESSIBLE_HIGH 0x40000000
#define SOC_MEM_INTERNAL_LOW     0x3FF90000
#define SOC_MEM_INTERNAL_HIGH    0x400C2000
#define SOC_ROM_STACK_START      0x3FFE3F20

#endif
