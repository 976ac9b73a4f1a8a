/* smallest TRACE: the smallest region in which the trace completes, by bisection.
 *
 * Prints `peak P region R`, both in bytes; all control structures lie in the region. To be built for
 * 32 bits, where blocks and pointers are as big as on the chip. Exit status 0, or 2 for a trace that
 * cannot be read or does not complete in 16 times its peak.
 *
 * One idea: success is taken to be monotone in the region's size. It is not quite (a bigger region has
 * other classes), so on a single random trace this is good to a few percent only. */
#include <stdio.h>
#include <string.h>

#include "bare.h"
#include "run.h"
#include "subject.h"

enum { STEP = 4, TIMES_PEAK = 16 };

static bool completes(const struct trace *trace, void *region, size_t bytes)
{
    memset(trace->addresses, 0, trace->blocks * sizeof *trace->addresses);
    return bench_open(region, bytes) && run_trace(trace);
}

int main(int argc, char **argv)
{
    struct trace trace;
    const char *wrong = argc == 2 ? trace_read(&trace, argv[1]) : "give one trace";
    if (wrong) {
        fprintf(stderr, "smallest: %s\n", wrong);
        return 2;
    }
    size_t fails = trace.peak / STEP, enough = trace.peak / STEP * TIMES_PEAK + 1024;
    void *region = bare_memory(enough * STEP);
    if (!region || !completes(&trace, region, enough * STEP)) {
        fprintf(stderr, "smallest: the trace does not complete in %zu bytes\n", enough * STEP);
        return 2;
    }
    while (enough - fails > 1) {
        size_t middle = fails + (enough - fails) / 2;
        *(completes(&trace, region, middle * STEP) ? &enough : &fails) = middle;
    }
    printf("peak %zu region %zu\n", trace.peak, enough * STEP);
    return 0;
}
