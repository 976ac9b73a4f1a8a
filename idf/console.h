/* Text to the outside, for the files of idf/. */
#ifndef IDF_CONSOLE_H
#define IDF_CONSOLE_H

#include <stdarg.h>

/* By printf's rules to the chip's console; the number of characters. Cut at 4095. Allocates nothing, and
 * does nothing while no chip is running. */
int idf_console_print(const char *format, va_list arguments);

/* One line of espmem's own, without its end, where the chip would say nothing. */
void idf_report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Stops the program as abort() does on the chip. */
_Noreturn void idf_abort(const void *caller);
/* The same with the reason in words. */
_Noreturn void idf_panic(const char *reason);

/* Whether the running chip is to stop at the first wrong thing. */
_Bool idf_is_strict(void);

#endif
