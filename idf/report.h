/* How idf/ speaks when something is wrong, and how the core's errors are called in ESP-IDF.
 *
 * One idea: the chip's own words go to its console, espmem's to the platform's report, and both exist
 * only here and in esp_rom_printf. */
#ifndef IDF_REPORT_H
#define IDF_REPORT_H

#include "esp_err.h"
#include "espmem/error.h"

/* One line of espmem's own, without its end; cut after 400 characters. */
void idf_report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Stops the program as the chip's panic does, with this line as the reason. */
_Noreturn void idf_panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

esp_err_t idf_error(enum em_error error);

#endif
