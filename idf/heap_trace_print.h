/* The chip's text of a heap trace. */
#ifndef IDF_HEAP_TRACE_PRINT_H
#define IDF_HEAP_TRACE_PRINT_H

#include "espmem/trace.h"

/* Prints the records whose memory `caps` names (MALLOC_CAP_INTERNAL, MALLOC_CAP_SPIRAM, or both: all) and a
 * summary, on the chip's console, a line at a time. `trace` NULL: there are none. `sums`: as they stood before
 * the first line; `hash_slots`: of the hash map that the chip would have, 0 for none. */
void idf_heap_trace_print(struct em_trace *trace, const struct em_trace_summary *sums, uint32_t caps, size_t hash_slots);

#endif
