/* himem as its documentation describes it: who owns which bank and page, and which page shows which
 * bank. Written from the documented rules; every question is a loop.
 *
 * Operations are data, as for heaps, written as in the recordings (tests/golden, kind himem).
 *
 * One idea: handles are taken as himem gives them, everything else the model knows by itself. */
#ifndef TESTS_CORE_HIMEM_MODEL_H
#define TESTS_CORE_HIMEM_MODEL_H

#include <stdio.h>

#include "himem_rig.h"

struct himem_op {
    char kind;            /* a: alloc, r: range, m: map, u: unmap, f: free, d: rfree */
    unsigned slot, range; /* slots of memories and of ranges */
    size_t offset, at;    /* map: in the memory, in the range; unmap: `at` from the range's start, wrapping */
    size_t length;        /* bytes; of a range: pages */
    unsigned refuse;      /* map: the machine refuses the n-th run; 0: none */
};

struct himem_model {
    const struct himem_rig *rig;                      /* for its layout and the slots' handles */
    unsigned owner[RIG_BANKS], page_of[RIG_BANKS];    /* handle; 1 + page */
    unsigned range_of[RIG_PAGES], bank_of[RIG_PAGES]; /* range; 1 + bank */
    unsigned first_taken;                             /* page of the range that was taken last */
};

void himem_model_start(struct himem_model *model, const struct himem_rig *rig);

/* What the operation is to return; the model does it. `given` is the handle or range that himem has
 * given where it succeeds. */
enum em_error himem_model_do(struct himem_model *model, const struct himem_op *op);

/* Performs it on the rig; the slot of what is freed is empty afterwards. Comes after the model, which
 * looks at the slots, where it frees, and before it where it takes. */
enum em_error himem_rig_do(struct himem_rig *rig, const struct himem_op *op, void **pointer);

/* Whether all banks and pages are as the model has them; NULL, or what is not. */
const char *himem_model_differs(const struct himem_model *model, struct himem_rig *rig);

/* Whether the slot holds something that is live. */
bool himem_model_has_memory(const struct himem_model *model, unsigned slot);
bool himem_model_has_range(const struct himem_model *model, unsigned slot);

/* The last lines of a script. */
void himem_model_write_end(FILE *file, const struct himem_model *model, unsigned operations);

/* One line of a script. `result` is what is right. */
void himem_op_write(FILE *file, const struct himem_model *model, const struct himem_op *op, enum em_error result);

#endif
