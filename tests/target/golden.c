/* Golden data, read from memory: see golden.h. */
#include "golden.h"

#include <stddef.h>

static uint32_t digit_of(char c)
{
    if (c >= '0' && c <= '9') {
        return (uint32_t)(c - '0');
    }
    return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : UINT32_MAX;
}

/* A number at *text, which moves behind it; false iff there is none. */
static bool read_number(const char **text, const char *end, uint32_t *number)
{
    const char *at = *text;
    bool negative = at < end && *at == '-';
    at += negative;
    bool hexadecimal = end - at > 2 && at[0] == '0' && at[1] == 'x';
    at += hexadecimal ? 2 : 0;
    const char *digits = at;
    uint32_t value = 0;
    for (; at < end && digit_of(*at) < (hexadecimal ? 16u : 10u); at++) {
        value = hexadecimal ? value << 4 | digit_of(*at) : value * 10 + digit_of(*at);
    }
    *number = negative ? 0 - value : value;
    *text = at;
    return at > digits;
}

static bool read_char(const char **text, const char *end, char wanted)
{
    bool there = *text < end && **text == wanted;
    *text += there;
    return there;
}

static void skip_blanks(const char **text, const char *end)
{
    while (*text < end && **text == ' ') {
        ++*text;
    }
}

static bool ends_with(const struct golden_line *line, const char *mark, unsigned length)
{
    if (line->end - line->text < (ptrdiff_t)length) {
        return false;
    }
    for (unsigned i = 0; i < length; i++) {
        if (line->end[(ptrdiff_t)i - (ptrdiff_t)length] != mark[i]) {
            return false;
        }
    }
    return true;
}

const char *golden_line_read(struct golden_line *line, const char *text)
{
    static const char mark[] = " !peer";
    *line = (struct golden_line){.text = text, .word = text};
    while (*text != '\n') {
        text++;
    }
    line->end = line->rest_end = text;
    line->peer = ends_with(line, mark, sizeof mark - 1);
    line->rest_end -= line->peer ? sizeof mark - 1 : 0;
    const char *at = line->text;
    while (at < line->rest_end && *at != ' ') {
        at++;
    }
    for (unsigned i = 0; at < line->rest_end; i++) {
        skip_blanks(&at, line->rest_end);
        line->has_outcome = read_char(&at, line->rest_end, '=');
        uint32_t number;
        if (line->has_outcome || !read_number(&at, line->rest_end, &number)) {
            break;
        }
        line->argument[i < GOLDEN_ARGUMENTS ? i : GOLDEN_ARGUMENTS - 1] = number;
    }
    line->rest = at;
    return text + 1;
}

bool golden_is(const struct golden_line *line, const char *word)
{
    const char *at = line->text;
    for (; *word != '\0'; word++, at++) {
        if (at >= line->end || *at != *word) {
            return false;
        }
    }
    return at == line->end || *at == ' ';
}

void golden_expect(struct golden_line *line, uint32_t number)
{
    uint32_t found;
    skip_blanks(&line->rest, line->rest_end);
    if (!read_number(&line->rest, line->rest_end, &found) || found != number) {
        line->differs = true;
    }
}

void golden_expect_word(struct golden_line *line, const char *word)
{
    skip_blanks(&line->rest, line->rest_end);
    for (; *word != '\0'; word++) {
        if (!read_char(&line->rest, line->rest_end, *word)) {
            line->differs = true;
        }
    }
}

void golden_expect_pair(struct golden_line *line, uint32_t first, uint32_t second)
{
    golden_expect(line, first);
    if (!read_char(&line->rest, line->rest_end, ':')) {
        line->differs = true;
    }
    golden_expect(line, second);
}

void golden_expect_block(struct golden_line *line, uint32_t first, uint32_t second, char letter)
{
    golden_expect(line, first);
    if (!read_char(&line->rest, line->rest_end, ',')) {
        line->differs = true;
    }
    golden_expect(line, second);
    if (!read_char(&line->rest, line->rest_end, ',') || !read_char(&line->rest, line->rest_end, letter)) {
        line->differs = true;
    }
}

void golden_expect_end(struct golden_line *line)
{
    skip_blanks(&line->rest, line->rest_end);
    if (line->rest != line->rest_end) {
        line->differs = true;
    }
}
