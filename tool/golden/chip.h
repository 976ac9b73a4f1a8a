/* A fresh simulated chip for a recording that needs the chip's own addresses. */
#ifndef TOOL_GOLDEN_CHIP_H
#define TOOL_GOLDEN_CHIP_H

#include "tool/golden/run.h"

/* Powers the board in run->board up: its memory zeroed at its addresses, its PSRAM behind the window,
 * run's texts as its console. Nothing is booted. False, with run->why, iff the host refuses. */
bool golden_chip_open(struct golden_run *run);
/* Takes it down again; harmless where open failed or was not called. */
void golden_chip_close(void);

#endif
