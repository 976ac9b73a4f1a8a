/* espmem boards: which boards there are and what memory each has.
 *
 * Asks the functions that the boot asks, so the listing is what a program would boot with.
 * One idea: one model of a board, printed twice (a table, JSON). */
#include <stdio.h>
#include <string.h>

#include "espmem/board.h"
#include "espmem/caps.h"
#include "idf/boot.h"
#include "idf/chip.h"
#include "idf/memory_layout.h"
#include "tool/command.h"
#include "tool/golden/capture.h"
#include "tool/json.h"

struct board_memory {
    const struct em_board_name *entry;
    struct em_board board;
    struct em_region_use pieces[IDF_PIECES];
    unsigned piece_count;
    size_t internal_bytes;            /* of all pieces */
    size_t psram_heap_bytes;          /* PSRAM that becomes a heap, where a program uses himem */
    size_t himem_bytes, window_bytes; /* banked memory, and the addresses it is seen through */
};

/* The same steps as in a boot, short of making heaps. */
static void measure(struct board_memory *memory)
{
    static struct golden_text console; /* a warning about the PSRAM is not for a listing */
    idf_chip_reset(&memory->board, golden_capture_open(&console, &console, NULL));
    memory->piece_count = idf_memory_pieces(memory->pieces);
    idf_himem_service.reserve();
    const struct em_bank_window *window = &memory->board.chip->psram;
    memory->window_bytes = idf_chip.himem_pages * window->bank_size;
    golden_capture_close();
    idf_chip_close();
    golden_text_close(&console);
}

static void split_psram(struct board_memory *memory)
{
    size_t psram = memory->board.psram_bytes, window = memory->board.chip->psram.banks * memory->board.chip->psram.bank_size;
    memory->psram_heap_bytes = (psram < window ? psram : window) - memory->window_bytes;
    memory->himem_bytes = memory->window_bytes > 0 ? psram - memory->psram_heap_bytes : 0;
}

/* False, with a sentence on stderr, iff the board's own table entry is wrong. */
static bool describe(struct board_memory *memory, const struct em_board_name *entry)
{
    char why[200];
    *memory = (struct board_memory){.entry = entry};
    if (!em_board_parse(&memory->board, entry->name, why, sizeof why)) {
        bad_input("boards: %s: %s", entry->name, why);
        return false;
    }
    measure(memory);
    for (unsigned i = 0; i < memory->piece_count; i++)
        memory->internal_bytes += memory->pieces[i].end - memory->pieces[i].start;
    split_psram(memory);
    return true;
}

/* ---- the table ------------------------------------------------------------------------------- */

static void print_row(const struct board_memory *memory)
{
    printf("%-18s %6zu %9zu %11zu %7zu  %s%s\n", memory->entry->name, memory->board.psram_bytes / 1024,
           memory->internal_bytes / 1024, memory->psram_heap_bytes / 1024, memory->himem_bytes / 1024,
           memory->entry->description, memory->entry->extension ? " (extension)" : "");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void tell_piece(struct json *json, const struct em_region_use *piece)
{
    json_open(json, NULL, '{');
    json_text(json, "type", piece->type->name);
    json_number(json, "start", piece->start);
    json_number(json, "bytes", piece->end - piece->start);
    json_truth(json, "after_startup", piece->startup_stack);
    json_close(json, '}');
}

static void tell_board(struct json *json, const struct board_memory *memory)
{
    json_open(json, NULL, '{');
    json_text(json, "board", memory->entry->name);
    json_text(json, "description", memory->entry->description);
    json_text(json, "chip", memory->board.chip->name);
    json_truth(json, "extension", memory->entry->extension);
    json_number(json, "psram_bytes", memory->board.psram_bytes);
    json_number(json, "internal_heap_bytes", memory->internal_bytes);
    json_number(json, "psram_heap_bytes", memory->psram_heap_bytes);
    json_number(json, "himem_bytes", memory->himem_bytes);
    json_number(json, "himem_window_bytes", memory->window_bytes);
    json_open(json, "regions", '[');
    for (unsigned i = 0; i < memory->piece_count; i++)
        tell_piece(json, &memory->pieces[i]);
    json_close(json, ']');
    json_close(json, '}');
}

/* ---- the command ----------------------------------------------------------------------------- */

static int print_table(void)
{
    struct board_memory memory;
    printf("%-18s %6s %9s %11s %7s  (KiB)\n", "board", "PSRAM", "internal", "PSRAM heap", "himem");
    for (unsigned i = 0; i < em_board_count; i++) {
        if (!describe(&memory, &em_board_names[i]))
            return STATUS_BAD_INPUT;
        print_row(&memory);
    }
    printf("\nThe default is %s. A board may be followed by options, as in NAME,reserve=8.\n"
           "PSRAM heap and himem are those of a program that uses himem; another has both in its heap, up to 4 MiB.\n",
           em_board_default);
    return STATUS_GOOD;
}

static int print_json(void)
{
    struct board_memory memory;
    struct json json = {.stream = stdout};
    json_open(&json, NULL, '{');
    json_number(&json, "word_bits", 8 * sizeof(void *));
    json_text(&json, "default", em_board_default);
    json_open(&json, "boards", '[');
    for (unsigned i = 0; i < em_board_count; i++) {
        if (!describe(&memory, &em_board_names[i]))
            return STATUS_BAD_INPUT;
        tell_board(&json, &memory);
    }
    json_close(&json, ']');
    json_close(&json, '}');
    return STATUS_GOOD;
}

static int run(int count, char **arguments)
{
    if (count == 0)
        return print_table();
    if (count == 1 && strcmp(arguments[0], "--json") == 0)
        return print_json();
    return bad_input("boards: '%s' is not understood; it takes --json or nothing.", arguments[count > 1 ? 1 : 0]);
}

const struct command boards_command = {
    .name = "boards",
    .summary = "list the boards and their memory",
    .usage = "usage: espmem boards [--json]\n\n"
             "Lists the boards that can be named, with the memory that each has: PSRAM, internal heap after\n"
             "start-up, and how the PSRAM is divided between heap and himem.\n\n"
             "  --json   the same as one JSON object, with every region\n",
    .run = run,
};
