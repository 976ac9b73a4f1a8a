/* Heaps drawn as text, and operations that look at the whole heap before and after.
 *
 *     CASE(free_merges_both_neighbours, 4096, "m 0 32; m 1 32; m 2 32; f 0; f 2", "f 1", "F3692")
 *
 * is a test of its own: performs the first operations, then the one that matters, and compares the
 * picture. Every step is compared with the heap's model as well. Needs check.h before it.
 *
 * One idea: a rule is a line. */
#ifndef TESTS_CORE_PICTURE_H
#define TESTS_CORE_PICTURE_H

#include "heap_model.h"

/* "U64 F128 U32": the blocks in address order; a static buffer. */
const char *picture(struct em_heap *heap);

/* Performs `before` and then `op` on a fresh heap of `bytes` at a multiple of 64 KiB. NULL if every step was as the model has
 * it and the last one gave `picture` (NULL: not looked at) and `result`; else what was not. */
struct picture_case {
    size_t bytes;
    const char *before, *op, *picture;
    intmax_t result;
};
enum { ANY_RESULT = -2 };
const char *picture_differs(const struct picture_case *it);

#define CASE_WITH_RESULT(name, bytes, before, op, picture, result)                                                             \
    TEST(name)                                                                                                                 \
    {                                                                                                                          \
        const char *wrong = picture_differs(&(struct picture_case){bytes, before, op, picture, result});                       \
        if (wrong)                                                                                                             \
            check_fail(__FILE__, __LINE__, "%s", wrong);                                                                       \
    }
#define CASE(name, bytes, before, op, picture) CASE_WITH_RESULT(name, bytes, before, op, picture, ANY_RESULT)

/* Memory for a heap, 64 KiB aligned, of at least 64 KiB + 64 bytes; the caller's until the next call
 * with another number. */
void *picture_memory(size_t bytes);

#endif
