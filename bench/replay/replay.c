/* replay TRACE: runs a trace once over the linked subject, for the counting plugin to watch.
 *
 * The region is four times the trace's peak of live bytes, so that nothing fails and no search gets
 * easy. Exit status 0; 1 if an allocation failed; 2 for a trace that cannot be read.
 *
 * One idea: the program measures nothing itself. */
#include "bare.h"
#include "run.h"
#include "subject.h"

enum { TIMES_PEAK = 4 };

static int complain(const char *sentence)
{
    bare_print("replay: ");
    bare_print(sentence);
    bare_print("\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct trace trace;
    if (argc != 2) {
        return complain("give one trace");
    }
    const char *wrong = trace_read(&trace, argv[1]);
    if (wrong) {
        return complain(wrong);
    }
    size_t bytes = trace.peak * TIMES_PEAK;
    void *region = bare_memory(bytes);
    if (!region || !bench_open(region, bytes)) {
        return complain("there is no memory for the region, or it is too small for a heap");
    }
    if (run_trace(&trace)) {
        return 0;
    }
    complain("an allocation failed in a region of four times the peak");
    return 1;
}
