/* Text that grows, up to a limit. See text.h. */
#include "tool/golden/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *golden_text_string(const struct golden_text *text)
{
    return text->bytes ? text->bytes : "";
}

void golden_text_clear(struct golden_text *text)
{
    text->length = 0;
    text->cut = false;
    if (text->bytes)
        text->bytes[0] = '\0';
}

void golden_text_close(struct golden_text *text)
{
    free(text->bytes);
    *text = (struct golden_text){0};
}

static bool make_room(struct golden_text *text, size_t length)
{
    if (length > GOLDEN_TEXT_LIMIT - text->length)
        return false;
    size_t needed = text->length + length + 1;
    if (needed <= text->room)
        return true;
    size_t room = needed < 256 ? 256 : 2 * needed;
    char *bytes = realloc(text->bytes, room);
    if (!bytes)
        return false;
    text->bytes = bytes;
    text->room = room;
    return true;
}

void golden_text_add(struct golden_text *text, const char *bytes, size_t length)
{
    if (!make_room(text, length)) {
        text->cut = true;
        return;
    }
    if (length > 0)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void golden_text_print(struct golden_text *text, const char *format, ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof line) {
        text->cut = true;
        return;
    }
    golden_text_add(text, line, (size_t)length);
}
