/* The ESP32's own PSRAM as banks: see psram_banks.h.
 *
 * NEVER RUN ON SILICON. It was written from the chip's documented tables and is tested against a model of them
 * (tests/target/esp32) and compiled for Xtensa. What only a board can show:
 *   - that entry 1152 + page is right for both processors, and that 0x100, which makes an entry of the flash
 *     part invalid, does so here, too: an access to an unmapped page should then stop the program;
 *   - that 64 KiB of reads empty a cache of 32 KiB, whatever its replacement is;
 *   - that the flash guard given is enough, and how long both processors stand still.
 *
 * The cache knows addresses, not banks, and has no instruction that writes it back. So before a bank leaves,
 * other PSRAM is read through the same cache until nothing else is in it; only then the tables change, both
 * processors' alike, with the caches off. The table has no right of access: EM_MAP_READ_ONLY is not honoured.
 *
 * One idea: an unmapped page is in no cache and in no table, so a map has nothing to clean up. */
#include "ports/esp32/psram_banks.h"

#include "ports/esp32/hardware.h"

enum {
    PAGES = 128, /* of the window */
    PAGE_BYTES = 32768,
    HALF = PAGES / 2,
    FIRST_ENTRY = 1152, /* of process 0 and 1 */
    NO_BANK = 0x100,    /* an entry that is invalid */
    PROCESSORS = 2,     /* also where one of them does not run: its table is there */
    LINE_BYTES = 32,    /* of the cache */
    PAGES_TO_READ = 2,  /* twice the cache */
};

/* After this the cache that serves these pages holds lines of its first pages and nothing else. */
static void empty_cache(unsigned first_page)
{
    uint32_t start = first_page * (uint32_t)PAGE_BYTES;
    for (uint32_t offset = start; offset < start + PAGES_TO_READ * PAGE_BYTES; offset += LINE_BYTES) {
        esp32_window_read(offset);
    }
    esp32_barrier();
}

static void write_back(const struct em_esp32_banks *banks, unsigned page, unsigned count)
{
    bool split = banks->caching == EM_ESP32_LOW_AND_HIGH;
    if (!split || page < HALF) {
        empty_cache(0);
    }
    if (split && page + count > HALF) {
        empty_cache(HALF);
    }
}

/* Entries of `count` pages in both tables; each grows by `step`. */
ESP32_INTERNAL_CODE static void set_entries(const struct em_esp32_banks *banks, unsigned page, unsigned count, uint32_t entry,
                                            uint32_t step)
{
    banks->guard->start();
    for (unsigned processor = 0; processor < PROCESSORS; processor++) {
        for (unsigned i = 0; i < count; i++) {
            esp32_table_write(processor, FIRST_ENTRY + page + i, entry + i * step);
        }
    }
    esp32_barrier();
    banks->guard->end();
}

static bool map_banks(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags)
{
    (void)flags;
    set_entries((const struct em_esp32_banks *)mmu, page, count, bank, 1);
    return true;
}

static void unmap_banks(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count)
{
    (void)bank;
    const struct em_esp32_banks *banks = (const struct em_esp32_banks *)mmu;
    write_back(banks, page, count);
    set_entries(banks, page, count, NO_BANK, 0);
}

bool em_esp32_banks_open(struct em_esp32_banks *banks, enum em_esp32_caching caching, unsigned first_page,
                         const struct em_esp32_flash_guard *guard)
{
    unsigned kept = caching == EM_ESP32_LOW_AND_HIGH ? HALF + PAGES_TO_READ : PAGES_TO_READ;
    if (first_page < kept || first_page >= PAGES) {
        return false;
    }
    *banks = (struct em_esp32_banks){{map_banks, unmap_banks}, guard, caching};
    unmap_banks(&banks->face, first_page, 0, PAGES - first_page);
    return true;
}
