/* Printed text, made comparable. See expect.h. */
#include "tool/golden/expect.h"

#include <stdbool.h>
#include <string.h>

/* The length of "(123) " behind the level letter of a log line, or 0. */
static size_t boot_time(const char *line)
{
    if (!line[0] || !strchr("EWIDV", line[0]) || line[1] != ' ' || line[2] != '(')
        return 0;
    size_t digits = strspn(line + 3, "0123456789");
    return digits > 0 && strncmp(line + 3 + digits, ") ", 2) == 0 ? digits + 3 : 0;
}

static void add_line(struct golden_text *text, const char *line, size_t length, bool only_to_got)
{
    size_t time = boot_time(line);
    if (time > 0) {
        golden_text_add(text, line, 2);
        line += 2 + time;
        length -= 2 + time;
    }
    const char *got = only_to_got ? strstr(line, " got") : NULL;
    if (got && (size_t)(got - line) < length)
        length = (size_t)(got - line) + 4;
    golden_text_add(text, line, length);
    golden_text_add(text, "\n", 1);
}

static void add_whole_line(struct golden_text *text, const char *line, size_t length)
{
    add_line(text, line, length, false);
}

void golden_comparable(struct golden_text *text, const struct golden_header *header, const char *lines)
{
    bool only_to_got = strcmp(header->kind, "die") == 0;
    if (strcmp(header->kind, "task") == 0) {
        golden_add_task_lines(text, lines, add_whole_line);
        return;
    }
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        add_line(text, lines, length, only_to_got);
        lines += length + (lines[length] == '\n');
    }
}
