/* Running a trace over the subject that is linked.
 *
 * Knows neither the subject nor what is measured about it.
 *
 * One idea: contents of blocks are never touched, so whatever memory traffic there is, is the subject's. */
#include "run.h"

#include "subject.h"

static bool run_record(const struct trace_record *record, void **address)
{
    switch (trace_operation(record)) {
    case TRACE_FREE:
        bench_free(*address);
        *address = NULL;
        return true;
    case TRACE_REALLOC: {
        void *moved = bench_realloc(*address, trace_size(record));
        *address = moved ? moved : *address;
        return moved != NULL;
    }
    case TRACE_MALLOC:
    case TRACE_MEMALIGN:
        *address = bench_malloc(trace_size(record));
        return *address != NULL;
    }
    return false;
}

bool run_trace(const struct trace *trace)
{
    for (uint32_t i = 0; i < trace->operations; i++) {
        if (!run_record(&trace->records[i], &trace->addresses[trace_block(&trace->records[i])])) {
            return false;
        }
    }
    return true;
}
