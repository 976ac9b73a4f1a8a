/* What a replay has to say: mismatches in full, up to a number, and the totals.
 *
 * Knows nothing of heaps. One idea: an operation is right or a mismatch, never several; whatever of it
 * differs (outcome, output, callbacks) is printed together. */
#ifndef TOOL_GOLDEN_REPORT_H
#define TOOL_GOLDEN_REPORT_H

#include <stdbool.h>

enum { GOLDEN_SHOWN = 20 }; /* unless all are wanted */

struct golden_totals {
    unsigned long files, operations, mismatches;
    bool show_all;  /* every mismatch, however many */
    bool bad_input; /* some file could not be replayed, or not to its end */
};

/* Whether two outcomes say the same: word by word, numbers by value. */
bool golden_same_outcome(const char *expected, const char *got);

/* Counts one mismatch; true iff it is one of those to be shown, and its heading is printed. */
bool golden_report_mismatch(struct golden_totals *totals, const char *path, unsigned line, const char *operation);

/* Below the heading: what was expected and what came. Nothing is printed where both are the same. */
void golden_report_outcome(const char *expected, const char *got);
void golden_report_lines(const char *what, const char *expected, const char *got);

/* The line before the last where mismatches were left out, and `files F operations N mismatches M`. */
void golden_report_totals(const struct golden_totals *totals);

#endif
