/* The ranges of the chips that can be simulated. Data only.
 *
 * Addresses come from the chips' manuals; where a range is listed although nothing is simulated there
 * (ROM, flash, peripherals), the host is kept from placing something of its own at a chip address. */
#include "space.h"

const struct sim_range sim_ranges[] = {
    {"esp32", "flash data", 0x3F400000, 0x3F800000, SIM_NOTHING, false},
    {"esp32", "external RAM", 0x3F800000, 0x3FC00000, SIM_WINDOW, false},
    {"esp32", "peripherals", 0x3FF00000, 0x3FF80000, SIM_NOTHING, false},
    {"esp32", "RTC fast RAM", 0x3FF80000, 0x3FF82000, SIM_MEMORY, false},
    {"esp32", "data ROM", 0x3FF82000, 0x3FFAE000, SIM_NOTHING, false},
    {"esp32", "internal data RAM", 0x3FFAE000, 0x40000000, SIM_MEMORY, false},
    {"esp32", "instruction ROM", 0x40000000, 0x40070000, SIM_NOTHING, false},
    {"esp32", "internal instruction RAM", 0x40070000, 0x400C0000, SIM_MEMORY, true},
    {"esp32", "RTC fast RAM as instructions", 0x400C0000, 0x400C2000, SIM_MEMORY, true},
    {"esp32", "flash instructions", 0x400C2000, 0x40400000, SIM_NOTHING, false},
    {"esp32", "RTC slow RAM", 0x50000000, 0x50002000, SIM_MEMORY, false},
};

const unsigned sim_range_count = sizeof sim_ranges / sizeof sim_ranges[0];
