/* The functions of espmem/sim.h: arguments, and a chip that is booted and taken down by hand.
 *
 * Knows the boot's steps. One idea: see espmem/sim.h. */
#include <stdio.h>

#include "banks.h"
#include "boot.h"
#include "espmem/sim.h"
#include "idf/chip.h"
#include "idf/freertos.h"
#include "psram.h"
#include "settings.h"
#include "space.h"
#include "start.h"

static char *no_arguments[] = {NULL};
static int kept_count;
static char **kept_arguments = no_arguments;

void sim_keep_arguments(int argc, char **argv)
{
    kept_count = argc;
    kept_arguments = argv;
}

int espmem_argc(void)
{
    return kept_count;
}

char **espmem_argv(void)
{
    return kept_arguments;
}

static bool refuse(char *why, size_t room, const char *text)
{
    snprintf(why, room, "%s", text);
    return false;
}

bool espmem_boot(const char *text, char *why, size_t room)
{
    struct em_board board;
    if (idf_chip.platform)
        return refuse(why, room, "a chip is running: call espmem_shutdown first");
    if (!em_board_parse(&board, text ? text : em_board_default, why, room))
        return false;
    if (sim_space_reserve(board.chip))
        return refuse(why, room,
                      "this process already uses addresses of the chip: boot it before anything else, or build the "
                      "program as a position independent executable");
    struct sim_settings settings = sim_settings_of_board(&board);
    if (!sim_boot(&settings, why, room))
        return false;
    sim_boot_main_task();
    return true;
}

bool espmem_shutdown(unsigned milliseconds)
{
    if (!idf_chip.platform)
        return true;
    if (idf_tasks_end(milliseconds) > 0)
        return false;
    idf_task_abandon();
    const struct em_chip *chip = idf_chip.board.chip;
    idf_chip_close();
    sim_banks_close();
    sim_psram_close();
    sim_space_clear(chip);
    return true;
}
