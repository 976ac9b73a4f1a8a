/* In place of ports/esp32/hardware.h: the same accesses, to the model. */
#ifndef PORTS_ESP32_HARDWARE_H
#define PORTS_ESP32_HARDWARE_H

#include <stdint.h>

#include "model.h"

#define ESP32_INTERNAL_CODE

static inline void esp32_table_write(unsigned processor, unsigned entry, uint32_t value)
{
    model_table_write(processor, entry, value);
}

static inline void esp32_window_read(uint32_t offset)
{
    model_load(0, offset);
}

static inline void esp32_barrier(void)
{
}

#endif
