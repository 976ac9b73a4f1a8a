/* What listens to the running chip's heaps on behalf of ESP-IDF's functions: the hooks and the tracer. */
#ifndef IDF_HEAP_WATCH_H
#define IDF_HEAP_WATCH_H

#include "espmem/trace.h"

/* Adds the program's hooks to the chip's pool, if it defines any and its configuration does not forbid it.
 * The boot calls it once for each chip, before the first allocation. */
void idf_heap_hooks_open(void);

/* The running chip's tracer, NULL while the program has not asked for one. */
struct em_trace *idf_heap_trace(void);

/* Where records get their time and callers from; NULL (the state at start): from the platform and the
 * calls. For replays and tests; before the chip's first heap_trace_init_standalone. */
extern const struct em_trace_source *idf_heap_trace_source;

#endif
