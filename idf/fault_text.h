/* What the chip's console shows of a damaged heap. */
#ifndef IDF_FAULT_TEXT_H
#define IDF_FAULT_TEXT_H

#include "espmem/port.h"

/* Prints the chip's own line, as its check and its poisoned heaps do; nothing where the chip says nothing
 * (a pointer that is no block of an unguarded heap). Allocates nothing. */
void idf_fault_print(const struct em_fault *fault);

#endif
