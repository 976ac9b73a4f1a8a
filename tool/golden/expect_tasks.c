/* What is printed of tasks, made comparable. See expect.h.
 *
 * The original keeps its books inside the heaps, so addresses, the blocks that belong to nobody and, where a
 * realloc had to move past a book, the order of blocks are not those of espmem.
 *
 * One idea: addresses go, the entry of nobody goes, and the blocks of one heap stand by size. */
#include "tool/golden/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 1024 };

struct blocks {
    unsigned long size[BLOCKS];
    unsigned count;
    char tree[40]; /* what stands in front of each */
};

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static int by_size(const void *a, const void *b)
{
    unsigned long first = *(const unsigned long *)a, second = *(const unsigned long *)b;
    return first < second ? -1 : first > second;
}

static void add_blocks(struct golden_text *text, struct blocks *blocks)
{
    qsort(blocks->size, blocks->count, sizeof *blocks->size, by_size);
    for (unsigned i = 0; i < blocks->count; i++)
        golden_text_print(text, "%sALLOC, SIZE %lu\n", blocks->tree, blocks->size[i]);
    blocks->count = 0;
}

/* `…├ ALLOC 0x3ffae968, SIZE 104`. More of them in one heap than any recording has are left as they are. */
static bool take_block(struct blocks *blocks, const char *line)
{
    const char *at = strstr(line, "ALLOC 0x");
    size_t tree = at ? (size_t)(at - line) : 0;
    unsigned long size;
    if (!at || blocks->count == BLOCKS || tree >= sizeof blocks->tree || sscanf(at, "ALLOC 0x%*x, SIZE %lu", &size) != 1)
        return false;
    memcpy(blocks->tree, line, tree);
    blocks->tree[tree] = '\0';
    blocks->size[blocks->count++] = size;
    return true;
}

/* Whether the line is of the task above it. */
static bool is_below_task(const char *line)
{
    return begins(line, "     ") || begins(line, "│    ");
}

void golden_add_task_lines(struct golden_text *text, const char *lines, golden_line_adder *add_other)
{
    static struct blocks blocks;
    char line[400];
    bool nobody = false;
    blocks.count = 0;
    while (*lines) {
        size_t length = strcspn(lines, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(length < sizeof line ? length : sizeof line - 1), lines);
        nobody = strstr(line, "Pre-scheduler") || (nobody && is_below_task(line) && !strstr(line, "│ ALIVE  "));
        if (!nobody && !take_block(&blocks, line)) {
            add_blocks(text, &blocks);
            add_other(text, lines, length);
        }
        lines += length + (lines[length] == '\n');
    }
    add_blocks(text, &blocks);
}
