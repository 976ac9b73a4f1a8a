/* Catches what the running chip prints, reports and panics of, for tests of idf/.
 *
 * For programs whose chip is booted before main. One idea: the chip gets a copy of its platform in which
 * three functions write down instead, while they are told to. */
#ifndef TESTS_IDF_CAUGHT_H
#define TESTS_IDF_CAUGHT_H

#include <setjmp.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct caught {
    char console[8192];
    char report[2048];
    char panic[512]; /* "" unless the chip stopped */
};
extern struct caught caught;

/* From now on, with nothing caught yet, until catch_end. */
void catch_begin(void);
void catch_end(void);

/* Runs the function and catches a panic in the same thread. Whether there was one. */
bool catch_panic(void (*function)(void));

/* Manner strict or chip, until changed. */
void be_strict(bool strict);

#ifdef __cplusplus
}
#endif

#endif
