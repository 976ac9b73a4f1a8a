/* espmem boards: which boards there are and what memory each has.
 *
 * Computes with the core's own region builder, so the listing is what a program would boot with.
 * One idea: one model of a board, printed twice (a table, JSON). */
#include <stdio.h>
#include <string.h>

#include "espmem/board.h"
#include "espmem/caps.h"
#include "tool/command.h"
#include "tool/json.h"

enum { PIECES = 64 };

struct board_memory {
    const struct em_board_name *entry;
    struct em_board board;
    struct em_region_use pieces[PIECES];
    unsigned piece_count;
    size_t internal_bytes;            /* of all pieces */
    size_t psram_heap_bytes;          /* PSRAM that becomes a heap, where a program uses himem */
    size_t himem_bytes, window_bytes; /* banked memory, and the addresses it is seen through */
};

static unsigned build_pieces(struct board_memory *memory)
{
    const struct em_board *board = &memory->board;
    struct em_reserved image[EM_IMAGE_AREAS], first, second;
    for (unsigned i = 0; i < board->image_areas; i++)
        image[i] = (struct em_reserved){board->image[i].start, board->image[i].end, board->image[i].name, EM_ALWAYS};
    const struct em_region_options options = {
        .psram = board->psram_bytes > 0,
        .cores = board->cores,
        .rtc_heap = board->rtc_heap,
        .trace_banks = board->trace_banks,
        .image = image,
        .image_count = board->image_areas,
    };
    return em_regions_build(board->chip, &options, memory->pieces, PIECES, &first, &second);
}

static void split_psram(struct board_memory *memory)
{
    const struct em_board *board = &memory->board;
    const struct em_bank_window *window = &board->chip->psram;
    size_t window_bytes = window->banks * window->bank_size;
    bool banked = board->bankswitch && board->psram_bytes >= window_bytes;
    size_t reachable = board->psram_bytes < window_bytes ? board->psram_bytes : window_bytes;
    memory->window_bytes = banked ? board->reserve * window->bank_size : 0;
    memory->psram_heap_bytes = reachable - memory->window_bytes;
    memory->himem_bytes = banked ? board->psram_bytes - memory->psram_heap_bytes : 0;
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
    memory->piece_count = build_pieces(memory);
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
           memory->entry->description, memory->entry->extension ? " (an extension: no such module is sold)" : "");
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
