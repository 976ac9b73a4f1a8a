/* The header of a golden file: the magic line and the `key value` lines below it. */
#ifndef TOOL_GOLDEN_HEADER_H
#define TOOL_GOLDEN_HEADER_H

#include "tool/golden/parse.h"

/* Reads up to the first line that is no header line, which the next read gives again.
 * False, with the line (0: the whole file) and one sentence, iff it is no golden file or malformed. */
bool golden_header_read(struct golden_header *header, struct golden_input *input, unsigned *bad_line, char *why, size_t room);

#endif
