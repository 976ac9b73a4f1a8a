/* The operations of heap tracing, in files of the heaps by capability.
 *
 * In a recording the cycle counter and the callers are made up: the counter grows by 0x100 with each call
 * of the allocating functions, and the two callers by 4 with each call of those and of the freeing ones.
 * One idea: a watcher of the pool counts the calls, so the tracer under test is the one of every program. */
#ifndef TOOL_GOLDEN_RUN_TRACE_H
#define TOOL_GOLDEN_RUN_TRACE_H

#include "tool/golden/run.h"

/* Once the chip is there and before its first allocation: reads from the file how many callers and which
 * hash map the recording had. */
void golden_trace_open(struct golden_run *run);
/* Once it is gone. */
void golden_trace_close(void);

/* Before each operation: whether it is a call that allocates or frees. */
void golden_trace_expect(bool allocates, bool frees);

void golden_trace_init(struct golden_run *run, const int64_t *argument);
void golden_trace_start(struct golden_run *run, const int64_t *argument);
void golden_trace_stop(struct golden_run *run, const int64_t *argument);
void golden_trace_pause(struct golden_run *run, const int64_t *argument);
void golden_trace_resume(struct golden_run *run, const int64_t *argument);
void golden_trace_get(struct golden_run *run, const int64_t *argument);
void golden_trace_summary(struct golden_run *run, const int64_t *argument);
void golden_trace_dump(struct golden_run *run, const int64_t *argument);
void golden_trace_dump_caps(struct golden_run *run, const int64_t *argument);

#endif
