/* The ESP32's PSRAM, its two caches and the two tables in front of it, as far as a switch of banks can go
 * wrong with them. From the chip's documentation; docs and first comments say "cache of 32 KiB, lines of 32
 * bytes, written back when a line has to go".
 *
 * A cache keeps lines by their address in the window. A line is filled through the table of the processor that
 * reads it, and written back through the table of the processor whose cache it is, as it stands by then.
 *
 * One idea: what the chip would do silently is noted as a violation. */
#ifndef TESTS_ESP32_MODEL_H
#define TESTS_ESP32_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "ports/esp32/psram_banks.h"

enum { MODEL_BANKS = 256, MODEL_PAGES = 128, MODEL_BANK_BYTES = 32768 };

struct model_violations {
    unsigned caches_on;  /* a table was written while the caches ran */
    unsigned caches_off; /* an access went through a cache that was off */
    unsigned invalid;    /* an access to a page whose entry is invalid */
    unsigned outside;    /* an entry that is none of the PSRAM's was written */
    unsigned lost;       /* a line that had to be written back had nowhere to go */
    unsigned guard;      /* the guard was started twice or ended twice */
};

/* As after boot: page i shows bank i on both processors, all memory zero, caches empty and on. */
void model_start(enum em_esp32_caching caching);

/* What happened since model_start. */
struct model_violations model_violations(void);
bool model_is_clean(void);
unsigned model_guarded(void); /* how often the caches were stopped */

void model_table_write(unsigned processor, unsigned entry, uint32_t value);
uint32_t model_table(unsigned processor, unsigned page);

/* A word of the window, by its offset, as this processor reads or writes it. */
uint32_t model_load(unsigned processor, uint32_t offset);
void model_store(unsigned processor, uint32_t offset, uint32_t value);

/* A word of the PSRAM itself, past all caches. */
uint32_t model_memory(unsigned bank, uint32_t offset);

extern const struct em_esp32_flash_guard model_guard;

#endif
