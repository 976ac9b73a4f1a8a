/* The lines of a golden file. See input.h. */
#include "tool/golden/input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

bool golden_input_open(struct golden_input *input, const char *path)
{
    memset(input, 0, sizeof *input);
    struct stat status = {0};
    errno = 0;
    if (stat(path, &status) != 0 || S_ISDIR(status.st_mode)) {
        snprintf(input->why, sizeof input->why, "it cannot be read: %s.", strerror(errno ? errno : EISDIR));
        return false;
    }
    input->file = gzopen(path, "rb");
    if (!input->file)
        snprintf(input->why, sizeof input->why, "it cannot be read: %s.", strerror(errno ? errno : ENOMEM));
    return input->file != NULL;
}

void golden_input_open_memory(struct golden_input *input, const void *bytes, size_t count)
{
    memset(input, 0, sizeof *input);
    input->memory = bytes;
    input->memory_left = count;
}

void golden_input_close(struct golden_input *input)
{
    if (input->file)
        gzclose((gzFile)input->file);
    input->file = NULL;
    golden_text_close(&input->text);
}

static bool fill_from_file(struct golden_input *input)
{
    int count = gzread((gzFile)input->file, input->block, sizeof input->block);
    int state = Z_OK;
    const char *message = gzerror((gzFile)input->file, &state);
    /* A stream that ends early still gives the bytes before its end, with count >= 0. */
    if (count < 0 || (count == 0 && state == Z_BUF_ERROR)) {
        bool cut = state == Z_BUF_ERROR;
        snprintf(input->why, sizeof input->why, "the gzip stream is %s.",
                 cut                ? "cut off"
                 : state == Z_ERRNO ? "unreadable"
                                    : message);
        return false;
    }
    input->block_filled = (size_t)count;
    return true;
}

static bool fill(struct golden_input *input)
{
    input->block_used = 0;
    input->block_filled = 0;
    if (input->file)
        return fill_from_file(input);
    size_t count = input->memory_left < sizeof input->block ? input->memory_left : sizeof input->block;
    if (count == 0) /* memory may be NULL where there is none */
        return true;
    memcpy(input->block, input->memory, count);
    input->memory += count;
    input->memory_left -= count;
    input->block_filled = count;
    return true;
}

/* Moves what the block holds of the line into the text; true iff the line's end was there. */
static bool take_from_block(struct golden_input *input)
{
    const char *start = input->block + input->block_used;
    size_t left = input->block_filled - input->block_used;
    const char *end = memchr(start, '\n', left);
    size_t length = end ? (size_t)(end - start) : left;
    golden_text_add(&input->text, start, length);
    input->block_used += length + (end ? 1 : 0);
    return end != NULL;
}

static enum golden_line refuse(struct golden_input *input, const char *why)
{
    snprintf(input->why, sizeof input->why, "%s", why);
    return GOLDEN_LINE_BAD;
}

enum golden_line golden_input_next(struct golden_input *input)
{
    if (input->again) {
        input->again = false;
        return GOLDEN_LINE;
    }
    golden_text_clear(&input->text);
    input->line++;
    for (bool begun = false;; begun = true) {
        if (input->block_used == input->block_filled && !fill(input))
            return GOLDEN_LINE_BAD;
        if (input->block_filled == 0)
            return begun ? GOLDEN_LINE : GOLDEN_LINE_NONE;
        bool complete = take_from_block(input);
        if (input->text.cut || input->text.length > GOLDEN_LINE_LIMIT)
            return refuse(input, "the line is longer than 1 MiB.");
        if (memchr(golden_text_string(&input->text), 0, input->text.length))
            return refuse(input, "the line holds a byte 0: this is not text.");
        if (complete)
            return GOLDEN_LINE;
    }
}

void golden_input_unread(struct golden_input *input)
{
    input->again = true;
}
