/* Stand-ins for the chip's blocks, each of which ends at a page that cannot be accessed. */
#ifndef SIM_FENCE_H
#define SIM_FENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/board.h"
#include "idf/chip.h"

/* The fence of a board with guard=page, without any stand-in; NULL for other boards, and where the host
 * has no addresses left below 4 GiB (which is said). */
const struct idf_fence *sim_fence_open(const struct em_board *board);

/* Whether the address is in the area; the sentence about it, for a report. Neither takes a lock. */
bool sim_fence_holds(uintptr_t address);
void sim_fence_describe(uintptr_t address, char *text, size_t room);

/* For a fork. */
void sim_fence_lock(void);
void sim_fence_unlock(void);

#endif
