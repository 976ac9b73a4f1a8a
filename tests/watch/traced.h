/* A tracer that is told of events by hand. */
#ifndef TESTS_WATCH_TRACED_H
#define TESTS_WATCH_TRACED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/trace.h"

enum { DEPTH = 2, ROOM = 64, RECORD_BYTES = 24 + 2 * DEPTH * 8 + 16 };

extern struct em_trace trace;
extern unsigned char records[ROOM * RECORD_BYTES];
extern const struct em_trace_source source; /* its time is 4, 8, … */
extern uintptr_t caller;                    /* of all events; 0: unknown */

/* Gives it so many of `records`; without a start, or opened anew and started. */
enum em_error use(size_t count);
void open_trace(size_t count, enum em_trace_mode mode);

void tell(enum em_event_kind kind, uintptr_t address, uintptr_t old, size_t size);
void allocate(uintptr_t address, size_t size);
void release(uintptr_t address);

struct em_trace_summary summary(void);
/* The index-th record's address, 0 where there is none. */
uintptr_t address_at(size_t index);

#endif
