/* Banks without an MMU: the interface of bank_copy.c. */
#ifndef BANK_COPY_H
#define BANK_COPY_H

#include <stdint.h>

#include "espmem/himem.h"

enum { BANK_BYTES = 512, BANKS = 9, PAGES = 3 };

/* Address of the window's first page. */
uintptr_t bank_copy_window(void);

/* Whoever switches the banks. */
struct em_bank_mmu *bank_copy_mmu(void);

#endif
