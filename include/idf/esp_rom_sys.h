/* What the chip's ROM offers: a printf that needs nothing, delays, the cycle counter. */
#ifndef ESP_ROM_SYS_H
#define ESP_ROM_SYS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* To the chip's console by printf's rules; returns the number of characters. A text of more than 4095
 * characters is cut. Allocates nothing. */
int esp_rom_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int ets_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Returns after at least so many microseconds; keeps the core busy, as on the chip. */
void esp_rom_delay_us(uint32_t us);
void ets_delay_us(uint32_t us);

uint32_t esp_rom_get_cpu_ticks_per_us(void); /* 160 */
uint32_t ets_get_cpu_frequency(void);        /* the same */

/* Why the core was last reset, in the ROM's numbers: 1 power on, 12 by software. */
int esp_rom_get_reset_reason(int cpu_no);

void esp_rom_software_reset_system(void) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif
#endif
