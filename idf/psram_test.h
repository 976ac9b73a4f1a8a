/* The boot's test of PSRAM: every word that the program could reach is written and read back.
 *
 * One idea: what one pointer reaches is tested there; the banks beyond come into himem's pages for it. */
#ifndef IDF_PSRAM_TEST_H
#define IDF_PSRAM_TEST_H

#include <stddef.h>
#include <stdint.h>

struct idf_psram_test {
    size_t words, wrong;
    uintptr_t first; /* where the first wrong word is, as offset in the PSRAM chip */
};

/* [start, start + bytes), which shows the PSRAM chip's first bytes. */
void idf_psram_test_window(struct idf_psram_test *test, uintptr_t start, size_t bytes);

/* The banks behind the window, through the pages that himem keeps; none if it keeps none. Afterwards these
 * pages show the banks that they show after reset. */
void idf_psram_test_banks(struct idf_psram_test *test);

#endif
