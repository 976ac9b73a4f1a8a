/* The tracer: which blocks were allocated and not freed, by whom, kept in records of the caller's.
 *
 * A watcher (watch.h) that any pool may have. It never allocates; the records, and the memory of its own
 * that finds them, are the caller's and must not lie in what is watched only by their own choice: the
 * tracer does not mind. Knows no chip and prints nothing.
 *
 * One idea: the records are in a list by age and in a table by address, so that an allocation and a free
 * each cost the same whatever the number of records.
 *
 * Unless said otherwise: callable from any task and where the port's lock allows it; O(1). */
#ifndef ESPMEM_TRACE_H
#define ESPMEM_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/error.h"
#include "espmem/port.h"
#include "espmem/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EM_TRACE_DEPTH_MAX = 32 };

enum em_trace_mode {
    EM_TRACE_ALL,   /* a freed block's record stays, marked */
    EM_TRACE_LEAKS, /* a freed block's record goes */
};

/* How a record begins. The caller's own may be longer; what follows is not touched. It may lie at any
 * multiple of 4. */
struct em_trace_record {
    uint32_t time; /* when it was allocated, by the source */
    void *address;
    size_t size; /* as asked for */
    bool freed;
    void *callers[]; /* `depth` of the allocation, then `depth` of the free; NULLs fill up a shorter list */
};

/* One record with its callers, away from the buffer. */
struct em_trace_copy {
    uint32_t time;
    void *address;
    size_t size;
    bool freed;
    unsigned depth;
    void *allocated_by[EM_TRACE_DEPTH_MAX];
    void *freed_by[EM_TRACE_DEPTH_MAX];
};

struct em_trace_buffer {
    void *records;
    size_t count;
    size_t record_bytes; /* from one record to the next; a multiple of 4 */
    unsigned depth;      /* callers kept of an allocation, and of a free */
};

/* What an event does not carry. Called on the thread that allocates or frees, outside every lock. */
struct em_trace_source {
    uint32_t (*time)(void);
    /* Writes up to `room` return addresses, innermost first, and says how many. */
    unsigned (*callers)(void **list, unsigned room);
};

struct em_trace_summary {
    enum em_trace_mode mode;
    size_t allocations, frees; /* since the start, also of blocks without a record */
    size_t found, not_found;   /* frees whose block had a live record, and others */
    size_t count, capacity;    /* records that there are and can be */
    size_t high_water_mark;    /* the most records there ever were; a new start leaves it */
    bool overflowed;           /* the oldest record was dropped for a new one since the start */
    uint64_t looked_at;        /* records that were compared to find one by its address, in all */
    uint32_t newest;           /* which record was the newest */
};

struct em_trace_node; /* the core's */

/* A place in the list that moves on when its record goes; the core's. */
struct em_trace_cursor {
    struct em_trace_cursor *next;
    uint32_t node;
    size_t position;
};

enum em_trace_state {
    EM_TRACE_UNUSED, /* before the first start or stop */
    EM_TRACE_RUNNING,
    EM_TRACE_FREES_ONLY,
    EM_TRACE_STOPPED,
    EM_TRACE_CLEARING,
};

/* Read it as you like; only the tracer writes. */
struct em_trace {
    struct em_watcher watcher; /* first */
    const struct em_trace_source *source;
    struct em_lock lock;
    enum em_trace_state state;
    bool keeps_freed; /* a freed block's record stays */
    struct em_trace_buffer buffer;
    struct em_trace_node *nodes; /* one beside each record */
    uint32_t *serials;           /* by age, one beside each node */
    uint32_t *buckets;           /* node + 1 of the newest with this hash, 0 for none */
    unsigned bucket_bits;
    uint32_t oldest, newest, unused, touched; /* nodes; `touched` of them were ever used */
    uint32_t serial;
    uintptr_t upper_half; /* of the first record's address, beyond 32 bits */
    bool wide;            /* some record has another one */
    struct em_trace_cursor *cursors, last_got;
    struct em_trace_summary sums;
};

/* A tracer without records, stopped. `source` stays the caller's. The caller then adds trace->watcher to
 * a pool, once: a stopped tracer costs a call per event. */
void em_trace_open(struct em_trace *trace, const struct em_trace_source *source);

/* Bytes of memory that the tracer needs beside `count` records; 0 iff that is too many. */
size_t em_trace_index_bytes(size_t count);

/* The records to use from now on (they need not be cleared) and em_trace_index_bytes(count) bytes beside
 * them at a multiple of 8; what was recorded is forgotten. NULL gives both back to the caller: the tracer
 * then has none. O(count). INVALID_STATE iff it is running or paused, INVALID_ARG iff there is no record, no
 * index, a depth over EM_TRACE_DEPTH_MAX, or a record too short for the depth. */
enum em_error em_trace_use(struct em_trace *trace, const struct em_trace_buffer *buffer, void *index);

/* Forgets what was recorded and records, also while it is running: O(count), no lock held meanwhile.
 * INVALID_STATE iff it has no records, or another start is under way. */
enum em_error em_trace_start(struct em_trace *trace, enum em_trace_mode mode);
/* INVALID_STATE iff it is stopped; before the first start it is neither, so the first stop is EM_OK. */
enum em_error em_trace_stop(struct em_trace *trace);
/* Frees are recorded, allocations not. INVALID_STATE iff it is not running. */
enum em_error em_trace_pause(struct em_trace *trace);
/* Records again and forgets nothing, by the mode of the last start. INVALID_STATE iff it is running or has
 * no records; without an earlier start the mode is EM_TRACE_ALL. */
enum em_error em_trace_resume(struct em_trace *trace);

void em_trace_get_summary(struct em_trace *trace, struct em_trace_summary *summary);

/* The index-th record by age, 0 the oldest; false iff there are not as many. O(index), O(1) for the next
 * index after the last one asked for. The lock is held for at most 64 records at a time. */
bool em_trace_get(struct em_trace *trace, size_t index, struct em_trace_copy *copy);

/* The record of a live block by the address that its user holds; false iff there is none. */
bool em_trace_find(struct em_trace *trace, const void *address, struct em_trace_copy *copy);

/* Shows the records that were there when `as_of` was got (NULL: that are there now), oldest first, until
 * `visit` returns false; no lock is held during it. Records that have gone since may be missing; none is
 * shown twice. True iff new ones have come since. */
typedef bool em_trace_visitor(void *context, const struct em_trace_copy *record);
bool em_trace_walk(struct em_trace *trace, const struct em_trace_summary *as_of, em_trace_visitor *visit, void *context);

#ifdef __cplusplus
}
#endif
#endif
