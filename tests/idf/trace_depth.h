/* Records of other depths than the test's own, as other programs have them. */
#ifndef TESTS_IDF_TRACE_DEPTH_H
#define TESTS_IDF_TRACE_DEPTH_H

#include <stddef.h>

/* Traces `act` with room for two records of five callers each; the second record's size as it is read
 * back, 0 if anything is wrong with its fields. */
size_t trace_of_depth_five(void (*act)(void));
/* The same without callers, and with the hash map's figures. */
size_t trace_of_depth_none(void (*act)(void));

#endif
