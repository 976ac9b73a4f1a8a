/* What a boot (sim/, or a tool that replays one) calls beside ESP-IDF's own functions.
 *
 * One idea: himem is an object file of its own. Only a program that names an esp_himem_* function links
 * it, and only then does the boot find its service and keep addresses for it. */
#ifndef IDF_BOOT_H
#define IDF_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "espmem/caps.h"

/* heap_caps_init with pieces that the caller knows, in address order, instead of the board's. They are
 * copied. Prints the chip's lines; pieces that cannot start stop the program. */
void idf_heap_caps_init_pieces(const struct em_region_use *pieces, unsigned count);

typedef void idf_himem_listener(const char *what, uintptr_t address, unsigned units, const void *maker);

struct idf_himem_service {
    /* Decides how many pages of the window himem keeps on this board (idf_chip.himem_pages), and warns
     * if bank switching is on but the PSRAM too small. esp_psram_init calls it. */
    void (*reserve)(void);
    /* Opens himem and prints its line; the boot calls it when the heaps stand. Does nothing on a board
     * where reserve kept nothing. */
    void (*open)(void);
    /* Tells of each mapping, memory handle and range handle that is still there: what it is, its address,
     * its banks or pages, and the return address of the call that made it. How many there are. For the
     * report at a program's end. */
    unsigned (*left)(idf_himem_listener *tell);
};

/* Undefined (its address is NULL) in a program without himem. */
extern const struct idf_himem_service idf_himem_service __attribute__((weak));

#endif
