/* The golden format, read: a header, then operations with what was recorded of them.
 *
 * Knows the form of a line, not the operations themselves and not how they are performed.
 * docs/golden-format.md describes the format. One idea: the caller pulls one operation at a time,
 * with the lines that belong to it; any bytes at all give an operation, the end, or one sentence. */
#ifndef TOOL_GOLDEN_PARSE_H
#define TOOL_GOLDEN_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool/golden/input.h"
#include "tool/golden/text.h"

enum golden_family { GOLDEN_MULTI_HEAP, GOLDEN_HEAP_CAPS, GOLDEN_HIMEM, GOLDEN_FAMILIES };
enum golden_poison { GOLDEN_NONE, GOLDEN_LIGHT, GOLDEN_COMPREHENSIVE };

/* Which header lines were there: 1 << one of these. */
enum golden_key {
    GOLDEN_KEY_KIND,
    GOLDEN_KEY_PTR,
    GOLDEN_KEY_POISON,
    GOLDEN_KEY_BASE,
    GOLDEN_KEY_SIZE,
    GOLDEN_KEY_SEED,
    GOLDEN_KEY_LAYOUT,
    GOLDEN_KEY_PSRAM,
    GOLDEN_KEY_RESERVE,
    GOLDEN_KEY_LOG,
    GOLDEN_KEYS,
};

/* The lines before the first operation. What is not there is 0 or "". */
struct golden_header {
    enum golden_family family;
    unsigned present; /* a bit for each enum golden_key */
    char kind[32], layout[32], log[160];
    unsigned log_line;
    uint64_t pointer_bits; /* 32 or 64; 32 where the file does not say */
    enum golden_poison poison;
    uint64_t base, size, seed, psram, reserve; /* all below 2^32 */
};

enum { GOLDEN_ARGUMENTS = 12 };

struct golden_argument {
    const char *word; /* as it stands there */
    int64_t number;   /* where it is one */
    bool is_number;
};

/* One operation. The strings lie in `line_text` and `cut_text` and last until the next read. */
struct golden_step {
    unsigned line;
    struct golden_text line_text; /* the whole line, for messages */
    struct golden_text cut_text;  /* the same, cut into words */
    const char *word;
    struct golden_argument argument[GOLDEN_ARGUMENTS];
    unsigned arguments;
    bool has_outcome;          /* a "=" was there */
    const char *outcome;       /* what stood behind it, "" for nothing */
    bool peer;                 /* marked as a defect or accident of the original */
    struct golden_text output; /* its printed lines, each with its end */
    struct golden_text calls;  /* its failure callbacks: "size 0xcaps function", each with an end of line */
};

struct golden_parser {
    struct golden_input *input;
    struct golden_header header;
    unsigned bad_line; /* where `why` belongs, 0: to the file as a whole */
    char why[GOLDEN_WHY];
};

enum golden_read { GOLDEN_READ_STEP, GOLDEN_READ_END, GOLDEN_READ_BAD };

/* Reads the magic and the header. False, with `why`, iff that is not what stands there.
 * The input stays the caller's and must outlive the parser. */
bool golden_parser_open(struct golden_parser *parser, struct golden_input *input);

/* Reads one operation. END: the file's `end` line was reached, and nothing but comments follows it.
 * BAD, with `bad_line` and `why`: a line that is malformed, or no `end` (the file is cut off).
 * Not to be called again after END or BAD. `step` all zero before the first call. */
enum golden_read golden_parser_next(struct golden_parser *parser, struct golden_step *step);

void golden_step_close(struct golden_step *step);

/* A decimal number with or without "-", or "0x" and hexadecimal digits, of at most 63 bits; nothing else. */
bool golden_number(const char *word, int64_t *number);

#endif
