/* The header of a golden file.
 *
 * Knows which keys there are and what values they take, nothing of operations.
 * One idea: a table of keys; the first word that is not in it begins the operations. */
#include "tool/golden/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum value_kind { VALUE_TEXT, VALUE_NUMBER, VALUE_POISON };

struct header_key {
    const char *name;
    enum value_kind kind;
    size_t offset, room; /* of its field */
    const char *wanted;
};

#define TEXT_KEY(name, field)                                                                                                  \
    {                                                                                                                          \
        name, VALUE_TEXT, offsetof(struct golden_header, field), sizeof((struct golden_header *)0)->field, "a short text"      \
    }
#define NUMBER_KEY(name, field)                                                                                                \
    {                                                                                                                          \
        name, VALUE_NUMBER, offsetof(struct golden_header, field), 0, "a number below 4294967296"                              \
    }

/* In the order of enum golden_key. */
static const struct header_key keys[GOLDEN_KEYS] = {
    [GOLDEN_KEY_KIND] = TEXT_KEY("kind", kind),
    [GOLDEN_KEY_PTR] = NUMBER_KEY("ptr", pointer_bits),
    [GOLDEN_KEY_POISON] = {"poison", VALUE_POISON, 0, 0, "none, light or comp"},
    [GOLDEN_KEY_BASE] = NUMBER_KEY("base", base),
    [GOLDEN_KEY_SIZE] = NUMBER_KEY("size", size),
    [GOLDEN_KEY_SEED] = NUMBER_KEY("seed", seed),
    [GOLDEN_KEY_LAYOUT] = TEXT_KEY("layout", layout),
    [GOLDEN_KEY_PSRAM] = NUMBER_KEY("psram", psram),
    [GOLDEN_KEY_RESERVE] = NUMBER_KEY("reserve", reserve),
    [GOLDEN_KEY_LOG] = TEXT_KEY("log", log),
};

static const char *const families[GOLDEN_FAMILIES] = {
    [GOLDEN_MULTI_HEAP] = "multi_heap",
    [GOLDEN_HEAP_CAPS] = "heap_caps",
    [GOLDEN_HIMEM] = "himem",
};

static bool take_poison(struct golden_header *header, const char *value)
{
    static const char *const names[] = {[GOLDEN_NONE] = "none", [GOLDEN_LIGHT] = "light", [GOLDEN_COMPREHENSIVE] = "comp"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(value, names[i]) == 0) {
            header->poison = (enum golden_poison)i;
            return true;
        }
    }
    return false;
}

static bool take_number(uint64_t *field, const char *value)
{
    int64_t number;
    if (!golden_number(value, &number) || number < 0 || number > UINT32_MAX)
        return false;
    *field = (uint64_t)number;
    return true;
}

static bool take_value(struct golden_header *header, const struct header_key *key, const char *value)
{
    char *field = (char *)header + key->offset;
    switch (key->kind) {
    case VALUE_NUMBER:
        return take_number((uint64_t *)(void *)field, value);
    case VALUE_POISON:
        return take_poison(header, value);
    case VALUE_TEXT:
        break;
    }
    size_t length = strlen(value);
    if (length >= key->room)
        return false;
    memcpy(field, value, length + 1);
    return true;
}

/* The key that a line begins with, or GOLDEN_KEYS. */
static unsigned key_of(const char *line)
{
    size_t length = strcspn(line, " ");
    unsigned i = 0;
    while (i < GOLDEN_KEYS && !(strlen(keys[i].name) == length && strncmp(keys[i].name, line, length) == 0))
        i++;
    return i;
}

static bool take_magic(struct golden_header *header, const char *line)
{
    static const char magic[] = "golden 1 ";
    if (strncmp(line, magic, sizeof magic - 1) != 0)
        return false;
    for (unsigned i = 0; i < GOLDEN_FAMILIES; i++) {
        if (strcmp(line + sizeof magic - 1, families[i]) == 0) {
            header->family = (enum golden_family)i;
            return true;
        }
    }
    return false;
}

static bool read_magic(struct golden_header *header, struct golden_input *input, char *why, size_t room)
{
    if (golden_input_next(input) == GOLDEN_LINE && take_magic(header, golden_text_string(&input->text)))
        return true;
    bool broken = input->why[0] != '\0';
    snprintf(why, room, "it is not a golden file: %s",
             broken ? input->why : "its first line is not 'golden 1' and multi_heap, heap_caps or himem.");
    return false;
}

static bool take_header_line(struct golden_header *header, unsigned index, struct golden_input *input, char *why, size_t room)
{
    const char *line = golden_text_string(&input->text);
    const struct header_key *key = &keys[index];
    const char *value = line + strlen(key->name);
    value += *value == ' ';
    if (header->present & (1u << index)) {
        snprintf(why, room, "the header gives '%s' twice.", key->name);
        return false;
    }
    if (!take_value(header, key, value)) {
        snprintf(why, room, "the value of '%s' has to be %s.", key->name, key->wanted);
        return false;
    }
    header->present |= 1u << index;
    if (index == GOLDEN_KEY_LOG)
        header->log_line = input->line;
    return true;
}

bool golden_header_read(struct golden_header *header, struct golden_input *input, unsigned *bad_line, char *why, size_t room)
{
    *header = (struct golden_header){.pointer_bits = 32};
    *bad_line = 0;
    if (!read_magic(header, input, why, room))
        return false;
    for (;;) {
        enum golden_line next = golden_input_next(input);
        *bad_line = input->line;
        if (next != GOLDEN_LINE) {
            snprintf(why, room, "%s", next == GOLDEN_LINE_BAD ? input->why : "the file is cut off: it ends within its header.");
            return false;
        }
        const char *line = golden_text_string(&input->text);
        if (line[0] == '#')
            continue;
        unsigned index = key_of(line);
        if (index == GOLDEN_KEYS) {
            golden_input_unread(input);
            return true;
        }
        if (!take_header_line(header, index, input, why, room))
            return false;
    }
}
