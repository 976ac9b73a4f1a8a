/* A fresh simulated chip. See chip.h. */
#include "tool/golden/chip.h"

#include <stdio.h>

#include "idf/chip.h"
#include "sim/banks.h"
#include "sim/psram.h"
#include "sim/space.h"
#include "tool/golden/capture.h"

static bool refuse(struct golden_run *run, const char *why)
{
    snprintf(run->why, sizeof run->why, "%s", why);
    return false;
}

bool golden_chip_open(struct golden_run *run)
{
    const struct em_board *board = &run->board;
    if (sim_space_reserve(board->chip) != NULL)
        return refuse(run, "the chip's addresses are taken in this process.");
    sim_space_clear(board->chip);
    if (!sim_psram_open(board->psram_bytes))
        return refuse(run, "the host has no memory for the board's PSRAM.");
    const struct sim_banks_manner manner = {.strict = board->manner == EM_MANNER_STRICT};
    struct em_bank_mmu *mmu = sim_banks_open(&board->chip->psram, manner);
    if (!mmu)
        return refuse(run, "the host does not let the PSRAM be mapped.");
    idf_chip_reset(board, golden_capture_open(&run->console, &run->calls, mmu));
    return true;
}

void golden_chip_close(void)
{
    golden_capture_close();
    idf_chip_close();
    sim_banks_close();
    sim_psram_close();
}
