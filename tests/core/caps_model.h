/* A pool as the rules describe it: a list of heaps, each a model of its own, and the order in which
 * they are asked. Operations are data, written as in the recordings (tests/golden, kind heap_caps).
 *
 * One idea: the model of one heap is used unchanged; only the choice among them is written here. */
#ifndef TESTS_CORE_CAPS_MODEL_H
#define TESTS_CORE_CAPS_MODEL_H

#include <stdio.h>

#include "caps_rig.h"
#include "heap_model.h"

enum { CAPS_SLOTS = 120, CAPS_POOLS = 130 /* slots of blocks that became heaps */ };

struct caps_op {
    char kind; /* m a r f: by caps; d g e: by default policy; x: the limit; n: enable; p: a block becomes a heap */
    unsigned slot;
    size_t size, alignment; /* x: the limit is size */
    uint32_t caps;
};

struct model_heap {
    struct heap_model blocks;
    uintptr_t start, end;
    uint32_t caps[3], all;
    bool started, reversed_alias;
};

struct caps_model {
    struct model_heap heaps[RIG_HEAPS];
    unsigned order[RIG_HEAPS], count;
    long limit;
    bool over; /* the start-up */
    unsigned charges;
    struct {
        uintptr_t address;
        unsigned heap;
        size_t by_alias; /* bytes that the caller has, where he has the instruction address; else 0 */
    } slots[HEAP_SLOTS];
    uint32_t told; /* caps of the failure that was to be told by the last operation; 0: none */
    bool was_told;
};

/* The state after caps_rig_start. */
void caps_model_start(struct caps_model *model, const struct caps_rig *rig);

/* An address, 0 for none; of p an enum em_error. */
uintptr_t caps_model_do(struct caps_model *model, const struct caps_op *op);
enum em_error caps_model_add(struct caps_model *model, const uint32_t caps[3], uintptr_t start, uintptr_t end);

/* The caps that a block which becomes a heap gets. */
extern const uint32_t caps_model_pool_caps[3];

/* Compares all heaps and the sums over them. NULL, or what differs. */
const char *caps_model_differs(struct caps_model *model, struct caps_rig *rig);

/* The last lines of a script: the sums over heaps, and how many lines there are. */
void caps_model_write_end(FILE *file, const struct caps_model *model, unsigned operations);

void caps_op_write(FILE *file, const struct caps_model *model, const struct caps_op *op, uintptr_t result);

#endif
