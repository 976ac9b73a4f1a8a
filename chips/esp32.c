/* The ESP32: facts only, from its data sheet and ESP-IDF's published memory layout. */
#include "espmem/chip.h"

enum { DRAM, D_IRAM, IRAM, SPIRAM, RTCRAM };

static const struct em_memory_type types[] = {
    [DRAM] = {"DRAM", {EM_CAP_8BIT | EM_CAP_DEFAULT, EM_CAP_INTERNAL | EM_CAP_DMA | EM_CAP_32BIT, 0}},
    [D_IRAM] = {"D/IRAM", {0, EM_CAP_DMA | EM_CAP_8BIT | EM_CAP_INTERNAL | EM_CAP_DEFAULT, EM_CAP_32BIT | EM_CAP_EXEC}},
    [IRAM] = {"IRAM", {EM_CAP_INTERNAL | EM_CAP_EXEC | EM_CAP_32BIT, 0, 0}},
    [SPIRAM] = {"SPIRAM", {EM_CAP_SPIRAM | EM_CAP_DEFAULT, 0, EM_CAP_8BIT | EM_CAP_32BIT}},
    [RTCRAM] = {"RTCRAM", {EM_CAP_RTCRAM, EM_CAP_8BIT | EM_CAP_DEFAULT, EM_CAP_INTERNAL | EM_CAP_32BIT | EM_CAP_EXEC}},
};

static const struct em_region regions[] = {
    {0x3F800000, 0x400000, SPIRAM, false, EM_IF_PSRAM}, {0x3FF80000, 0x2000, RTCRAM, false, EM_IF_RTC_HEAP},
    {0x3FFAE000, 0x2000, DRAM, false, EM_ALWAYS}, /* the ROM's data */
    {0x3FFB0000, 0x8000, DRAM, false, EM_ALWAYS},       {0x3FFB8000, 0x8000, DRAM, false, EM_ALWAYS},
    {0x3FFC0000, 0x20000, DRAM, false, EM_ALWAYS}, /* 16 blocks of 8 KiB */
    {0x3FFE0000, 0x4000, D_IRAM, true, EM_ALWAYS}, /* the start-up stacks of both cores lie in D/IRAM */
    {0x3FFE4000, 0x4000, D_IRAM, true, EM_ALWAYS},      {0x3FFE8000, 0x8000, D_IRAM, true, EM_ALWAYS},
    {0x3FFF0000, 0x8000, D_IRAM, true, EM_ALWAYS},      {0x3FFF8000, 0x4000, D_IRAM, true, EM_ALWAYS},
    {0x3FFFC000, 0x4000, D_IRAM, true, EM_ALWAYS},      {0x40070000, 0x8000, IRAM, false, EM_ALWAYS}, /* cache of core 0 */
    {0x40078000, 0x8000, IRAM, false, EM_ALWAYS},                                                     /* cache of core 1 */
    {0x40080000, 0x20000, IRAM, false, EM_ALWAYS},                                                    /* 16 blocks of 8 KiB */
};

static const struct em_reserved reserved[] = {
    {0x3F800000, 0x3FC00000, "external memory, which joins later", EM_IF_PSRAM},
    {0x3FFAE000, 0x3FFAE6E0, "the ROM's data", EM_ALWAYS},
    {0x3FFE0000, 0x3FFE0440, "the ROM's data of core 0", EM_ALWAYS},
    {0x3FFE3F20, 0x3FFE4350, "the ROM's data of core 1", EM_IF_TWO_CORES},
    {0x3FFF8000, 0x40000000, "trace memory, two banks", EM_IF_TRACE_TWO},
    {0x3FFFC000, 0x40000000, "trace memory, one bank", EM_IF_TRACE_ONE},
    {0x40070000, 0x40078000, "the cache of core 0", EM_ALWAYS},
    {0x40078000, 0x40080000, "the cache of core 1", EM_IF_TWO_CORES},
};

static const struct em_alias aliases[] = {
    {0x3FFE0000, 0x40000000, 0x400A0000, true},  /* word by word in reverse */
    {0x3FF80000, 0x3FF82000, 0x400C0000, false}, /* RTC fast memory */
};

const struct em_chip em_chip_esp32 = {
    .name = "esp32",
    .title = "ESP32",
    .cores = 2,
    .largest_request = 0x400000,
    .internal_line = 0,
    .external_line = 4, /* as the chip's own query answers; the real line has 32 bytes */
    .simd_alignment = 0,
    .types = types,
    .type_count = sizeof types / sizeof types[0],
    .regions = regions,
    .region_count = sizeof regions / sizeof regions[0],
    .reserved = reserved,
    .reserved_count = sizeof reserved / sizeof reserved[0],
    .aliases = aliases,
    .alias_count = sizeof aliases / sizeof aliases[0],
    .psram = {0x3F800000, 128, 0x8000, 62},
    .psram_heap = {"SPIRAM", {EM_CAP_SPIRAM | EM_CAP_DEFAULT, 0, EM_CAP_8BIT | EM_CAP_32BIT | EM_CAP_SIMD}},
    .internal_pool = {"reserved internal pool", {0, EM_CAP_DMA | EM_CAP_INTERNAL, EM_CAP_DEFAULT | EM_CAP_8BIT | EM_CAP_32BIT}},
    .heap_record_bytes = 36,
};
