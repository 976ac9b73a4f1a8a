/* The recordings of one heap and of himem, replayed on this very processor.
 *
 * The script puts their text into the program, all files in a row; on machines that have no room for it
 * there is none, and the cases say so by checking nothing but that.
 *
 * One idea: the place of a mismatch is its line, which is printed. */
#include "frame.h"
#include "golden.h"

/* From golden_data.S: the texts' ends, and how many operations they have. */
extern const char golden_heap_text[], golden_heap_end[], golden_himem_text[], golden_himem_end[];
extern const uint32_t golden_heap_operations, golden_himem_operations;

static void print_line(const struct golden_line *line)
{
    bare_print("    differs: ");
    for (const char *at = line->text; at < line->end; at++) {
        bare_print((const char[]){*at, '\0'});
    }
    bare_print("\n");
}

static bool replay_all(const char *text, const char *end, bool (*replay)(const char **, struct golden_line *, unsigned *),
                       unsigned *operations)
{
    struct golden_line line;
    while (text < end) {
        if (!replay(&text, &line, operations)) {
            print_line(&line);
            return false;
        }
    }
    return true;
}

static void recorded_heaps_place_every_block_here(void)
{
    unsigned operations = 0;
    CHECK(replay_all(golden_heap_text, golden_heap_end, golden_replay_heap, &operations));
    CHECK(operations == golden_heap_operations);
}

static void recorded_himem_takes_the_same_banks_here(void)
{
    unsigned operations = 0;
    CHECK(replay_all(golden_himem_text, golden_himem_end, golden_replay_himem, &operations));
    CHECK(operations == golden_himem_operations);
}

const struct target_case golden_cases[] = {
    {"recorded_heaps_place_every_block_here", recorded_heaps_place_every_block_here},
    {"recorded_himem_takes_the_same_banks_here", recorded_himem_takes_the_same_banks_here},
    {NULL, NULL},
};
