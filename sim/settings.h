/* What a program runs on: the board, as the program's configuration and the environment change it.
 *
 * Knows texts and structs; boots nothing, prints nothing.
 *
 * One idea: three layers, each over the one before: the board, the program's CONFIG_*, ESPMEM_*. A key
 * that ESPMEM_BOARD names is of the last. */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "espmem/board.h"

/* A choice that the program need not have made. */
enum sim_choice { SIM_UNSAID = -1, SIM_NO = 0, SIM_YES = 1 };

struct sim_settings {
    struct em_board board;
    enum sim_choice psram_wanted; /* yes: the program relies on it */
    bool psram_may_be_missing;    /* CONFIG_SPIRAM_IGNORE_NOTFOUND */
    bool psram_tested;            /* at boot, as the chip does unless switched off */
    bool psram_for_malloc;        /* plain malloc may use it, and a pool is kept for DMA */
    bool warns;                   /* wrong accesses to himem are counted in manner chip */
    unsigned ticks_per_second;    /* 0: unsaid */
    bool hooks_off;               /* the program's allocation hooks are not called */
    bool follows_frames;          /* callers of callers are found by frame pointers */
};

/* The settings of a board alone. */
struct sim_settings sim_settings_of_board(const struct em_board *board);

/* Those of this process: the program's constants and the environment. Returns false with one sentence in
 * `why` iff something is not understood, contradictory or not there; *settings is untouched then. */
bool sim_settings_of_process(struct sim_settings *settings, char *why, size_t room);

#endif
