/* Allocation traces of real programs, as they stand in bench/traces: the reader.
 *
 * A file is a header of four 32-bit words (magic, operations, blocks, threads) and one record of two
 * words for each operation, all little-endian. Knows nothing of heaps.
 *
 * One idea: a trace is read whole before anything is measured, so reading costs nothing there. */
#ifndef BENCH_TRACE_H
#define BENCH_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trace_operation { TRACE_MALLOC, TRACE_FREE, TRACE_REALLOC, TRACE_MEMALIGN };

struct trace_record {
    uint32_t what;   /* operation (2 bits), thread (6), block (24), from the low bits up */
    uint32_t amount; /* size (27 bits), log2 of the alignment (5) */
};

struct trace {
    const struct trace_record *records;
    uint32_t operations;
    uint32_t blocks;  /* block numbers are below this */
    uint32_t *sizes;  /* scratch: one word for each block */
    void **addresses; /* scratch: one pointer for each block */
    size_t peak;      /* the most payload bytes that are live at once */
};

static inline enum trace_operation trace_operation(const struct trace_record *record)
{
    return (enum trace_operation)(record->what & 3u);
}

static inline uint32_t trace_block(const struct trace_record *record)
{
    return record->what >> 8;
}

static inline size_t trace_size(const struct trace_record *record)
{
    return record->amount & ((1u << 27) - 1u);
}

/* Reads the file, uncompressed. NULL on success, else one sentence that says what is wrong with it. */
const char *trace_read(struct trace *trace, const char *path);

#endif
