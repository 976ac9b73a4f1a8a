/* himem over the machine's banks, for the tests that need it open. */
#ifndef TESTS_TARGET_HIMEM_H
#define TESTS_TARGET_HIMEM_H

#include "frame.h"

enum { TARGET_BANKS = 4096, TARGET_PAGES = 128 };

struct target_himem {
    struct em_himem himem;
    struct em_himem_bank banks[TARGET_BANKS];
    struct em_himem_page pages[TARGET_PAGES];
    struct em_himem_memory memories[TARGET_BANKS];
};

/* Opens *rig with these pages and banks of the machine; false iff it has fewer. */
bool target_himem_open(struct target_himem *rig, const struct em_himem_layout *layout);

#endif
