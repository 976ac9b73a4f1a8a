/* Who called into ESP-IDF's functions, for whoever records it.
 *
 * A function that firmware calls to allocate or free begins with IDF_ENTRY. Calls of the library among
 * each other do not count: the outermost entry is the caller. Unless somebody wants to know, an entry
 * costs one look at a flag.
 *
 * One idea: the caller belongs to the thread, not to the call, so nothing has to be handed down. */
#ifndef IDF_CALLER_H
#define IDF_CALLER_H

#include <stdbool.h>

#include "chip.h"

struct idf_caller {
    const void *address; /* where the call returns to; NULL: no call is under way */
    const void *frame;   /* the called function's frame */
};

extern _Thread_local struct idf_caller idf_caller;

/* The thread is inside a call from now on; false iff it was before, or nobody wants to know. */
bool idf_caller_enter(const void *address, const void *frame);
void idf_caller_leave(bool entered);

/* The return addresses of the call that is under way, innermost first; 0 where none is. Only the first,
 * unless frame pointers are to be followed. */
unsigned idf_callers(void **list, unsigned room);

static inline bool idf_enter(const void *address, const void *frame)
{
    return __builtin_expect(__atomic_load_n(&idf_chip.wants_callers, __ATOMIC_RELAXED), 0) && idf_caller_enter(address, frame);
}

static inline void idf_leave(const bool *entered)
{
    if (__builtin_expect(*entered, 0))
        idf_caller_leave(true);
}

#define IDF_ENTRY                                                                                                              \
    __attribute__((cleanup(idf_leave), unused)) const bool idf_entered =                                                       \
        idf_enter(__builtin_return_address(0), __builtin_frame_address(0))

#endif
