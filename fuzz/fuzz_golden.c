/* Any bytes through the parser of the golden format.
 *
 * Whatever they are, the parser gives operations, an end or one sentence; it never reads beyond them,
 * loops, or keeps more than its limits. Gzip is zlib's, and is not part of this.
 * One idea: the entry of libFuzzer; corpus_driver.c calls it where there is no libFuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tool/golden/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool condition)
{
    if (!condition)
        abort();
}

static void check_step(const struct golden_step *step, size_t size)
{
    demand(step->word && step->word[0] != '\0');
    demand(step->arguments <= GOLDEN_ARGUMENTS);
    demand(step->line_text.length <= size);
    demand(step->output.length <= 2 * size && step->calls.length <= 8 * size);
    for (unsigned i = 0; i < step->arguments; i++) {
        int64_t number;
        demand(step->argument[i].word[0] != '\0');
        demand(golden_number(step->argument[i].word, &number) == step->argument[i].is_number);
    }
    demand(step->has_outcome || step->outcome[0] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct golden_input input;
    struct golden_parser parser;
    struct golden_step step = {0};
    golden_input_open_memory(&input, data, size);
    bool open = golden_parser_open(&parser, &input);
    demand(open || parser.why[0] != '\0');
    enum golden_read read = open ? GOLDEN_READ_STEP : GOLDEN_READ_BAD;
    for (size_t steps = 0; read == GOLDEN_READ_STEP; steps++) {
        demand(steps <= size);
        read = golden_parser_next(&parser, &step);
        if (read == GOLDEN_READ_STEP)
            check_step(&step, size);
    }
    demand(read == GOLDEN_READ_END || strlen(parser.why) > 10);
    demand(memchr(parser.why, 0, sizeof parser.why) != NULL);
    golden_step_close(&step);
    golden_input_close(&input);
    return 0;
}
