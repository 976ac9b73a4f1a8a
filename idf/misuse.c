/* See misuse.h. */
#include "misuse.h"

#include <stdarg.h>
#include <stdio.h>

#include "console.h"

static unsigned misuses;

void idf_note_misuse(const char *format, ...)
{
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    __atomic_add_fetch(&misuses, 1, __ATOMIC_RELAXED);
    idf_report("%s", text);
}

unsigned idf_misuses(void)
{
    return __atomic_load_n(&misuses, __ATOMIC_RELAXED);
}
