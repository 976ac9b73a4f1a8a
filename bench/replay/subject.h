/* What is measured: one allocator behind the four functions a trace needs.
 *
 * Each subject_*.c is one of them; a program links exactly one.
 *
 * One idea: bench_malloc, bench_free and bench_realloc are what the counting plugin counts, so they
 * hold one call and nothing else; what the calls of the subject "null" cost is the harness's own. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

/* Makes the allocator over [region, region + bytes), where all its tables must lie. May be called again,
 * over any memory. False iff that is too small. */
bool bench_open(void *region, size_t bytes);

void *bench_malloc(size_t size);
void bench_free(void *address);
void *bench_realloc(void *address, size_t size);

#endif
