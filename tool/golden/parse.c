/* The golden format, read: operations and the lines that belong to them. See parse.h. */
#include "tool/golden/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/golden/header.h"

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

bool golden_number(const char *word, int64_t *number)
{
    bool negative = word[0] == '-';
    const char *digits = word + negative;
    int base = !negative && digits[0] == '0' && digits[1] == 'x' ? 16 : 10;
    digits += base == 16 ? 2 : 0;
    if (*digits == '\0')
        return false;
    int64_t value = 0;
    for (; *digits; digits++) {
        int digit = digit_value(*digits);
        if (digit >= base || value > (INT64_MAX - digit) / base)
            return false;
        value = value * base + digit;
    }
    *number = negative ? -value : value;
    return true;
}

static enum golden_read refuse(struct golden_parser *parser, unsigned line, const char *why)
{
    parser->bad_line = line;
    snprintf(parser->why, sizeof parser->why, "%s", why);
    return GOLDEN_READ_BAD;
}

/* Cuts the next word off; NULL at the end. Words are separated by spaces. */
static char *next_word(char **rest)
{
    char *start = *rest + strspn(*rest, " ");
    if (*start == '\0')
        return NULL;
    char *end = start + strcspn(start, " ");
    *rest = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

/* Cuts " =…" off an operation; what follows it, without the mark of the peer, is the outcome. */
static void take_outcome(struct golden_step *step, char *line)
{
    size_t length = strlen(line);
    static const char mark[] = " !peer";
    size_t mark_length = sizeof mark - 1;
    step->peer = length >= mark_length && strcmp(line + length - mark_length, mark) == 0;
    if (step->peer)
        line[length - mark_length] = '\0';
    char *equals = strstr(line, " =");
    while (equals && equals[2] != '\0' && equals[2] != ' ')
        equals = strstr(equals + 1, " =");
    step->has_outcome = equals != NULL;
    step->outcome = equals ? equals + 2 + strspn(equals + 2, " ") : "";
    if (equals)
        *equals = '\0';
}

static enum golden_read take_words(struct golden_parser *parser, struct golden_step *step, char *rest)
{
    step->arguments = 0;
    step->word = next_word(&rest);
    if (!step->word)
        return refuse(parser, step->line, "the line is empty; an operation, an output or a comment should be here.");
    for (char *word; (word = next_word(&rest)) != NULL; step->arguments++) {
        if (step->arguments == GOLDEN_ARGUMENTS)
            return refuse(parser, step->line, "the operation has more arguments than any operation takes.");
        struct golden_argument *argument = &step->argument[step->arguments];
        *argument = (struct golden_argument){.word = word};
        argument->is_number = golden_number(word, &argument->number);
    }
    return GOLDEN_READ_STEP;
}

static enum golden_read take_operation(struct golden_parser *parser, struct golden_step *step)
{
    const struct golden_text *line = &parser->input->text;
    step->line = parser->input->line;
    golden_text_clear(&step->line_text);
    golden_text_clear(&step->cut_text);
    golden_text_clear(&step->output);
    golden_text_clear(&step->calls);
    golden_text_add(&step->line_text, golden_text_string(line), line->length);
    golden_text_add(&step->cut_text, golden_text_string(line), line->length);
    if (step->line_text.cut || step->cut_text.cut || !step->cut_text.bytes)
        return refuse(parser, step->line, "there is no memory left for this line.");
    take_outcome(step, step->cut_text.bytes);
    return take_words(parser, step, step->cut_text.bytes);
}

/* "| text", or "|" for an empty line. */
static enum golden_read take_output(struct golden_parser *parser, struct golden_step *step)
{
    const char *line = golden_text_string(&parser->input->text);
    if (line[1] != '\0' && line[1] != ' ')
        return refuse(parser, parser->input->line, "an output line has to begin with '| '.");
    const char *text = line[1] ? line + 2 : line + 1;
    golden_text_add(&step->output, text, strlen(text));
    golden_text_add(&step->output, "\n", 1);
    if (step->output.cut)
        return refuse(parser, parser->input->line, "the output of one operation is longer than 4 MiB.");
    return GOLDEN_READ_STEP;
}

/* "! size caps function". */
static enum golden_read take_call(struct golden_parser *parser, struct golden_step *step)
{
    char line[200];
    snprintf(line, sizeof line, "%s", golden_text_string(&parser->input->text));
    char *rest = line + 1;
    const char *size = next_word(&rest), *caps = next_word(&rest), *function = next_word(&rest);
    int64_t size_value, caps_value;
    bool whole = line[1] == ' ' && function && !next_word(&rest) && parser->input->text.length < sizeof line - 1;
    if (!whole || !golden_number(size, &size_value) || !golden_number(caps, &caps_value) || size_value < 0 || caps_value < 0)
        return refuse(parser, parser->input->line, "a callback line has to be '! SIZE CAPS FUNCTION'.");
    golden_text_print(&step->calls, "%lld 0x%llx %s\n", (long long)size_value, (unsigned long long)caps_value, function);
    if (step->calls.cut)
        return refuse(parser, parser->input->line, "the callbacks of one operation are longer than 4 MiB.");
    return GOLDEN_READ_STEP;
}

static bool is_end(const char *line)
{
    return strncmp(line, "end", 3) == 0 && (line[3] == ' ' || line[3] == '\0');
}

/* What may stand behind "end N": comments and empty lines. */
static enum golden_read take_end(struct golden_parser *parser)
{
    const char *line = golden_text_string(&parser->input->text);
    int64_t count;
    if (line[3] != ' ' || !golden_number(line + 4, &count) || count < 0)
        return refuse(parser, parser->input->line, "the last line has to be 'end' and the number of operations.");
    for (;;) {
        enum golden_line next = golden_input_next(parser->input);
        if (next == GOLDEN_LINE_NONE)
            return GOLDEN_READ_END;
        if (next == GOLDEN_LINE_BAD)
            return refuse(parser, parser->input->line, parser->input->why);
        char first = golden_text_string(&parser->input->text)[0];
        if (first != '#' && first != '\0')
            return refuse(parser, parser->input->line, "nothing may follow the line 'end'.");
    }
}

/* The next line that is no comment. */
static enum golden_line next_line(struct golden_parser *parser)
{
    enum golden_line next;
    do {
        next = golden_input_next(parser->input);
    } while (next == GOLDEN_LINE && golden_text_string(&parser->input->text)[0] == '#');
    return next;
}

static enum golden_read line_missing(struct golden_parser *parser, enum golden_line next)
{
    if (next == GOLDEN_LINE_BAD)
        return refuse(parser, parser->input->line, parser->input->why);
    return refuse(parser, parser->input->line, "the file is cut off: the line 'end' is missing.");
}

/* The output and callback lines below an operation. */
static enum golden_read take_attached(struct golden_parser *parser, struct golden_step *step)
{
    for (;;) {
        enum golden_line next = next_line(parser);
        if (next != GOLDEN_LINE)
            return line_missing(parser, next);
        char first = golden_text_string(&parser->input->text)[0];
        if (first != '|' && first != '!') {
            golden_input_unread(parser->input);
            return GOLDEN_READ_STEP;
        }
        enum golden_read read = first == '|' ? take_output(parser, step) : take_call(parser, step);
        if (read == GOLDEN_READ_BAD)
            return read;
    }
}

bool golden_parser_open(struct golden_parser *parser, struct golden_input *input)
{
    memset(parser, 0, sizeof *parser);
    parser->input = input;
    return golden_header_read(&parser->header, input, &parser->bad_line, parser->why, sizeof parser->why);
}

enum golden_read golden_parser_next(struct golden_parser *parser, struct golden_step *step)
{
    enum golden_line next = next_line(parser);
    if (next != GOLDEN_LINE)
        return line_missing(parser, next);
    const char *line = golden_text_string(&parser->input->text);
    if (line[0] == '|' || line[0] == '!')
        return refuse(parser, parser->input->line, "an output or callback line stands above the first operation.");
    if (is_end(line))
        return take_end(parser);
    enum golden_read read = take_operation(parser, step);
    return read == GOLDEN_READ_STEP ? take_attached(parser, step) : read;
}

void golden_step_close(struct golden_step *step)
{
    golden_text_close(&step->line_text);
    golden_text_close(&step->cut_text);
    golden_text_close(&step->output);
    golden_text_close(&step->calls);
}
