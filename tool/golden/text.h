/* Text that grows, up to a limit.
 *
 * Knows nothing of golden files. One idea: whatever a file or a program under test can make longer
 * is collected here, and nowhere can it grow without bound. */
#ifndef TOOL_GOLDEN_TEXT_H
#define TOOL_GOLDEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>

enum { GOLDEN_TEXT_LIMIT = 4 << 20 };

/* All zero is an empty text. */
struct golden_text {
    char *bytes; /* `length` of them and a 0, or NULL while nothing was ever added */
    size_t length, room;
    bool cut; /* something did not fit under the limit, or there was no memory for it */
};

/* What it holds, as a string; "" when empty. Valid until the next change. */
const char *golden_text_string(const struct golden_text *text);

void golden_text_clear(struct golden_text *text); /* keeps the memory */
void golden_text_close(struct golden_text *text); /* gives the memory back */

/* Both add at the end; what would pass GOLDEN_TEXT_LIMIT is left out and `cut` set. */
void golden_text_add(struct golden_text *text, const char *bytes, size_t length);
void golden_text_print(struct golden_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
