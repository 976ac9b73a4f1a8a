/* Reads golden data from memory: lines, words and numbers, compared as they come.
 *
 * For machines without a libc; what the tool's reader checks of a file's form is not checked again.
 * docs/golden-format.md describes the format.
 *
 * One idea: an outcome is never built as text; each part of it is compared with the next word there. */
#ifndef TESTS_TARGET_GOLDEN_H
#define TESTS_TARGET_GOLDEN_H

#include <stdbool.h>
#include <stdint.h>

enum { GOLDEN_ARGUMENTS = 6 };

struct golden_line {
    const char *text, *end;              /* the whole line */
    const char *word;                    /* its first word */
    uint32_t argument[GOLDEN_ARGUMENTS]; /* a negative number as its two's complement */
    bool has_outcome, peer;
    const char *rest, *rest_end; /* of the outcome: what is not compared yet */
    bool differs;
};

/* The line at `text`, which must end in a line feed; returns where the next one begins. */
const char *golden_line_read(struct golden_line *line, const char *text);

/* Whether the line's first word is this one. */
bool golden_is(const struct golden_line *line, const char *word);

/* The next part of the outcome has to be this. */
void golden_expect(struct golden_line *line, uint32_t number);
void golden_expect_word(struct golden_line *line, const char *word);
/* Two numbers joined by ':', or by ',' and followed by ',' and a letter. */
void golden_expect_pair(struct golden_line *line, uint32_t first, uint32_t second);
void golden_expect_block(struct golden_line *line, uint32_t first, uint32_t second, char letter);
/* Nothing may be left. */
void golden_expect_end(struct golden_line *line);

/* Performs all operations of one file, from its first line on; what follows it through *text. Returns false,
 * with the first wrong line in *line, iff anything differs. *operations grows. */
bool golden_replay_heap(const char **text, struct golden_line *line, unsigned *operations);
bool golden_replay_himem(const char **text, struct golden_line *line, unsigned *operations);

#endif
