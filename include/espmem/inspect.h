/* Questions about the running chip's heaps, answered in words on stderr. For a program on a PC, or for a
 * debugger: `call espmem_show_heaps(0)`.
 *
 * Nothing here allocates, or holds a lock while it writes; others may allocate and free meanwhile. The
 * structs behind the words: espmem/explain.h, espmem/shape.h and espmem/trace.h. Without a running chip
 * nothing is written.
 *
 * One idea: one function for each question that the figures alone leave open. */
#ifndef ESPMEM_INSPECT_H
#define ESPMEM_INSPECT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What would become of heap_caps_malloc(size, caps) now: each heap's answer, and what would fit. */
void espmem_explain(size_t size, uint32_t caps);

/* Every heap that has all of `caps` (0: all heaps): what is free, the largest request, how fragmented it is;
 * then the reserves inside other heaps, and how full they are. */
void espmem_show_heaps(uint32_t caps);

/* Of each heap that has all of `caps`: who holds the blocks between its two largest holes, so that they
 * cannot become one. The holders are known as far as heap_trace_start or the tracking of tasks has seen the
 * blocks being allocated. At most `lines` blocks of each heap. */
void espmem_show_gaps(uint32_t caps, unsigned lines);

#ifdef __cplusplus
}
#endif
#endif
