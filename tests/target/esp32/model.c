/* The ESP32's PSRAM, caches and tables: see model.h. */
#include "model.h"

#include <string.h>

enum { LINE = 32, SETS = 512, WAYS = 2, FIRST_ENTRY = 1152, INVALID = 0x100, WORDS = MODEL_BANK_BYTES / 4 };

struct line {
    bool valid, dirty;
    uint32_t offset; /* of its first byte in the window */
    uint32_t words[LINE / 4];
};

static uint32_t memory[MODEL_BANKS][WORDS];
static uint32_t tables[2][MODEL_PAGES];
static struct line caches[2][SETS][WAYS];
static unsigned next_way[2][SETS];
static enum em_esp32_caching mode;
static bool stopped;
static unsigned guarded;
static struct model_violations violations;

void model_start(enum em_esp32_caching caching)
{
    memset(memory, 0, sizeof memory);
    memset(caches, 0, sizeof caches);
    memset(next_way, 0, sizeof next_way);
    memset(&violations, 0, sizeof violations);
    for (unsigned page = 0; page < MODEL_PAGES; page++)
        tables[0][page] = tables[1][page] = page;
    mode = caching;
    stopped = false;
    guarded = 0;
}

struct model_violations model_violations(void)
{
    return violations;
}

bool model_is_clean(void)
{
    static const struct model_violations none;
    return memcmp(&violations, &none, sizeof none) == 0;
}

/* ---- tables and guard --------------------------------------------------------------------------- */

void model_table_write(unsigned processor, unsigned entry, uint32_t value)
{
    violations.caches_on += !stopped;
    if (processor > 1 || entry < FIRST_ENTRY || entry >= FIRST_ENTRY + MODEL_PAGES)
        violations.outside++;
    else
        tables[processor][entry - FIRST_ENTRY] = value;
}

uint32_t model_table(unsigned processor, unsigned page)
{
    return tables[processor][page];
}

static void guard_start(void)
{
    violations.guard += stopped;
    stopped = true;
    guarded++;
}

static void guard_end(void)
{
    violations.guard += !stopped;
    stopped = false;
}

const struct em_esp32_flash_guard model_guard = {guard_start, guard_end};

unsigned model_guarded(void)
{
    return guarded;
}

/* ---- caches ------------------------------------------------------------------------------------- */

/* The memory behind an address, as a processor's table has it; NULL where the entry is invalid. */
static uint32_t *behind(unsigned processor, uint32_t offset)
{
    uint32_t bank = tables[processor][offset / MODEL_BANK_BYTES];
    return bank < MODEL_BANKS ? &memory[bank][offset % MODEL_BANK_BYTES / 4] : NULL;
}

static void write_back(unsigned cache, struct line *line)
{
    uint32_t *to = line->valid && line->dirty ? behind(cache, line->offset) : NULL;
    if (to)
        memcpy(to, line->words, LINE);
    else if (line->valid && line->dirty)
        violations.lost++;
    line->valid = line->dirty = false;
}

static unsigned cache_of(unsigned processor, uint32_t offset)
{
    if (mode == EM_ESP32_ONE_CACHE)
        return processor;
    return offset / MODEL_BANK_BYTES < MODEL_PAGES / 2 ? 0 : 1;
}

/* The line that holds the address; it is fetched if need be, NULL if it cannot. */
static struct line *line_of(unsigned processor, uint32_t offset)
{
    unsigned cache = cache_of(processor, offset), set = offset / LINE % SETS;
    uint32_t first = offset - offset % LINE;
    for (unsigned way = 0; way < WAYS; way++) {
        struct line *line = &caches[cache][set][way];
        if (line->valid && line->offset == first)
            return line;
    }
    const uint32_t *from = behind(processor, first);
    if (!from)
        return NULL;
    struct line *line = &caches[cache][set][next_way[cache][set]++ % WAYS];
    write_back(cache, line);
    *line = (struct line){.valid = true, .offset = first};
    memcpy(line->words, from, LINE);
    return line;
}

uint32_t model_load(unsigned processor, uint32_t offset)
{
    violations.caches_off += stopped;
    const struct line *line = line_of(processor, offset);
    violations.invalid += !line;
    return line ? line->words[offset % LINE / 4] : 0;
}

void model_store(unsigned processor, uint32_t offset, uint32_t value)
{
    violations.caches_off += stopped;
    struct line *line = line_of(processor, offset);
    violations.invalid += !line;
    if (!line)
        return;
    line->words[offset % LINE / 4] = value;
    line->dirty = true;
}

uint32_t model_memory(unsigned bank, uint32_t offset)
{
    return memory[bank][offset / 4];
}
