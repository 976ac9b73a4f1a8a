/* Replays a file of bank-switched memory (kind himem) over the machine's own switch of banks, and looks
 * through the pages whether each shows the bank that it should.
 *
 * One idea: see golden.h; on top of it each bank carries a number of its own, written at its first map. */
#include "golden.h"

#include "himem.h"

enum { SLOTS = 64, BANKS = 256 };

static struct target_himem rig;
static em_himem_handle memories[SLOTS];
static em_himem_range ranges[SLOTS];
static uint16_t lists[BANKS][BANKS]; /* one for each handle */
static uint32_t stamps[BANKS];       /* what a bank's first word is, 0: never written */
static uint32_t stamp;
static bool wrong_bank;

static void expect_error(struct golden_line *line, enum em_error error)
{
    golden_expect_word(line, error == EM_OK || error == EM_FAIL ? "ESP_" : "ESP_ERR_");
    golden_expect_word(line, em_error_text(error));
}

static uint32_t banks_of(uint32_t bytes)
{
    return bytes / BARE_BANK_BYTES;
}

/* The lists belong to handles, and which handle comes next is known: the lowest one that is free. */
static em_himem_handle next_handle(void)
{
    em_himem_handle handle = 1;
    while (handle < rig.himem.layout.banks && rig.memories[handle - 1].count != 0) {
        handle++;
    }
    return handle;
}

static void do_allocate(struct golden_line *line)
{
    unsigned count;
    em_himem_handle handle = next_handle();
    enum em_error error = em_himem_bank_count(&rig.himem, line->argument[1], &count);
    if (error == EM_OK) {
        error = em_himem_allocate(&rig.himem, count, lists[handle - 1], &memories[line->argument[0]]);
    }
    expect_error(line, error);
    for (unsigned i = 0; error == EM_OK && i < count; i++) {
        golden_expect(line, rig.himem.layout.first_bank + lists[handle - 1][i]);
    }
}

static void do_range(struct golden_line *line)
{
    bool whole = line->argument[1] % BARE_BANK_BYTES == 0;
    em_himem_range *range = &ranges[line->argument[0]];
    enum em_error error = whole ? em_himem_allocate_range(&rig.himem, banks_of(line->argument[1]), range) : EM_INVALID_SIZE;
    expect_error(line, error);
    if (error == EM_OK) {
        golden_expect(line, em_himem_range_page(&rig.himem, *range));
    }
}

/* What the page shows has to be what was last written to its bank. */
static void look_through(unsigned page, unsigned bank, bool may_write)
{
    volatile uint32_t *word = (volatile uint32_t *)(rig.himem.layout.window + page * BARE_BANK_BYTES);
    if (stamps[bank] != 0 && *word != stamps[bank]) {
        wrong_bank = true;
    }
    if (may_write) {
        *word = stamps[bank] = ++stamp;
    }
}

static void do_map(struct golden_line *line)
{
    const uint32_t *argument = line->argument;
    void *pointer = NULL;
    enum em_error error = em_himem_map(&rig.himem, memories[argument[0]], ranges[argument[1]], argument[2], argument[3],
                                       argument[4], argument[5], &pointer);
    expect_error(line, error);
    if (error != EM_OK) {
        return;
    }
    golden_expect(line, (uint32_t)(uintptr_t)pointer);
    unsigned first = banks_of((uint32_t)((uintptr_t)pointer - rig.himem.layout.window));
    for (unsigned page = first; page < first + banks_of(argument[4]); page++) {
        unsigned bank = 0;
        em_himem_page_shows(&rig.himem, page, &bank);
        golden_expect_pair(line, page, bank);
        look_through(page, bank, (argument[5] & EM_MAP_READ_ONLY) == 0);
    }
}

static void do_unmap(struct golden_line *line)
{
    const void *pointer = (const void *)(uintptr_t)line->argument[1];
    expect_error(line, em_himem_unmap(&rig.himem, ranges[line->argument[0]], pointer, line->argument[2]));
}

static void do_free(struct golden_line *line)
{
    enum em_error error = em_himem_free(&rig.himem, memories[line->argument[0]]);
    expect_error(line, error);
    if (error == EM_OK) {
        memories[line->argument[0]] = 0;
    }
}

static void do_free_range(struct golden_line *line)
{
    enum em_error error = em_himem_free_range(&rig.himem, ranges[line->argument[0]]);
    expect_error(line, error);
    if (error == EM_OK) {
        ranges[line->argument[0]] = 0;
    }
}

static void do_free_size(struct golden_line *line)
{
    golden_expect(line, em_himem_free_bytes(&rig.himem));
}

static void do_total(struct golden_line *line)
{
    golden_expect(line, em_himem_total(&rig.himem));
}

static void do_area(struct golden_line *line)
{
    golden_expect(line, em_himem_window_bytes(&rig.himem));
}

static const struct operation {
    const char *word;
    void (*perform)(struct golden_line *line);
} operations[] = {
    {"map", do_map},          {"unmap", do_unmap},      {"range", do_range}, {"alloc", do_allocate}, {"free", do_free},
    {"rfree", do_free_range}, {"freesz", do_free_size}, {"phys", do_total},  {"area", do_area},
};

static bool replay_line(struct golden_line *line)
{
    for (unsigned i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (golden_is(line, operations[i].word)) {
            operations[i].perform(line);
            golden_expect_end(line);
            return line->peer || !line->differs;
        }
    }
    return false;
}

static bool open_himem(uint32_t psram, uint32_t reserve)
{
    const struct em_himem_layout *all = &target_banks()->layout;
    struct em_himem_layout layout = *all;
    for (unsigned i = 0; i < SLOTS; i++) {
        memories[i] = ranges[i] = 0;
    }
    for (unsigned i = 0; i < BANKS; i++) {
        stamps[i] = 0;
    }
    layout.pages = reserve;
    layout.first_page = layout.first_bank = all->pages - reserve;
    layout.banks = banks_of(psram) - layout.first_bank;
    return layout.banks <= BANKS && target_himem_open(&rig, &layout);
}

/* What is still mapped at the end of a file is ended. */
static void close_himem(void)
{
    for (unsigned i = 0; i < rig.himem.layout.pages; i++) {
        unsigned bank;
        if (em_himem_page_shows(&rig.himem, rig.himem.layout.first_page + i, &bank)) {
            rig.himem.mmu->unmap(rig.himem.mmu, rig.himem.layout.first_page + i, bank, 1);
        }
    }
}

static bool is_header(const struct golden_line *line)
{
    return golden_is(line, "golden") || golden_is(line, "kind") || golden_is(line, "log") || golden_is(line, "seed");
}

bool golden_replay_himem(const char **text, struct golden_line *line, unsigned *count)
{
    uint32_t reserve = 0, psram = 0;
    bool open = false;
    wrong_bank = false;
    for (;;) {
        *text = golden_line_read(line, *text);
        if (golden_is(line, "end")) {
            close_himem();
            return open;
        }
        if (golden_is(line, "reserve")) {
            reserve = line->argument[0];
        } else if (golden_is(line, "psram")) {
            psram = line->argument[0];
        } else if (!is_header(line)) {
            open = open || open_himem(psram, reserve);
            ++*count;
            if (!open || !replay_line(line) || wrong_bank) {
                return false;
            }
        }
    }
}
