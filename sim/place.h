/* What is known of an address. */
#ifndef SIM_PLACE_H
#define SIM_PLACE_H

#include <stddef.h>
#include <stdint.h>

/* Writes one sentence (cut to `room`, terminated): the heap and the block, the himem page, range and bank
 * with who mapped it, or the range of the chip. For the end of a program: reads records as they are. */
void sim_place_describe(uintptr_t address, char *text, size_t room);

#endif
