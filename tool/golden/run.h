/* One file's replay: what the families of operations share.
 *
 * Knows how an operation is found, checked, performed and compared; what the operations do is in
 * run_*.c. One idea: an operation is a row of a table (word, arguments, function) that writes its
 * outcome as text, so that recording and replay are compared in one place. */
#ifndef TOOL_GOLDEN_RUN_H
#define TOOL_GOLDEN_RUN_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/board.h"
#include "multi_heap.h"
#include "tool/golden/memory.h"
#include "tool/golden/parse.h"
#include "tool/golden/report.h"
#include "tool/golden/slots.h"
#include "tool/golden/tasks.h"
#include "tool/golden/text.h"

struct golden_run {
    const char *path;
    const struct golden_header *header;
    struct golden_totals *totals;
    const struct golden_step *step; /* the one being performed */
    char why[GOLDEN_WHY];           /* set by an operation that cannot be performed: bad input */

    struct golden_text result;  /* the outcome of this operation */
    struct golden_text console; /* what the chip printed during it */
    struct golden_text calls;   /* the failure callbacks during it */

    struct golden_slots slots;
    /* The recording followed a defect that espmem does not have; nothing is compared until it starts anew. */
    bool departed;

    struct em_board board;
    struct golden_memory memory; /* multi_heap: the registered region */
    void *heap;                  /* multi_heap: the handle, NULL while there is none */
    bool registered;             /* multi_heap: there was an attempt to make one */
    struct golden_slots ranges;  /* himem: the slots of ranges */
    struct golden_tasks tasks;   /* heap_caps: who calls */
};

enum golden_operation_flag {
    GOLDEN_HAS_OUTCOME = 1,   /* recorded with "="; without it the line is a script's and is not compared */
    GOLDEN_ALWAYS_PRINTS = 2, /* recorded with output lines; the same */
    GOLDEN_CHANGES = 4,       /* where the outcome differs from a defect's, so does all that follows */
    GOLDEN_STARTS_ANEW = 8,   /* nothing that went before matters any more */
    GOLDEN_NEEDS_HEAP = 16,   /* where run->heap is NULL nothing is done, and the outcome is "-" */
    GOLDEN_ALLOCATES = 32,    /* a call of the allocating functions, whatever comes of it */
    GOLDEN_FREES = 64,        /* a call of the freeing ones */
    GOLDEN_SHOWS_BOOKS = 128, /* not compared where the original keeps its books in the heaps: in kind `task` */
};

struct golden_operation {
    const char *word; /* or two words with a blank between; the second is no argument */
    /* A letter an argument: s slot, n size (0 to 2^32 - 1), d signed distance, x address or caps
     * (0 to 2^32 - 1), b byte, w any word, and last * behind a letter for any number of it. */
    const char *arguments;
    unsigned flags;
    void (*perform)(struct golden_run *run, const int64_t *argument);
};

struct golden_players {
    const struct golden_operation *operations;
    unsigned count;
    bool records_output; /* all that is printed stands in the recording; else only where a line has some */
    /* Makes a fresh chip for this file. False with run->why iff the header asks for what cannot be.
     * close is called in either case. */
    bool (*open)(struct golden_run *run);
    void (*close)(struct golden_run *run);
    void (*before)(const struct golden_operation *operation); /* each is performed; NULL: nothing to do */
};
extern const struct golden_players golden_multi_heap, golden_heap_caps, golden_himem;

/* How many arguments the operation now performed has, where that varies. */
unsigned golden_argument_count(const struct golden_run *run);

/* Adds a word to the outcome: a pointer as 0x%08x or "-", an esp_err_t by its name. */
void golden_result_pointer(struct golden_run *run, const void *pointer);
void golden_result_error(struct golden_run *run, int error);
void golden_result_number(struct golden_run *run, uint64_t number);
void golden_result_info(struct golden_run *run, const multi_heap_info_t *info);

/* Replays a file or, where it is not golden, says so; adds to the totals. */
void golden_replay(const char *path, struct golden_totals *totals);

#endif
