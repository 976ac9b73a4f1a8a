/* An ESP32's pool at the chip's own addresses, which are plain memory here (the instruction bus sees
 * its own memory, as in the recordings), and a watcher that keeps the last event.
 *
 * One idea: the real tables at the real addresses, so that what the model finds can be replayed. */
#ifndef TESTS_CORE_CAPS_RIG_H
#define TESTS_CORE_CAPS_RIG_H

#include "espmem/caps.h"

enum { RIG_HEAPS = 16, RIG_PIECES = 8, RIG_PSRAM = 0x3F800000 };

struct caps_rig {
    struct em_pool pool;
    struct em_caps_heap heaps[RIG_HEAPS];
    struct em_caps_edge edges[EM_POOL_EDGES(RIG_HEAPS)];
    struct em_region_use pieces[RIG_PIECES];
    unsigned piece_count;
    struct em_watcher watcher;
    struct em_event event; /* the last one, of those that are counted in `events` */
    unsigned events;
    unsigned refusals; /* attempts that another one followed, or a failure */
};

/* Maps the chip's addresses, all zero; ends the program where they cannot be had. */
void caps_rig_memory(void);

/* A fresh pool of `chip` with room for `capacity` heaps, and nothing in it. */
void caps_rig_open(struct caps_rig *rig, const struct em_chip *chip, unsigned capacity);

/* The pool of the boot log's board (cores 2) or of one core with RTC memory as heap (cores 1), before
 * its start-up is over. */
enum em_error caps_rig_start(struct caps_rig *rig, unsigned cores);

/* 2 MiB and 112 KiB of PSRAM, as the chip adds it. */
enum em_error caps_rig_add_psram(struct caps_rig *rig, size_t bytes);

#endif
