/* A board: a chip, a PSRAM size, and the options that a build or a user chooses.
 *
 * Plain data plus the reading of `NAME,key=value,…`; knows nothing of how a board is simulated.
 *
 * One idea: everything that differs between two firmware configurations is a field of this struct,
 * so "does it fit that board?" is a loop over structs. */
#ifndef ESPMEM_BOARD_H
#define ESPMEM_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/chip.h"

#ifdef __cplusplus
extern "C" {
#endif

enum em_manner { EM_MANNER_CHIP, EM_MANNER_STRICT };

/* Addresses that the program's image occupies. */
struct em_image_area {
    uintptr_t start, end;
    const char *name;
};

enum { EM_IMAGE_AREAS = 8, EM_LIMIT_NEVER_EXTERNAL = -1 };

struct em_board {
    char name[32];
    const struct em_chip *chip;
    size_t psram_bytes; /* 0: none */
    bool bankswitch;    /* himem may reserve a part of the window */
    unsigned reserve;   /* banks of the window kept for himem */
    unsigned cores;
    bool rtc_heap;        /* RTC fast memory is given to the heap (one core only) */
    unsigned trace_banks; /* 0, 1 or 2 banks of internal memory kept for trace output */
    char engine[8];       /* "tlsf" */
    char guard[16];       /* "off", "light", "comprehensive" or "page" */
    size_t quarantine;    /* guard=page: bytes of freed pages that wait before they are used again */
    bool guard_below;     /* guard=page: the page that stops lies in front of a block, not behind it */
    enum em_manner manner;
    long malloc_limit;     /* plain malloc up to this size prefers internal memory; -1: never external */
    size_t internal_pool;  /* bytes set aside for DMA at start */
    bool abort_on_failure; /* a failed allocation stops the program */
    bool task_tracking;    /* each block has its owner's word in front, and who owns what can be asked */
    bool deleted_tasks;    /* tasks are still listed when they have been deleted */
    bool explain;          /* each allocation that fails is explained on stderr */
    bool system_tasks;     /* charge the heaps for the main, idle, ipc and timer tasks */
    struct em_image_area image[EM_IMAGE_AREAS];
    unsigned image_areas;
};

/* The named boards, for listings. */
struct em_board_name {
    const char *name, *description;
    size_t psram_bytes;
    bool extension; /* no such module is sold */
};
extern const struct em_board_name em_board_names[];
extern const unsigned em_board_count;

/* The text to use where nobody chose a board. */
extern const char em_board_default[];

/* Reads `NAME` or `NAME,key=value,…` into *board, all fields set.
 * Returns true, or false with one sentence in `why` (cut to `room`) that says what is wrong and what
 * would be right. *board is untouched on failure. */
bool em_board_parse(struct em_board *board, const char *text, char *why, size_t room);

/* Applies one `key=value` to a board, with the same promise; em_board_check is not included. */
bool em_board_set(struct em_board *board, const char *key, const char *value, char *why, size_t room);

/* Whether the fields agree with each other and the chip. */
bool em_board_check(const struct em_board *board, char *why, size_t room);

#ifdef __cplusplus
}
#endif
#endif
