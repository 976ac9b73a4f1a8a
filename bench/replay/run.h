/* Running a trace over the subject that is linked. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <stdbool.h>

#include "trace.h"

/* Runs every operation in order; alignments are ignored, as in the figures published for other heaps.
 * False iff an allocation failed: then it stops there. */
bool run_trace(const struct trace *trace);

#endif
