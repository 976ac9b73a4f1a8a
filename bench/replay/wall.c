/* wall TRACE: the time that a trace takes over the linked subject, in nanoseconds per operation.
 *
 * One run; whoever wants the best of several starts it several times, in turns with what it is compared to.
 *
 * One idea: a process for each run, so that no allocator profits from what another has warmed up. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bare.h"
#include "run.h"
#include "subject.h"

enum { TIMES_PEAK = 4, ROUNDS = 5 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* What is still live is given back, for the next round. */
static void give_back(const struct trace *trace)
{
    for (uint32_t i = 0; i < trace->blocks; i++) {
        if (trace->addresses[i]) {
            bench_free(trace->addresses[i]);
        }
    }
    memset(trace->addresses, 0, trace->blocks * sizeof *trace->addresses);
}

int main(int argc, char **argv)
{
    struct trace trace;
    const char *wrong = argc == 2 ? trace_read(&trace, argv[1]) : "give one trace";
    size_t bytes = wrong ? 0 : trace.peak * TIMES_PEAK + 65536;
    void *region = wrong ? NULL : bare_memory(bytes);
    if (!region || !bench_open(region, bytes)) {
        fprintf(stderr, "wall: %s\n", wrong ? wrong : "there is no memory for the region");
        return 2;
    }
    double best = 1e30;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        if (!run_trace(&trace)) {
            fprintf(stderr, "wall: an allocation failed\n");
            return 1;
        }
        double taken = now() - start;
        best = taken < best ? taken : best;
        give_back(&trace);
    }
    printf("%.2f\n", best / trace.operations);
    return 0;
}
