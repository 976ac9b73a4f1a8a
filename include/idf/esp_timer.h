/* The time since boot. Timers with callbacks are not here: FreeRTOS's are, in freertos/timers.h. */
#ifndef ESP_TIMER_H
#define ESP_TIMER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

int64_t esp_timer_get_time(void); /* microseconds since boot; never goes back */

#ifdef __cplusplus
}
#endif
#endif
