/* A heap as its rules describe it: a list of blocks in address order, no memory, no tables.
 *
 * Knows nothing of how the core does it; written from the rules that the recordings confirm. Slow on
 * purpose: every answer is one loop over all blocks.
 *
 * One idea: a free block remembers when it was freed; the newest of the lowest class is a maximum
 * over the list, so no list of free blocks exists that could be wrong in the same way. */
#ifndef TESTS_CORE_HEAP_MODEL_H
#define TESTS_CORE_HEAP_MODEL_H

#include "heap_script.h"

struct model_block {
    uint32_t offset, size; /* of the payload */
    uint32_t freed;        /* when; 0: used */
};

enum { MODEL_BLOCKS = 600 };

struct heap_model {
    const struct engine_rules *rules;
    uintptr_t base;
    size_t bytes;
    unsigned class_bits;
    unsigned count;
    uint32_t clock;
    uint32_t free_bytes, minimum, never; /* never: free bytes that no block can have */
    uint32_t slots[HEAP_SLOTS];          /* the block's offset; 0: empty */
    struct model_block blocks[MODEL_BLOCKS];
};

/* What differs between engines. */
struct engine_rules {
    const struct em_engine *engine;
    uint32_t header, payload_minimum;
    /* Where the first block is, and its size; false iff the region is too small for one. */
    bool (*lay_out)(struct heap_model *model, uint32_t *first, uint32_t *size);
    /* The lowest size that shares a class with this one. */
    size_t (*class_start)(const struct heap_model *model, size_t size);
};

/* The engines there are, each with its rules. */
extern const struct engine_rules *const engine_rules[];
extern const unsigned engine_count;

/* False iff such a region makes no heap. */
bool heap_model_start(struct heap_model *model, const struct engine_rules *rules, uintptr_t base, size_t bytes);

/* As heap_player_do. */
intmax_t heap_model_do(struct heap_model *model, const struct heap_op *op);

size_t heap_model_largest(const struct heap_model *model);

/* The last lines of a script: all totals, all blocks, that the heap is sound, and how many lines there are. */
void heap_model_write_end(FILE *file, const struct heap_model *model, unsigned operations);

/* The totals anew from the blocks, whoever has set these. */
void heap_model_settle(struct heap_model *model);

/* Compares every block, every total and what is behind every address that matters with the heap, and
 * lets the heap check itself. NULL if all is the same, else what is not. */
const char *heap_model_differs(const struct heap_model *model, struct em_heap *heap);
/* The same without asking for single addresses. */
const char *heap_model_differs_at_a_glance(const struct heap_model *model, struct em_heap *heap);

#endif
