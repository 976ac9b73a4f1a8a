/* The same engine, which looks at headers and links of neighbours before it believes them: most writes past
 * the end or in front of a block, and into freed memory, are found when the block or its neighbour moves.
 *
 * One idea: the layout is that of the engine without checks, so nothing else changes. */
enum { NEIGHBOURS = 1 };

#include "core/heap/bins_fit.h"

static const struct em_engine bins_checked_filled = BINS("bins+", bins_release_filled, NULL);
const struct em_engine em_engine_bins_checked = BINS("bins+", bins_release, &bins_checked_filled);
