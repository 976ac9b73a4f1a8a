/* The files that a command line means: files as named, directories with all that is in them. */
#ifndef TOOL_GOLDEN_FILES_H
#define TOOL_GOLDEN_FILES_H

#include <stdbool.h>

/* Calls `visit` for the path, or, where it is a directory, for each file below it, sorted by name.
 * False, with a sentence on stderr, iff something could not be read or there is no file at all; the
 * others are visited all the same. */
bool golden_files_visit(const char *path, void (*visit)(const char *file, void *context), void *context);

#endif
