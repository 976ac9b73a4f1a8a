/* One file's replay: performs its operations and compares. See run.h. */
#include "tool/golden/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "esp_err.h"
#include "tool/command.h"
#include "tool/golden/capture.h"
#include "tool/golden/expect.h"

static const struct golden_players *const families[GOLDEN_FAMILIES] = {
    [GOLDEN_MULTI_HEAP] = &golden_multi_heap,
    [GOLDEN_HEAP_CAPS] = &golden_heap_caps,
    [GOLDEN_HIMEM] = &golden_himem,
};

/* ---- outcomes -------------------------------------------------------------------------------- */

static void separate(struct golden_run *run)
{
    if (run->result.length > 0)
        golden_text_add(&run->result, " ", 1);
}

void golden_result_pointer(struct golden_run *run, const void *pointer)
{
    separate(run);
    if (pointer)
        golden_text_print(&run->result, "0x%08" PRIxPTR, (uintptr_t)pointer);
    else
        golden_text_add(&run->result, "-", 1);
}

void golden_result_error(struct golden_run *run, int error)
{
    separate(run);
    golden_text_print(&run->result, "%s", esp_err_to_name(error));
}

void golden_result_number(struct golden_run *run, uint64_t number)
{
    separate(run);
    golden_text_print(&run->result, "%" PRIu64, number);
}

void golden_result_info(struct golden_run *run, const multi_heap_info_t *info)
{
    const size_t numbers[] = {info->total_free_bytes,   info->total_allocated_bytes, info->largest_free_block,
                              info->minimum_free_bytes, info->allocated_blocks,      info->free_blocks,
                              info->total_blocks};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        golden_result_number(run, numbers[i]);
}

/* ---- finding and checking an operation ------------------------------------------------------- */

/* 1 where an operation's name has a second word, which is no argument. */
static unsigned second_word(const struct golden_operation *operation)
{
    return strchr(operation->word, ' ') != NULL;
}

static bool is_named(const struct golden_operation *operation, const struct golden_step *step)
{
    if (second_word(operation) == 0)
        return strcmp(operation->word, step->word) == 0;
    size_t first = strcspn(operation->word, " ");
    return step->arguments > 0 && strlen(step->word) == first && strncmp(operation->word, step->word, first) == 0 &&
           strcmp(operation->word + first + 1, step->argument[0].word) == 0;
}

static const struct golden_operation *find_operation(const struct golden_players *players, const struct golden_step *step)
{
    for (unsigned i = 0; i < players->count; i++) {
        if (is_named(&players->operations[i], step))
            return &players->operations[i];
    }
    return NULL;
}

struct range {
    char letter;
    int64_t lowest, highest;
    const char *wanted;
};

static const struct range ranges[] = {
    {'s', 0, GOLDEN_SLOT_LIMIT - 1, "a slot, 0 to 1048575"},
    {'n', 0, UINT32_MAX, "a size, 0 to 4294967295"},
    {'d', -(int64_t)UINT32_MAX, UINT32_MAX, "a distance of at most 32 bits"},
    {'x', 0, UINT32_MAX, "an address or caps of 32 bits"},
    {'b', 0, UINT8_MAX, "a byte, 0 to 255"},
};

/* NULL for a letter that any word will do for. */
static const struct range *range_of(char letter)
{
    for (unsigned i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (ranges[i].letter == letter)
            return &ranges[i];
    }
    return NULL;
}

static bool check_arguments(struct golden_run *run, const struct golden_operation *operation, int64_t *values)
{
    const struct golden_step *step = run->step;
    size_t letters = strlen(operation->arguments);
    bool open = letters > 1 && operation->arguments[letters - 1] == '*';
    size_t fixed = open ? letters - 2 : letters;
    unsigned first = second_word(operation), given = step->arguments - first;
    if (given < fixed || (!open && given > fixed)) {
        snprintf(run->why, sizeof run->why, "'%s' takes %s%zu arguments, not %u.", operation->word, open ? "at least " : "",
                 fixed, given);
        return false;
    }
    for (unsigned i = 0; i < given; i++) {
        const struct range *range = range_of(operation->arguments[i < fixed ? i : fixed]);
        const struct golden_argument *argument = &step->argument[first + i];
        values[i] = argument->number;
        if (!range || (argument->is_number && argument->number >= range->lowest && argument->number <= range->highest))
            continue;
        snprintf(run->why, sizeof run->why, "argument %u of '%s' has to be %s.", i + 1, operation->word, range->wanted);
        return false;
    }
    return true;
}

unsigned golden_argument_count(const struct golden_run *run)
{
    return run->step->arguments;
}

/* ---- performing and comparing ---------------------------------------------------------------- */

struct performance {
    struct golden_run *run;
    const struct golden_operation *operation;
    const int64_t *arguments;
};

static void perform(void *context)
{
    const struct performance *performance = context;
    struct golden_run *run = performance->run;
    bool lacks_heap = (performance->operation->flags & GOLDEN_NEEDS_HEAP) && !run->heap;
    if (lacks_heap && !run->registered) {
        snprintf(run->why, sizeof run->why, "there is no heap yet: an 'R' has to come before '%s'.", run->step->word);
        return;
    }
    if (lacks_heap) { /* the last register failed, here or in the recording */
        bool has_outcome = (performance->operation->flags & GOLDEN_HAS_OUTCOME) != 0;
        golden_text_add(&run->result, "-", has_outcome);
        return;
    }
    performance->operation->perform(performance->run, performance->arguments);
}

static void set_result(struct golden_run *run, const char *word)
{
    golden_text_clear(&run->result);
    golden_text_print(&run->result, "%s", word);
}

static void perform_captured(struct golden_run *run, const struct golden_operation *operation, const int64_t *arguments)
{
    golden_text_clear(&run->result);
    golden_text_clear(&run->console);
    golden_text_clear(&run->calls);
    struct performance performance = {run, operation, arguments};
    enum golden_ending ending = golden_capture_run(perform, &performance);
    if (ending == GOLDEN_ABORTED)
        set_result(run, "ABORT");
    if (ending == GOLDEN_CRASHED)
        set_result(run, "CRASH");
    golden_memory_recorded_text(&run->memory, &run->console);
}

/* A script has no outcomes; nor has a line whose outcome is a defect, or follows from one. */
static bool is_compared(const struct golden_run *run, const struct golden_operation *operation)
{
    const struct golden_step *step = run->step;
    if (step->peer || run->departed)
        return false;
    if ((operation->flags & GOLDEN_SHOWS_BOOKS) && golden_tasks_are_recorded(run))
        return false;
    if ((operation->flags & GOLDEN_HAS_OUTCOME) && !step->has_outcome)
        return false;
    return !(operation->flags & GOLDEN_ALWAYS_PRINTS) || step->output.length > 0;
}

static void compare(struct golden_run *run, const struct golden_players *players)
{
    const struct golden_step *step = run->step;
    const char *got = golden_text_string(&run->result), *calls = golden_text_string(&run->calls);
    const char *expected_calls = golden_text_string(&step->calls);
    struct golden_text expected_output = {0}, output = {0};
    golden_comparable(&expected_output, run->header, golden_text_string(&step->output));
    if (step->output.length > 0 || players->records_output)
        golden_comparable(&output, run->header, golden_text_string(&run->console));
    const char *expected_text = golden_text_string(&expected_output), *text = golden_text_string(&output);

    bool same =
        golden_same_outcome(step->outcome, got) && strcmp(expected_calls, calls) == 0 && strcmp(expected_text, text) == 0;
    if (!same && golden_report_mismatch(run->totals, run->path, step->line, golden_text_string(&step->line_text))) {
        golden_report_outcome(step->outcome, got);
        golden_report_lines("callback !", expected_calls, calls);
        golden_report_lines("output |", expected_text, text);
    }
    golden_text_close(&expected_output);
    golden_text_close(&output);
}

/* False, with run->why, where the line is no operation of this family. */
static bool replay_step(struct golden_run *run, const struct golden_players *players)
{
    const struct golden_step *step = run->step;
    const struct golden_operation *operation = find_operation(players, step);
    int64_t arguments[GOLDEN_ARGUMENTS];
    if (!operation) {
        snprintf(run->why, sizeof run->why, "'%.40s' is no operation that this version can replay in such a file.", step->word);
        return false;
    }
    if (!check_arguments(run, operation, arguments))
        return false;
    if (operation->flags & GOLDEN_STARTS_ANEW)
        run->departed = false;
    if (players->before)
        players->before(operation);
    perform_captured(run, operation, arguments);
    if (run->why[0] != '\0')
        return false;
    run->totals->operations++;
    if (is_compared(run, operation))
        compare(run, players);
    if (step->peer && (operation->flags & GOLDEN_CHANGES) &&
        !golden_same_outcome(step->outcome, golden_text_string(&run->result)))
        run->departed = true;
    return true;
}

/* ---- a file ---------------------------------------------------------------------------------- */

static void say_bad(struct golden_run *run, unsigned line, const char *why)
{
    run->totals->bad_input = true;
    if (line > 0)
        bad_input("%s:%u: %s", run->path, line, why);
    else
        bad_input("%s: %s", run->path, why);
}

static void replay_steps(struct golden_run *run, struct golden_parser *parser, const struct golden_players *players)
{
    struct golden_step step = {0};
    run->step = &step;
    enum golden_read read;
    while ((read = golden_parser_next(parser, &step)) == GOLDEN_READ_STEP) {
        if (replay_step(run, players))
            continue;
        say_bad(run, step.line, run->why);
        break;
    }
    if (read == GOLDEN_READ_BAD)
        say_bad(run, parser->bad_line, parser->why);
    run->step = NULL;
    golden_step_close(&step);
}

static void replay_input(struct golden_run *run, struct golden_input *input)
{
    struct golden_parser parser;
    if (!golden_parser_open(&parser, input)) {
        say_bad(run, parser.bad_line, parser.why);
        return;
    }
    run->header = &parser.header;
    const struct golden_players *players = families[parser.header.family];
    if (parser.header.pointer_bits != 32)
        snprintf(run->why, sizeof run->why,
                 "it was recorded with 64-bit pointers, and espmem has the chip's layout everywhere.");
    if (run->why[0] == '\0' && players->open(run)) {
        run->totals->files++;
        replay_steps(run, &parser, players);
    } else {
        say_bad(run, 0, run->why);
    }
    players->close(run);
    run->header = NULL;
}

void golden_replay(const char *path, struct golden_totals *totals)
{
    struct golden_run run = {.path = path, .totals = totals};
    struct golden_input input;
    if (golden_input_open(&input, path))
        replay_input(&run, &input);
    else
        say_bad(&run, 0, input.why);
    golden_input_close(&input);
    golden_slots_close(&run.slots);
    golden_slots_close(&run.ranges);
    golden_text_close(&run.result);
    golden_text_close(&run.console);
    golden_text_close(&run.calls);
}
