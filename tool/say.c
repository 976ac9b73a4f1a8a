/* How the tool says that it cannot do what was asked. See command.h. */
#include <stdarg.h>
#include <stdio.h>

#include "tool/command.h"

int bad_input(const char *format, ...)
{
    va_list arguments;
    fflush(stdout); /* keeps the order of what a reader sees */
    fputs("espmem: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return STATUS_BAD_INPUT;
}
