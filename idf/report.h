/* Errors that the memory side of idf/ returns or stops for.
 *
 * One idea: what is wrong is one sentence; whether it is returned, reported or the end of the program is
 * decided by the function that finds it. */
#ifndef IDF_REPORT_H
#define IDF_REPORT_H

#include "console.h"
#include "esp_err.h"
#include "espmem/error.h"

/* Stops the program as the chip's panic does, with this line as the reason; cut after 400 characters. */
_Noreturn void idf_stop(const char *format, ...) __attribute__((format(printf, 1, 2)));

esp_err_t idf_error(enum em_error error);

#endif
