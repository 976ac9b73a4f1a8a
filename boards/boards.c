/* The boards that have a name: data only. */
#include "espmem/board.h"

#define MIB ((size_t)1024 * 1024)

const struct em_board_name em_board_names[] = {
    {"esp32-wroom", "ESP32-WROOM-32: no PSRAM", 0, false},
    {"esp32-wrover-2m", "ESP32 with 2 MiB of PSRAM", 2 * MIB, false},
    {"esp32-wrover-4m", "ESP32-WROVER: 4 MiB of PSRAM", 4 * MIB, false},
    {"esp32-wrover-8m", "ESP32-WROVER: 8 MiB of PSRAM, half of it beyond the reach of pointers", 8 * MIB, false},
    {"esp32-wrover-16m", "an ESP32 with 16 MiB of PSRAM, which nobody sells", 16 * MIB, true},
};
const unsigned em_board_count = sizeof em_board_names / sizeof em_board_names[0];

const char em_board_default[] = "esp32-wrover-8m,reserve=62";
