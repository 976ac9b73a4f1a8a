/* Telling why an allocation failed. */
#ifndef IDF_EXPLAIN_H
#define IDF_EXPLAIN_H

#include <stddef.h>
#include <stdint.h>

/* Writes to stderr why nobody served this request of this function, if the board wants failures explained. */
void idf_explain_failure(const char *function, size_t alignment, size_t bytes, uint32_t caps);

/* The same for a request whose sizes multiply to more than the chip can count. */
void idf_explain_overflow(const char *function, size_t n, size_t size);

/* A code address by the program's name for it, else as a number, into `text`, which is returned. */
enum { IDF_CODE_NAME = 96 };
const char *idf_code_name(const void *address, char text[IDF_CODE_NAME]);

#endif
