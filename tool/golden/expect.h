/* Printed text, made comparable: what a recording and a replay may differ in is taken out.
 *
 * One idea: both sides pass the same filter, and then text is text. */
#ifndef TOOL_GOLDEN_EXPECT_H
#define TOOL_GOLDEN_EXPECT_H

#include "tool/golden/parse.h"
#include "tool/golden/text.h"

/* Adds the lines as they are to be compared: the boot time of log lines ("I (12) tag: …") is dropped,
 * and in files of kind `die`, where a freed block's head shows whatever came to stand there, a line
 * ends at " got". In files of kind `task` addresses of blocks and what belongs to no task are dropped,
 * and the blocks of one heap stand by size. */
void golden_comparable(struct golden_text *text, const struct golden_header *header, const char *lines);

/* The lines of kind `task`; those that need nothing else go to add_other. */
typedef void golden_line_adder(struct golden_text *text, const char *line, size_t length);
void golden_add_task_lines(struct golden_text *text, const char *lines, golden_line_adder *add_other);

#endif
