/* What a replay has to say. See report.h. */
#include "tool/golden/report.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tool/golden/parse.h"

struct word {
    const char *start;
    size_t length;
};

static struct word next_word(const char **rest)
{
    const char *start = *rest + strspn(*rest, " ");
    size_t length = strcspn(start, " ");
    *rest = start + length;
    return (struct word){start, length};
}

static bool word_number(struct word word, int64_t *number)
{
    char text[24];
    if (word.length >= sizeof text)
        return false;
    memcpy(text, word.start, word.length);
    text[word.length] = '\0';
    return golden_number(text, number);
}

static bool same_word(struct word a, struct word b)
{
    if (a.length == b.length && memcmp(a.start, b.start, a.length) == 0)
        return true;
    int64_t first, second;
    return word_number(a, &first) && word_number(b, &second) && first == second;
}

/* The number of the first word that differs, from 1, or 0. */
static unsigned first_difference(const char *expected, const char *got)
{
    for (unsigned number = 1;; number++) {
        struct word a = next_word(&expected), b = next_word(&got);
        if (!same_word(a, b))
            return number;
        if (a.length == 0)
            return 0;
    }
}

bool golden_same_outcome(const char *expected, const char *got)
{
    return first_difference(expected, got) == 0;
}

bool golden_report_mismatch(struct golden_totals *totals, const char *path, unsigned line, const char *operation)
{
    totals->mismatches++;
    if (totals->mismatches > GOLDEN_SHOWN && !totals->show_all)
        return false;
    printf("%s:%u: mismatch: %s\n", path, line, operation);
    return true;
}

static const char *or_nothing(const char *text)
{
    return *text ? text : "(nothing)";
}

void golden_report_outcome(const char *expected, const char *got)
{
    unsigned number = first_difference(expected, got);
    if (number == 0)
        return;
    printf("    expected = %s\n    got      = %s\n", or_nothing(expected), or_nothing(got));
    if (number > 8) /* hard to see by eye */
        printf("    (word %u is the first that differs)\n", number);
}

static void print_lines(const char *heading, const char *text)
{
    if (!*text)
        printf("    %s(nothing)\n", heading);
    while (*text) {
        size_t length = strcspn(text, "\n");
        printf("    %s%.*s\n", heading, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

void golden_report_lines(const char *what, const char *expected, const char *got)
{
    if (strcmp(expected, got) == 0)
        return;
    char heading[48];
    snprintf(heading, sizeof heading, "expected %s ", what);
    print_lines(heading, expected);
    snprintf(heading, sizeof heading, "got      %s ", what);
    print_lines(heading, got);
}

void golden_report_totals(const struct golden_totals *totals)
{
    if (totals->mismatches > GOLDEN_SHOWN && !totals->show_all)
        printf("%lu more mismatches are not shown.\n", totals->mismatches - GOLDEN_SHOWN);
    printf("files %lu operations %lu mismatches %lu\n", totals->files, totals->operations, totals->mismatches);
}
