/* A chip for the tests of idf/: booted by hand, its console and reports kept as text, its panics caught.
 *
 * Not thread-safe where it keeps text; one chip at a time. */
#ifndef TESTS_IDF_FIXTURE_H
#define TESTS_IDF_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

/* A fresh chip of this board (`NAME,key=value,…`), not booted. Ends the program if there is none. */
void fixture_reset(const char *board);

/* The steps of a boot up to the point where app_main would start. */
void fixture_boot(void);

/* Both: what most tests start from. */
void fixture_open(const char *board);

const char *fixture_console(void); /* since reset, or since fixture_forget */
const char *fixture_reports(void);
void fixture_forget(void);

/* Performs the action; the reason of the panic that ended it, or NULL if none did. */
const char *fixture_panic_of(void (*act)(void));

/* The failures that were told since the last fixture_forget, as "size caps function\n" lines. */
void fixture_keep_failures(void);
const char *fixture_failures(void);

#endif
