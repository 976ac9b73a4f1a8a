/* Which memory of the running board becomes heaps.
 *
 * One idea: the board's image and the program's SOC_RESERVE_MEMORY_REGION areas are treated alike. */
#ifndef IDF_MEMORY_LAYOUT_H
#define IDF_MEMORY_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "espmem/board.h"
#include "espmem/caps.h"

enum { IDF_PIECES = 64 }; /* enough for every chip's regions, cut by what is reserved */

/* Writes the tables soc_memory_types and soc_memory_regions for this board. */
void idf_memory_layout_fill(const struct em_board *board);

/* The pieces of the running board, at most IDF_PIECES; returns how many. Overlapping reserved areas, or
 * more pieces than that, stop the program. */
unsigned idf_memory_pieces(struct em_region_use *pieces);

/* Whether the chip's tables name the address. */
bool idf_memory_is_named(uintptr_t address);

/* The rule for regions that join, which is in no header of ESP-IDF but which programs declare themselves,
 * as returning esp_err_t: 1 iff [start, end) may join beside or within the heap, else 0. */
int heap_caps_check_add_region_allowed(intptr_t heap_start, intptr_t heap_end, intptr_t start, intptr_t end);

#endif
