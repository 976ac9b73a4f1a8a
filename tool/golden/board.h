/* The board that a recording was made on, from what the recording itself says.
 *
 * Knows the header and the boot log's lines; takes nothing from a layout's name. */
#ifndef TOOL_GOLDEN_BOARD_H
#define TOOL_GOLDEN_BOARD_H

#include "espmem/caps.h"
#include "tool/golden/run.h"

/* Each sets run->board; false, with run->why, iff this version has no such board.
 * plain: no PSRAM of its own. whole_window: as much PSRAM as the window has addresses, none of it for
 * himem. banked: the header's PSRAM and reserve. The guard is the header's `poison` in all of them. */
bool golden_board_plain(struct golden_run *run);
bool golden_board_whole_window(struct golden_run *run);
bool golden_board_banked(struct golden_run *run);

/* The regions that the output lines of `init` list ("… At START len LENGTH (… KiB): TYPE"), as many as
 * fit into `room`; the number, or -1 with run->why iff a line cannot be understood. */
int golden_board_pieces(struct golden_run *run, struct em_region_use *pieces, unsigned room);

#endif
