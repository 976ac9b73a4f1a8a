/* How a program comes to run on a booted chip.
 *
 * Knows the ways a process starts; the boot itself is sim/boot. A program's objects refer to this file
 * (idf/espmem_config.h), so it is linked exactly where a chip is wanted.
 *
 * One idea: the boot is a constructor, earlier than any of the program's, so that those find a chip with
 * heaps, as on the chip. */
#include <stdio.h>

#include "banks.h"
#include "boot.h"
#include "end.h"
#include "espmem/sim.h"
#include "idf/chip.h"
#include "idf/freertos.h"
#include "platform.h"
#include "psram.h"
#include "space.h"
#include "start.h"

/* What idf/espmem_config.h refers to. */
extern const char espmem_boots_the_chip[];
const char espmem_boots_the_chip[] = "espmem";

/* Defined in sim/main.c; NULL in a program that has a main() of its own. */
extern const char sim_main_is_ours[] __attribute__((weak));

__attribute__((constructor(101))) static void start(int argc, char **argv, char **environment)
{
    char why[640];
    struct sim_settings settings;
    (void)environment;
    sim_keep_arguments(argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0); /* a console shows each line as it comes, also where it is a pipe */
    if (!sim_settings_of_process(&settings, why, sizeof why))
        sim_refuse("%s", why);
    sim_space_reserve_or_restart(settings.board.chip, argv);
    if (!sim_boot(&settings, why, sizeof why))
        sim_refuse("%s", why);
    sim_watch_end();
    if (!sim_main_is_ours)
        sim_boot_main_task();
}
