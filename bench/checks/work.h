/* Work whose cost is measured with and without access checks; all of it inside the memory that is given. */
#ifndef BENCH_CHECKS_WORK_H
#define BENCH_CHECKS_WORK_H

#include <stddef.h>
#include <stdint.h>

/* Each returns a number that depends on all it did. `times`: how often it goes over the memory. */
struct work {
    const char *name;
    uint32_t (*run)(void *memory, size_t bytes, unsigned times);
    unsigned times;
};

enum { WORKS = 3 };
/* The same functions, compiled twice. */
extern const struct work plain_works[WORKS], checked_works[WORKS];

#endif
