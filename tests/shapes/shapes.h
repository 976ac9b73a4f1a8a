/* Ways in which C code accesses memory, each a function of its own, compiled with access checks. */
#ifndef TESTS_SHAPES_H
#define TESTS_SHAPES_H

#include <stdbool.h>

struct shape {
    const char *name;
    bool wrong; /* in memory of aligned 32-bit words: the chip stops */
    void (*run)(void *words, void *plain);
};

enum { SHAPES = 23 };
extern const struct shape shapes[SHAPES];

#endif
