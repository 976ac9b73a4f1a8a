/* Reads a board from text: NAME,key=value,… and says in one sentence what is wrong with it.
 *
 * Must not know how a board is simulated. Allocates nothing.
 *
 * One idea: keys are a table, so the list of what is possible, which every complaint ends with, and
 * the reading of it cannot differ. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "espmem/board.h"

enum { WORD_ROOM = 64, LIST_ROOM = 256 };

#define MIB ((size_t)1024 * 1024)

__attribute__((format(printf, 3, 4))) static bool refuse(char *why, size_t room, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, room, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* A whole number, with K or M behind it for bytes. */
static bool read_number(const char *text, bool bytes, unsigned long long *number)
{
    char *end;
    if (*text < '0' || *text > '9') {
        return false;
    }
    *number = strtoull(text, &end, 0);
    unsigned shift = 0;
    if (bytes && (*end == 'K' || *end == 'k')) {
        shift = 10;
    } else if (bytes && (*end == 'M' || *end == 'm')) {
        shift = 20;
    }
    if (*number > (UINT32_MAX >> shift)) {
        return false; /* no such chip has 4 GiB of anything */
    }
    *number <<= shift;
    return end[shift != 0] == '\0';
}

static bool set_size(size_t *field, const char *value)
{
    unsigned long long number;
    if (!read_number(value, true, &number)) {
        return false;
    }
    *field = (size_t)number;
    return true;
}

static bool set_count(unsigned *field, const char *value)
{
    unsigned long long number;
    if (!read_number(value, false, &number)) {
        return false;
    }
    *field = (unsigned)number;
    return true;
}

static bool set_flag(bool *field, const char *value)
{
    if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0) {
        return false;
    }
    *field = value[0] == '1';
    return true;
}

static bool set_area(struct em_board *board, const char *name, const char *value)
{
    char first[WORD_ROOM];
    const char *dash = strchr(value, '-');
    if (dash == NULL || (size_t)(dash - value) >= sizeof first) {
        return false;
    }
    memcpy(first, value, (size_t)(dash - value));
    first[dash - value] = '\0';
    unsigned long long start, end;
    if (!read_number(first, false, &start) || !read_number(dash + 1, false, &end) || end < start) {
        return false;
    }
    unsigned i = 0;
    while (i < board->image_areas && strcmp(board->image[i].name, name) != 0) {
        i++;
    }
    if (i == EM_IMAGE_AREAS) {
        return false;
    }
    board->image[i] = (struct em_image_area){(uintptr_t)start, (uintptr_t)end, name};
    board->image_areas = i == board->image_areas ? i + 1 : board->image_areas;
    return true;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static bool key_psram(struct em_board *board, const char *value)
{
    return set_size(&board->psram_bytes, value);
}

static bool key_bankswitch(struct em_board *board, const char *value)
{
    return set_flag(&board->bankswitch, value);
}

static bool key_reserve(struct em_board *board, const char *value)
{
    return set_count(&board->reserve, value);
}

static bool key_cores(struct em_board *board, const char *value)
{
    return set_count(&board->cores, value);
}

static bool set_text(char *field, size_t room, const char *value)
{
    return (size_t)snprintf(field, room, "%s", value) < room;
}

static bool key_engine(struct em_board *board, const char *value)
{
    return set_text(board->engine, sizeof board->engine, value);
}

static bool key_guard(struct em_board *board, const char *value)
{
    return set_text(board->guard, sizeof board->guard, value);
}

static bool is_guard(const char *name)
{
    return strcmp(name, "off") == 0 || strcmp(name, "light") == 0 || strcmp(name, "comprehensive") == 0 ||
           strcmp(name, "page") == 0;
}

static bool key_manner(struct em_board *board, const char *value)
{
    board->manner = strcmp(value, "strict") == 0 ? EM_MANNER_STRICT : EM_MANNER_CHIP;
    return strcmp(value, "strict") == 0 || strcmp(value, "chip") == 0;
}

static bool key_limit(struct em_board *board, const char *value)
{
    size_t limit;
    if (strcmp(value, "never") == 0) {
        board->malloc_limit = EM_LIMIT_NEVER_EXTERNAL;
        return true;
    }
    if (!set_size(&limit, value) || limit > INT32_MAX) {
        return false;
    }
    board->malloc_limit = (long)limit;
    return true;
}

static bool key_pool(struct em_board *board, const char *value)
{
    return set_size(&board->internal_pool, value);
}

static bool key_rtc(struct em_board *board, const char *value)
{
    return set_flag(&board->rtc_heap, value);
}

static bool key_trace(struct em_board *board, const char *value)
{
    return set_count(&board->trace_banks, value);
}

static bool key_abort(struct em_board *board, const char *value)
{
    return set_flag(&board->abort_on_failure, value);
}

static bool key_explain(struct em_board *board, const char *value)
{
    return set_flag(&board->explain, value);
}

static bool key_tasks(struct em_board *board, const char *value)
{
    return set_flag(&board->system_tasks, value);
}

static bool key_quarantine(struct em_board *board, const char *value)
{
    return set_size(&board->quarantine, value);
}

static bool key_below(struct em_board *board, const char *value)
{
    return set_flag(&board->guard_below, value);
}

static bool key_data(struct em_board *board, const char *value)
{
    return set_area(board, "the image's data", value);
}

static bool key_code(struct em_board *board, const char *value)
{
    return set_area(board, "the image's code", value);
}

static const struct key {
    const char *name;
    bool (*set)(struct em_board *board, const char *value);
    const char *wants;
} keys[] = {
    {"psram", key_psram, "bytes, as 8M"},
    {"bankswitch", key_bankswitch, "0 or 1"},
    {"reserve", key_reserve, "a number of banks"},
    {"cores", key_cores, "1 or 2"},
    {"engine", key_engine, "tlsf"},
    {"guard", key_guard, "off, light, comprehensive or page"},
    {"quarantine", key_quarantine, "bytes, as 16M"},
    {"below", key_below, "0 or 1: guard=page stops what comes before a block"},
    {"manner", key_manner, "chip or strict"},
    {"limit", key_limit, "bytes, as 16K, or never"},
    {"pool", key_pool, "bytes, as 32K"},
    {"rtc", key_rtc, "0 or 1: RTC fast memory as heap"},
    {"trace", key_trace, "0, 1 or 2 banks of trace memory"},
    {"abort", key_abort, "0 or 1: stop where an allocation fails"},
    {"explain", key_explain, "0 or 1: say why an allocation fails"},
    {"tasks", key_tasks, "0 or 1: charge for the system's own tasks"},
    {"data", key_data, "START-END of the image's static data"},
    {"code", key_code, "START-END of the image's code in IRAM"},
};

enum { KEYS = sizeof keys / sizeof keys[0] };

static const char *list_keys(char *list)
{
    size_t used = 0;
    for (unsigned i = 0; i < KEYS && used < LIST_ROOM; i++) {
        used += (size_t)snprintf(list + used, LIST_ROOM - used, "%s%s", i == 0 ? "" : ", ", keys[i].name);
    }
    return list;
}

bool em_board_set(struct em_board *board, const char *key, const char *value, char *why, size_t room)
{
    char list[LIST_ROOM];
    for (unsigned i = 0; i < KEYS; i++) {
        if (strcmp(keys[i].name, key) != 0) {
            continue;
        }
        struct em_board changed = *board;
        if (!keys[i].set(&changed, value)) {
            return refuse(why, room, "a board's \"%s\" cannot be \"%s\": it takes %s", key, value, keys[i].wants);
        }
        *board = changed;
        return true;
    }
    return refuse(why, room, "a board has no key \"%s\": it has %s", key, list_keys(list));
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool check_psram(const struct em_board *board, char *why, size_t room)
{
    static const unsigned megabytes[] = {0, 2, 4, 8, 16, 32};
    for (unsigned i = 0; i < sizeof megabytes / sizeof megabytes[0]; i++) {
        if (board->psram_bytes == megabytes[i] * MIB) {
            return true;
        }
    }
    return refuse(why, room, "there is no PSRAM of %zu bytes: choose psram=0, 2M, 4M, 8M, 16M or 32M", board->psram_bytes);
}

static bool check_image(const struct em_board *board, char *why, size_t room)
{
    for (unsigned i = 0; i < board->image_areas; i++) {
        const struct em_image_area *a = &board->image[i];
        for (unsigned j = 0; j < i; j++) {
            const struct em_image_area *b = &board->image[j];
            if (a->start < b->end && b->start < a->end) {
                return refuse(why, room, "%s (0x%08lx-0x%08lx) overlaps %s (0x%08lx-0x%08lx): move one of them", a->name,
                              (unsigned long)a->start, (unsigned long)a->end, b->name, (unsigned long)b->start,
                              (unsigned long)b->end);
            }
        }
        for (unsigned j = 0; j < board->chip->reserved_count; j++) {
            const struct em_reserved *b = &board->chip->reserved[j];
            if (b->condition == EM_ALWAYS && a->start < b->end && b->start < a->end) {
                return refuse(why, room, "%s (0x%08lx-0x%08lx) overlaps %s (0x%08lx-0x%08lx): move it", a->name,
                              (unsigned long)a->start, (unsigned long)a->end, b->name, (unsigned long)b->start,
                              (unsigned long)b->end);
            }
        }
    }
    return true;
}

bool em_board_check(const struct em_board *board, char *why, size_t room)
{
    unsigned most = board->chip->psram.reserve_max;
    if (!check_psram(board, why, room) || !check_image(board, why, room)) {
        return false;
    }
    if (board->bankswitch && (board->reserve < 1 || board->reserve > most)) {
        return refuse(why, room, "reserve=%u is impossible: himem keeps 1 to %u banks of the window; bankswitch=0 turns it off",
                      board->reserve, most);
    }
    if (board->cores < 1 || board->cores > board->chip->cores) {
        return refuse(why, room, "cores=%u is impossible: the %s has 1 to %u", board->cores, board->chip->title,
                      board->chip->cores);
    }
    if (board->rtc_heap && board->cores > 1) {
        return refuse(why, room, "rtc=1 needs cores=1: only then is RTC fast memory free for the heap");
    }
    if (board->trace_banks > 2) {
        return refuse(why, room, "trace=%u is impossible: trace memory has 0, 1 or 2 banks", board->trace_banks);
    }
    if (strcmp(board->engine, "tlsf") != 0) {
        return refuse(why, room, "there is no engine \"%s\": choose engine=tlsf", board->engine);
    }
    if (!is_guard(board->guard)) {
        return refuse(why, room, "there is no guard \"%s\": choose guard=off, light, comprehensive or page", board->guard);
    }
    return true;
}

static bool name_board(struct em_board *board, const char *name, char *why, size_t room)
{
    char list[LIST_ROOM];
    size_t used = 0;
    for (unsigned i = 0; i < em_board_count; i++) {
        if (strcmp(em_board_names[i].name, name) == 0) {
            board->psram_bytes = em_board_names[i].psram_bytes;
            return set_text(board->name, sizeof board->name, name);
        }
        used += (size_t)snprintf(list + used, used < LIST_ROOM ? LIST_ROOM - used : 0, "%s%s", i == 0 ? "" : ", ",
                                 em_board_names[i].name);
    }
    return refuse(why, room, "there is no board \"%s\": choose one of %s", name, list);
}

/* Cuts the next word, up to a comma, off *text. */
static bool next_word(const char **text, char *word)
{
    size_t length = strcspn(*text, ",");
    if (length >= WORD_ROOM) {
        return false;
    }
    memcpy(word, *text, length);
    word[length] = '\0';
    *text += length + ((*text)[length] == ',');
    return true;
}

bool em_board_parse(struct em_board *board, const char *text, char *why, size_t room)
{
    char word[WORD_ROOM];
    struct em_board read = {
        .chip = &em_chip_esp32,
        .bankswitch = true,
        .reserve = 8,
        .cores = 2,
        .engine = "tlsf",
        .guard = "off",
        .quarantine = 16 << 20,
        .malloc_limit = 16384,
        .internal_pool = 32768,
        .image = {{0x3FFB0000, 0x3FFB3448, "the image's data"}, {0x40080000, 0x4008E54C, "the image's code"}},
        .image_areas = 2,
    };
    if (!next_word(&text, word)) {
        return refuse(why, room, "a board's name has at most %d characters", WORD_ROOM - 1);
    }
    if (!name_board(&read, word, why, room)) {
        return false;
    }
    while (*text != '\0') {
        if (!next_word(&text, word)) {
            return refuse(why, room, "a board's option has at most %d characters", WORD_ROOM - 1);
        }
        char *value = strchr(word, '=');
        if (value == NULL) {
            return refuse(why, room, "\"%s\" is no option of a board: write key=value", word);
        }
        *value++ = '\0';
        if (!em_board_set(&read, word, value, why, room)) {
            return false;
        }
    }
    if (!em_board_check(&read, why, room)) {
        return false;
    }
    *board = read;
    return true;
}
