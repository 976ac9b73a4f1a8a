/* Watchers: whoever is told of what happens to memory.
 *
 * The core tells each event once, with the pointer that the user holds; who listens, counts or
 * prints is not its business. A watcher must not allocate from what it watches.
 *
 * One idea: debugging observes one stream of events and never changes the path that it observes. */
#ifndef ESPMEM_WATCH_H
#define ESPMEM_WATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum em_event_kind {
    EM_ALLOCATED, /* after the block is the caller's */
    EM_FREED,     /* before the block is anybody else's */
    EM_RESIZED,   /* `old_address`: where it came from, the same where it stayed; if not, told before the old
                     block is anybody else's */
    EM_REFUSED,   /* one attempt: nobody has room for these caps. Another attempt or EM_FAILED follows */
    EM_FAILED,    /* a request that nothing could satisfy; address NULL */
    EM_MAPPED,    /* himem: `size` bytes at `address` */
    EM_UNMAPPED,
};

struct em_event {
    enum em_event_kind kind;
    void *address;
    void *old_address;
    size_t size;    /* as asked for: n * size where n of them were; 0 where freed */
    size_t rounded; /* as the heaps were asked for it: what the alignment of hardware and words made of it */
    size_t alignment;
    uint32_t caps;          /* as asked for */
    uint32_t adjusted_caps; /* as the heaps were asked for them: EXEC brings 32BIT, … */
};

/* What an event does not carry can be asked of the port while it is told, on the thread that caused it:
 * the time, the task, the callers. No lock of a heap or a pool is held meanwhile. */

struct em_watcher {
    void (*notify)(struct em_watcher *watcher, const struct em_event *event);
    struct em_watcher *next; /* the core's */
};

#ifdef __cplusplus
}
#endif
#endif
