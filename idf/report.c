/* Reports, panics and error codes: see report.h. Allocates nothing, since the heap may be what is wrong. */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"

enum { LINE_ROOM = 400 };

/* To stderr where no chip runs that could say it. */
static void say(const char *text, size_t length)
{
    if (idf_chip.platform)
        idf_chip.platform->report(text, length);
    else
        fwrite(text, 1, length, stderr);
}

void idf_report(const char *format, ...)
{
    char line[LINE_ROOM + 16] = "espmem: ";
    size_t start = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + start, LINE_ROOM - start, format, arguments);
    va_end(arguments);
    size_t length = strlen(line);
    line[length] = '\n';
    say(line, length + 1);
}

_Noreturn void idf_panic(const char *format, ...)
{
    char reason[LINE_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    if (idf_chip.platform)
        idf_chip.platform->panic(reason);
    idf_report("%s", reason);
    abort();
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
