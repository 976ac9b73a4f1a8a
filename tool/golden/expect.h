/* Printed text, made comparable: what a recording and a replay may differ in is taken out.
 *
 * One idea: both sides pass the same filter, and then text is text. */
#ifndef TOOL_GOLDEN_EXPECT_H
#define TOOL_GOLDEN_EXPECT_H

#include "tool/golden/parse.h"
#include "tool/golden/text.h"

/* Adds the lines as they are to be compared: the boot time of log lines ("I (12) tag: …") is dropped,
 * and in files of kind `die`, where a freed block's head shows whatever came to stand there, a line
 * ends at " got". */
void golden_comparable(struct golden_text *text, const struct golden_header *header, const char *lines);

#endif
