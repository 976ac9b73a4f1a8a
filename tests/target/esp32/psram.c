/* The ESP32's switch of banks on a model of its tables and caches.
 *
 * One idea: two processors write and read through their own tables, and what reaches the memory is looked at
 * past all caches. */
#include "check.h"
#include "espmem/himem.h"
#include "model.h"

enum { RESERVE = 62, FIRST = MODEL_PAGES - RESERVE, BANKS = MODEL_BANKS - FIRST, HALF = MODEL_PAGES / 2 };

static struct em_esp32_banks banks;

static void open_banks(enum em_esp32_caching caching)
{
    model_start(caching);
    CHECK(em_esp32_banks_open(&banks, caching, FIRST, &model_guard));
}

static uint32_t at(unsigned page, uint32_t offset)
{
    return page * (uint32_t)MODEL_BANK_BYTES + offset;
}

static bool map(unsigned page, unsigned bank, unsigned count)
{
    return banks.face.map(&banks.face, page, bank, count, 0);
}

static void unmap(unsigned page, unsigned bank, unsigned count)
{
    banks.face.unmap(&banks.face, page, bank, count);
}

static const enum em_esp32_caching cachings[] = {EM_ESP32_ONE_CACHE, EM_ESP32_LOW_AND_HIGH};
enum { CACHINGS = sizeof cachings / sizeof cachings[0] };

TEST(both_tables_show_the_same_banks)
{
    open_banks(EM_ESP32_LOW_AND_HIGH);
    CHECK(map(70, 200, 3));
    for (unsigned processor = 0; processor < 2; processor++) {
        CHECK_EQ(model_table(processor, 70), 200);
        CHECK_EQ(model_table(processor, 72), 202);
        CHECK_EQ(model_table(processor, 73), 0x100);
        CHECK_EQ(model_table(processor, FIRST - 1), FIRST - 1);
    }
    unmap(71, 201, 1);
    for (unsigned processor = 0; processor < 2; processor++) {
        CHECK_EQ(model_table(processor, 70), 200);
        CHECK_EQ(model_table(processor, 71), 0x100);
        CHECK_EQ(model_table(processor, 72), 202);
    }
    CHECK(model_is_clean());
}

TEST(what_was_written_is_in_its_bank_after_the_unmap)
{
    for (unsigned i = 0; i < CACHINGS; i++) {
        open_banks(cachings[i]);
        CHECK(map(80, 150, 1));
        for (uint32_t offset = 0; offset < MODEL_BANK_BYTES; offset += 4)
            model_store(0, at(80, offset), offset + 1);
        unmap(80, 150, 1);
        for (uint32_t offset = 0; offset < MODEL_BANK_BYTES; offset += 4)
            CHECK_EQ(model_memory(150, offset), offset + 1);
        CHECK(model_is_clean());
    }
}

TEST(a_page_shows_no_old_bank)
{
    for (unsigned i = 0; i < CACHINGS; i++) {
        open_banks(cachings[i]);
        for (unsigned bank = 100; bank < 110; bank++) {
            CHECK(map(90, bank, 1));
            CHECK_EQ(model_load(0, at(90, 64)), 0);
            model_store(0, at(90, 64), bank);
            unmap(90, bank, 1);
        }
        for (unsigned bank = 100; bank < 110; bank++) {
            CHECK(map(90, bank, 1));
            CHECK_EQ(model_load(0, at(90, 64)), bank);
            unmap(90, bank, 1);
        }
        CHECK(model_is_clean());
    }
}

TEST(the_other_processor_sees_what_one_has_written)
{
    open_banks(EM_ESP32_LOW_AND_HIGH);
    CHECK(map(100, 180, 1));
    model_store(0, at(100, 32), 42);
    CHECK_EQ(model_load(1, at(100, 32)), 42);
    unmap(100, 180, 1);
    CHECK(map(101, 180, 1));
    CHECK_EQ(model_load(1, at(101, 32)), 42);
    model_store(1, at(101, 36), 43);
    unmap(101, 180, 1);
    CHECK_EQ(model_memory(180, 36), 43);
    CHECK(model_is_clean());
}

TEST(a_window_over_both_halves_is_written_back_in_both)
{
    model_start(EM_ESP32_ONE_CACHE);
    CHECK(em_esp32_banks_open(&banks, EM_ESP32_ONE_CACHE, 2, &model_guard));
    CHECK(map(HALF - 1, 200, 2));
    model_store(0, at(HALF - 1, 0), 1);
    model_store(0, at(HALF, 0), 2);
    unmap(HALF - 1, 200, 2);
    CHECK_EQ(model_memory(200, 0), 1);
    CHECK_EQ(model_memory(201, 0), 2);
    CHECK(model_is_clean());
}

/* Boot's tests of the memory have left lines of pages that are himem's from now on. */
TEST(what_was_written_before_is_not_lost_when_himem_opens)
{
    model_start(EM_ESP32_LOW_AND_HIGH);
    model_store(0, at(FIRST, 0), 77);
    CHECK(em_esp32_banks_open(&banks, EM_ESP32_LOW_AND_HIGH, FIRST, &model_guard));
    CHECK_EQ(model_memory(FIRST, 0), 77);
    CHECK(map(FIRST, 200, 1));
    CHECK_EQ(model_load(0, at(FIRST, 0)), 0);
    CHECK(model_is_clean());
}

TEST(an_unmapped_page_is_invalid)
{
    open_banks(EM_ESP32_LOW_AND_HIGH);
    CHECK(map(70, 200, 1));
    unmap(70, 200, 1);
    model_load(0, at(70, 0));
    model_store(1, at(70, 0), 1);
    CHECK_EQ(model_violations().invalid, 2);
}

TEST(a_run_stops_the_caches_once)
{
    open_banks(EM_ESP32_LOW_AND_HIGH);
    unsigned before = model_guarded();
    CHECK(map(FIRST, 100, RESERVE));
    CHECK_EQ(model_guarded(), before + 1);
    unmap(FIRST, 100, RESERVE);
    CHECK_EQ(model_guarded(), before + 2);
    CHECK(model_is_clean());
}

TEST(pages_that_empty_the_caches_are_not_given_away)
{
    model_start(EM_ESP32_LOW_AND_HIGH);
    CHECK(!em_esp32_banks_open(&banks, EM_ESP32_LOW_AND_HIGH, HALF + 1, &model_guard));
    CHECK(!em_esp32_banks_open(&banks, EM_ESP32_LOW_AND_HIGH, MODEL_PAGES, &model_guard));
    CHECK(em_esp32_banks_open(&banks, EM_ESP32_LOW_AND_HIGH, HALF + 2, &model_guard));
    CHECK(!em_esp32_banks_open(&banks, EM_ESP32_ONE_CACHE, 1, &model_guard));
    CHECK(em_esp32_banks_open(&banks, EM_ESP32_ONE_CACHE, 2, &model_guard));
    CHECK(model_is_clean());
}

/* ---- below himem -------------------------------------------------------------------------------- */

static struct em_himem himem;
static struct em_himem_bank bank_records[BANKS];
static struct em_himem_page page_records[RESERVE];
static struct em_himem_memory memory_records[BANKS];

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Maps a few banks, checks and changes a word of each, unmaps. `words` is what each bank's word has to be. */
static void visit(em_himem_handle memory, em_himem_range range, uint32_t *words, uint32_t *random)
{
    unsigned count = 1 + next_random(random) % 8, first = next_random(random) % (BANKS - count);
    unsigned page = next_random(random) % (RESERVE - count);
    size_t bytes = count * (size_t)MODEL_BANK_BYTES;
    void *shown;
    CHECK_EQ(em_himem_map(&himem, memory, range, first * (size_t)MODEL_BANK_BYTES, page * (size_t)MODEL_BANK_BYTES, bytes, 0,
                          &shown),
             EM_OK);
    for (unsigned i = 0; i < count; i++) {
        uint32_t offset = (uint32_t)((uintptr_t)shown - himem.layout.window) + at(i, 128);
        CHECK_EQ(model_load(next_random(random) % 2, offset), words[first + i]);
        words[first + i] = next_random(random);
        model_store(next_random(random) % 2, offset, words[first + i]);
    }
    CHECK_EQ(em_himem_unmap(&himem, range, shown, bytes), EM_OK);
}

TEST(himem_keeps_every_bank_under_random_use)
{
    static uint32_t words[BANKS];
    static uint16_t list[BANKS];
    uint32_t random = 1;
    em_himem_handle memory;
    em_himem_range range;
    open_banks(EM_ESP32_LOW_AND_HIGH);
    const struct em_himem_layout layout = {0x3F800000, MODEL_BANK_BYTES, FIRST, RESERVE, FIRST, BANKS};
    CHECK_EQ(
        em_himem_open(&himem, &layout, &banks.face, &(struct em_himem_storage){bank_records, page_records, memory_records}),
        EM_OK);
    CHECK_EQ(em_himem_allocate(&himem, BANKS, list, &memory), EM_OK);
    CHECK_EQ(em_himem_allocate_range(&himem, RESERVE, &range), EM_OK);
    for (unsigned i = 0; i < 300; i++)
        visit(memory, range, words, &random);
    for (unsigned i = 0; i < BANKS; i++)
        CHECK_EQ(model_memory(FIRST + i, 128), words[i]);
    CHECK(model_is_clean());
}

CHECK_MAIN
