/* Memory that the data bus and the instruction bus see at different addresses, on the ESP32 partly with its
 * words in reverse. */
#ifndef SIM_DIRAM_H
#define SIM_DIRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "espmem/chip.h"

/* From now on both sides of the chip's aliases show the same words. The ranges are reserved and zero. */
void sim_diram_open(const struct em_chip *chip);

/* For the handler of a fault: gives the page at the address to that side. True iff the access can be repeated:
 * it can now, or could all the time. Instructions are executed from the instruction side only. */
bool sim_diram_take_over(uintptr_t address, bool execution);

/* For a fork. */
void sim_diram_lock(void);
void sim_diram_unlock(void);

#endif
