/* The board that a recording was made on. See board.h. */
#include "tool/golden/board.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const guards[] = {
    [GOLDEN_NONE] = "off",
    [GOLDEN_LIGHT] = "light",
    [GOLDEN_COMPREHENSIVE] = "comprehensive",
};

/* The default board with these differences. */
static bool make_board(struct golden_run *run, size_t psram, bool bankswitch, unsigned reserve)
{
    char why[200];
    struct em_board *board = &run->board;
    bool good = em_board_parse(board, em_board_default, why, sizeof why) &&
                em_board_set(board, "guard", guards[run->header->poison], why, sizeof why);
    if (good) {
        snprintf(board->name, sizeof board->name, "recorded");
        board->psram_bytes = psram;
        board->bankswitch = bankswitch;
        board->reserve = reserve;
        good = em_board_check(board, why, sizeof why);
    }
    if (!good)
        snprintf(run->why, sizeof run->why, "its board is none that this version has: %s", why);
    return good;
}

bool golden_board_plain(struct golden_run *run)
{
    return make_board(run, 0, false, 0);
}

bool golden_board_whole_window(struct golden_run *run)
{
    const struct em_bank_window *window = &em_chip_esp32.psram;
    return make_board(run, window->banks * window->bank_size, false, 0);
}

bool golden_board_banked(struct golden_run *run)
{
    return make_board(run, (size_t)run->header->psram, true, (unsigned)run->header->reserve);
}

/* ---- the regions of the boot log ------------------------------------------------------------- */

static const struct em_memory_type *find_type(const struct em_chip *chip, const char *name, size_t length)
{
    for (unsigned i = 0; i < chip->type_count; i++) {
        if (strlen(chip->types[i].name) == length && memcmp(chip->types[i].name, name, length) == 0)
            return &chip->types[i];
    }
    return NULL;
}

static bool is_startup_stack(const struct em_chip *chip, uintptr_t address)
{
    for (unsigned i = 0; i < chip->region_count; i++) {
        const struct em_region *region = &chip->regions[i];
        if (address >= region->start && address - region->start < region->size)
            return region->startup_stack;
    }
    return false;
}

/* One line of the log; false iff it is no region. `*bad` iff it is one that makes no sense. */
static bool take_region(const struct em_chip *chip, const char *line, size_t length, struct em_region_use *piece, bool *bad)
{
    char text[160];
    snprintf(text, sizeof text, "%.*s", (int)(length < sizeof text ? length : sizeof text - 1), line);
    const char *at = strstr(text, "At ");
    uint32_t start, bytes;
    int type_at = 0;
    if (!at || sscanf(at, "At %8" SCNx32 " len %8" SCNx32 " (%*u KiB): %n", &start, &bytes, &type_at) != 2 || type_at == 0)
        return false;
    const char *name = at + type_at;
    const struct em_memory_type *type = find_type(chip, name, strlen(name));
    *bad = !type || bytes > UINT32_MAX - start || !golden_memory_is_chip(start, (uintptr_t)start + bytes);
    *piece = (struct em_region_use){start, (uintptr_t)start + bytes, type, is_startup_stack(chip, start)};
    return true;
}

int golden_board_pieces(struct golden_run *run, struct em_region_use *pieces, unsigned room)
{
    unsigned count = 0;
    const char *line = golden_text_string(&run->step->output);
    while (*line && count < room) {
        size_t length = strcspn(line, "\n");
        bool bad = false;
        if (take_region(run->board.chip, line, length, &pieces[count], &bad))
            count++;
        if (bad) {
            snprintf(run->why, sizeof run->why, "the chip has no memory as in the output line '%.*s'.",
                     (int)(length < 120 ? length : 120), line);
            return -1;
        }
        line += length + (line[length] == '\n');
    }
    return (int)count;
}
