/* The boot's test of PSRAM: every word that the program could reach is written, then all are read back.
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

/* Tests the first `window_bytes` of the PSRAM chip at the window's addresses and, if himem keeps pages, all
 * banks behind them. Afterwards himem's pages show the banks that they show after reset. */
void idf_psram_test(struct idf_psram_test *test, size_t window_bytes);

#endif
