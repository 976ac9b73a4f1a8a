/* The core that runs, and its cycle counter. */
#ifndef ESP_CPU_H
#define ESP_CPU_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint32_t esp_cpu_cycle_count_t;

int esp_cpu_get_core_id(void);
/* Counts the host's cycles, or what the platform has for them: good for differences, not for the chip's speed. */
esp_cpu_cycle_count_t esp_cpu_get_cycle_count(void);

#ifdef __cplusplus
}
#endif
#endif
