/* Operations on one heap as data: what a sequence of them is, and how it is written.
 *
 * The text is that of the recordings (tests/golden, kind multi_heap): an operation is a letter and
 * its numbers. `t slot size` (em_heap_resize, which ESP-IDF does not have) is ours.
 *
 * One idea: whoever performs an operation, a heap or its model, returns one number, and these can be
 * compared. */
#ifndef TESTS_CORE_HEAP_SCRIPT_H
#define TESTS_CORE_HEAP_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "espmem/heap.h"

enum { HEAP_SLOTS = 256, HEAP_OPS = 4000, HEAP_NONE = -1 };

struct heap_op {
    char kind;     /* m r a o f t x y, as in the recordings */
    unsigned slot; /* the pointer it makes or uses */
    size_t size;   /* of y: the minimum */
    size_t alignment, offset;
};

/* A heap that operations are performed on. Blocks are filled, and their contents checked whenever
 * they are used again. */
struct heap_player {
    struct em_heap *heap;
    struct {
        unsigned char *address;
        size_t size;   /* bytes asked for */
        unsigned seed; /* of its contents */
    } slots[HEAP_SLOTS];
    unsigned seeds;
    bool spoiled; /* a block had lost its contents */
};

/* Makes a heap of [start, start + bytes) and empties all slots; heap is NULL where that is refused. */
void heap_player_start(struct heap_player *player, void *start, size_t bytes, const struct em_engine *engine);

/* Performs it; the new block as an offset from the heap's start, HEAP_NONE where there is none; x:
 * the old minimum; t: whether it held. */
intmax_t heap_player_do(struct heap_player *player, const struct heap_op *op);

/* Reads operations separated by ';' or line ends; a letter may be followed by " = result", which is
 * skipped. Returns how many, or -1 where one is not understood. */
int heap_script_read(const char *text, struct heap_op *ops, unsigned room);

/* Writes a script that `espmem golden` replays, with the results that are right; its end is the caller's. */
struct heap_script {
    uintptr_t base; /* of which 16 bits count */
    size_t bytes;
    unsigned seed;
    const struct heap_op *ops;
    const intmax_t *results;
    unsigned count;
};
void heap_script_write(FILE *file, const struct heap_script *script);

#endif
