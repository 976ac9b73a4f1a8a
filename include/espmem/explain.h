/* Why a request by capability fails: every heap in the order in which it is asked, the reason that each has
 * for refusing, and what would make the request fit.
 *
 * Asks the pool and changes nothing; says what holds now, which after a failure is what has just held as
 * long as no other task was faster. Allocates nothing. Cost O(heaps²), each heap's lock held for one
 * question at a time.
 *
 * One idea: the reasons come from the same function that chooses the heap for an allocation. */
#ifndef ESPMEM_EXPLAIN_H
#define ESPMEM_EXPLAIN_H

#include "espmem/caps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is wrong with a request in itself; then no heap is asked. */
enum em_flaw {
    EM_NO_FLAW,
    EM_ASKS_FOR_NOTHING,  /* 0 bytes */
    EM_ASKS_TOO_MUCH,     /* more than the chip's largest request, rounded up */
    EM_BAD_ALIGNMENT,     /* no power of two */
    EM_EXEC_WITH_BYTES,   /* EXEC with 8BIT or DMA: no memory is both */
    EM_ASKS_FOR_NO_MEMORY /* no capability is left that memory could have */
};

enum em_refusal {
    EM_WOULD_SERVE,
    EM_LACKS_CAPS,
    EM_NOT_STARTED, /* the start-up stack is still in it */
    EM_TOO_SMALL,   /* less is free than was asked for */
    EM_FRAGMENTED,  /* enough is free, but not in one piece */
};

struct em_refusing_heap {
    const struct em_caps_heap *heap;
    enum em_refusal refusal;
    unsigned priority; /* at which it is asked first; EM_PRIORITIES: never */
    uint32_t missing;  /* capabilities that it lacks */
    size_t free_bytes; /* 0 where it is not started */
    size_t largest;    /* the largest request of this kind (alignment, EXEC) that it would serve */
};

struct em_explanation {
    size_t size, alignment;
    uint32_t caps;
    size_t rounded; /* as the heaps are asked */
    uint32_t adjusted_caps;
    size_t limit; /* the chip's largest request */
    enum em_flaw flaw;
    struct em_refusing_heap *heaps; /* the caller's array, in the order asked; those never asked last */
    unsigned count;                 /* entries in it */
    unsigned all;                   /* heaps of the pool */
    unsigned served_by;             /* the entry that would serve it now; == count: none */

    const struct em_caps_heap *best;  /* of the heaps with all caps, the one with the most room; NULL: none has all */
    size_t best_size;                 /* the largest request that would fit, there; 0: it is full */
    uint32_t nowhere;                 /* capabilities that no heap has */
    uint32_t never_together;          /* two that no heap has both; 0 where there are no such two */
    const struct em_caps_heap *other; /* a heap with room enough that lacks the fewest caps; NULL: none */
    uint32_t dropped;                 /* those that it lacks */
};

/* Explains a request as em_caps_allocate_aligned would make it (alignment 4: as em_caps_allocate).
 * `heaps` has room for `room` entries, stays the caller's and must outlive the explanation; heaps that do
 * not fit in are counted and judged, but not listed. */
void em_caps_explain(struct em_pool *pool, size_t alignment, size_t size, uint32_t caps, struct em_refusing_heap *heaps,
                     unsigned room, struct em_explanation *explanation);

/* Writes it in words: one line for the request, one for each heap, one for what would fit; each with its
 * end. Cut to `room`, terminated; returns the length that it would have. */
size_t em_explain_text(const struct em_explanation *explanation, char *text, size_t room);

/* Writes capabilities by name, "8BIT|INTERNAL", unknown ones in hexadecimal, none as "no capability". The
 * same promise. */
size_t em_caps_names(uint32_t caps, char *text, size_t room);

/* What a region is called: its type's name, or by what it can do. Never NULL. */
const char *em_caps_heap_name(const struct em_caps_heap *heap);

#ifdef __cplusplus
}
#endif
#endif
