/* See report.h. Allocates nothing, since the heap may be what is wrong. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>

_Noreturn void idf_stop(const char *format, ...)
{
    char reason[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    idf_panic(reason);
}

esp_err_t idf_error(enum em_error error)
{
    static const esp_err_t codes[] = {
        [EM_OK] = ESP_OK,
        [EM_FAIL] = ESP_FAIL,
        [EM_NO_MEM] = ESP_ERR_NO_MEM,
        [EM_INVALID_ARG] = ESP_ERR_INVALID_ARG,
        [EM_INVALID_STATE] = ESP_ERR_INVALID_STATE,
        [EM_INVALID_SIZE] = ESP_ERR_INVALID_SIZE,
        [EM_NOT_FOUND] = ESP_ERR_NOT_FOUND,
        [EM_NOT_SUPPORTED] = ESP_ERR_NOT_SUPPORTED,
    };
    return (size_t)error < sizeof codes / sizeof codes[0] ? codes[error] : ESP_FAIL;
}
