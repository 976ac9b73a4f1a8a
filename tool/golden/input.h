/* The lines of a golden file, plain or gzip, or of a piece of memory.
 *
 * Knows nothing of what the lines mean. One idea: one line at a time in one bounded buffer, so that
 * no file, however long or however compressed, needs more memory than its longest line may. */
#ifndef TOOL_GOLDEN_INPUT_H
#define TOOL_GOLDEN_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "tool/golden/text.h"

enum { GOLDEN_LINE_LIMIT = 1 << 20, GOLDEN_WHY = 320 };

struct golden_input {
    void *file;                  /* zlib's, or NULL: read from memory */
    const unsigned char *memory; /* what is left of it */
    size_t memory_left;
    char block[16384];
    size_t block_used, block_filled;
    struct golden_text text; /* the line last read */
    unsigned line;           /* its number, from 1 */
    bool again;              /* the next read gives it once more */
    char why[GOLDEN_WHY];    /* one sentence, after GOLDEN_LINE_BAD */
};

enum golden_line { GOLDEN_LINE, GOLDEN_LINE_NONE, GOLDEN_LINE_BAD };

/* Opens a file of either form, told apart by content. False with `why` set iff it cannot be read. */
bool golden_input_open(struct golden_input *input, const char *path);
/* The same over bytes that stay the caller's. */
void golden_input_open_memory(struct golden_input *input, const void *bytes, size_t count);
void golden_input_close(struct golden_input *input);

/* Reads the next line into `text`, without its end; the last line may lack one. BAD, with `why`: a
 * broken or cut-off gzip stream, a byte 0, a line over GOLDEN_LINE_LIMIT, no memory. */
enum golden_line golden_input_next(struct golden_input *input);

/* Makes the next call give the same line again. */
void golden_input_unread(struct golden_input *input);

#endif
