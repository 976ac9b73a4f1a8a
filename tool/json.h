/* JSON on stdout, member by member.
 *
 * Knows nothing of what is told. One idea: the writer sets the commas, so that no list of members can
 * get them wrong. */
#ifndef TOOL_JSON_H
#define TOOL_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *stream;
    unsigned depth;
    bool has_member[16]; /* whether something stands before, by depth */
};

/* `name` is NULL for elements of a list and for the outermost object. */
void json_open(struct json *json, const char *name, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket);                  /* '}' or ']' */
void json_text(struct json *json, const char *name, const char *value);
void json_number(struct json *json, const char *name, uint64_t value);
void json_truth(struct json *json, const char *name, bool value);

#endif
