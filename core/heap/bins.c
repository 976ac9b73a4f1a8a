/* The engine for every use but chip-exact simulation; see bins_operations.h.
 *
 * One idea: a pointer is checked, and what is behind it believed. */
enum { NEIGHBOURS = 0 };

#include "core/heap/bins_fit.h"

static const struct em_engine bins_filled = BINS("bins", bins_release_filled, NULL);
const struct em_engine em_engine_bins = BINS("bins", bins_release, &bins_filled);
