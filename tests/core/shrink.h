/* Makes a sequence of operations that shows a fault as short as it gets.
 *
 * Knows nothing of the operations: they are things of `bytes` each, and whoever performs them leaves
 * out what makes no sense any more.
 *
 * One idea: runs are taken out, long ones first, as long as the fault is still there. */
#ifndef TESTS_CORE_SHRINK_H
#define TESTS_CORE_SHRINK_H

#include <stdbool.h>
#include <stddef.h>

/* Performs `count` operations from the start; how many it took to see a fault, 0 if there is none. */
typedef unsigned shrink_attempt(void *context, const void *ops, unsigned count);

/* Shortens ops in place, where `count` of them show a fault; returns how many are left. */
unsigned shrink(void *ops, size_t bytes, unsigned count, shrink_attempt *attempt, void *context);

#endif
