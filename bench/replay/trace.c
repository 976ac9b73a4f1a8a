/* The reader of trace.h, over the five functions of bare.h.
 *
 * One idea: what is believed of a file is checked here once; a record that names a block out of range
 * or frees what is not live is refused, so that a replay needs no checks of its own. */
#include "trace.h"

#include "bare.h"

enum { HEADER_WORDS = 4, MAGIC = 0x43525448 }; /* "HTRC" */

static bool allocates(const struct trace_record *record)
{
    return trace_operation(record) == TRACE_MALLOC || trace_operation(record) == TRACE_MEMALIGN;
}

/* Follows the live bytes through the trace. False iff a record contradicts those before it. */
static bool find_peak(struct trace *trace)
{
    const uint32_t live_mark = 1u << 31; /* apart from the size: a block of 0 bytes is live too */
    size_t live = 0;
    for (uint32_t i = 0; i < trace->operations; i++) {
        const struct trace_record *record = &trace->records[i];
        if (trace_block(record) >= trace->blocks) {
            return false;
        }
        uint32_t *size = &trace->sizes[trace_block(record)];
        if (allocates(record) == ((*size & live_mark) != 0)) {
            return false;
        }
        live -= *size & ~live_mark;
        *size = trace_operation(record) == TRACE_FREE ? 0 : (uint32_t)trace_size(record) | live_mark;
        live += *size & ~live_mark;
        trace->peak = live > trace->peak ? live : trace->peak;
    }
    return true;
}

const char *trace_read(struct trace *trace, const char *path)
{
    uint32_t header[HEADER_WORDS];
    *trace = (struct trace){0};
    int file = bare_open(path);
    if (file < 0) {
        return "the file cannot be opened; give the path of an uncompressed trace";
    }
    if (bare_read(file, header, sizeof header) != (long)sizeof header || header[0] != (uint32_t)MAGIC) {
        return "the file is no trace: it does not begin with HTRC (is it still compressed?)";
    }
    trace->operations = header[1];
    trace->blocks = header[2];
    if (trace->operations > 1u << 27 || trace->blocks > 1u << 24) {
        return "the header counts more operations or blocks than the format can name";
    }
    size_t bytes = trace->operations * sizeof *trace->records;
    struct trace_record *records = bare_memory(bytes + 1);
    trace->sizes = bare_memory(trace->blocks * sizeof *trace->sizes + 1);
    trace->addresses = bare_memory(trace->blocks * sizeof *trace->addresses + 1);
    if (!records || !trace->sizes || !trace->addresses) {
        return "there is not enough memory for the trace";
    }
    if (bare_read(file, records, bytes) != (long)bytes) {
        return "the file ends before its last operation";
    }
    trace->records = records;
    return find_peak(trace) ? NULL : "a record frees or resizes a block that is not live, or takes one that is";
}
