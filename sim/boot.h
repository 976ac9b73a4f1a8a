/* The boot of the chip, step by step.
 *
 * Knows ESP-IDF's functions and the order in which the chip calls them; what each does is theirs.
 *
 * One idea: power on, start-up code, and the start of the scheduler are three functions, because a
 * program's own constructors run between the last two. */
#ifndef SIM_BOOT_H
#define SIM_BOOT_H

#include <stddef.h>

#include "settings.h"

/* Everything up to the program's constructors: memory, PSRAM, heaps, himem, with the chip's log lines.
 * The addresses are reserved already, their memory is zero. Returns false with one sentence, and no chip, iff the host has no
 * room. What the chip would panic of stops the program. */
bool sim_boot(const struct sim_settings *settings, char *why, size_t room);

/* The rest, as the chip's main task does it: the calling thread is that task from here on. */
void sim_boot_main_task(void);

#endif
