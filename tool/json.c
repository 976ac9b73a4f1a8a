/* JSON on stdout. See json.h. */
#include "tool/json.h"

#include <inttypes.h>

static void print_quoted(FILE *stream, const char *text)
{
    putc('"', stream);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(stream, "\\%c", c);
        else if (c < ' ')
            fprintf(stream, "\\u%04x", c);
        else
            putc(c, stream);
    }
    putc('"', stream);
}

static void begin_member(struct json *json, const char *name)
{
    if (json->has_member[json->depth])
        putc(',', json->stream);
    if (json->depth > 0)
        fprintf(json->stream, "\n%*s", (int)(2 * json->depth), "");
    json->has_member[json->depth] = true;
    if (!name)
        return;
    print_quoted(json->stream, name);
    fputs(": ", json->stream);
}

void json_open(struct json *json, const char *name, char bracket)
{
    begin_member(json, name);
    putc(bracket, json->stream);
    json->depth++;
    json->has_member[json->depth] = false;
}

void json_close(struct json *json, char bracket)
{
    bool empty = !json->has_member[json->depth];
    json->depth--;
    if (!empty)
        fprintf(json->stream, "\n%*s", (int)(2 * json->depth), "");
    putc(bracket, json->stream);
    if (json->depth == 0)
        putc('\n', json->stream);
}

void json_text(struct json *json, const char *name, const char *value)
{
    begin_member(json, name);
    print_quoted(json->stream, value);
}

void json_number(struct json *json, const char *name, uint64_t value)
{
    begin_member(json, name);
    fprintf(json->stream, "%" PRIu64, value);
}

void json_truth(struct json *json, const char *name, bool value)
{
    begin_member(json, name);
    fputs(value ? "true" : "false", json->stream);
}
