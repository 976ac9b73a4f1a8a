/* The reading of the program's configuration and of the environment. See settings.h.
 *
 * Allocates nothing: it runs before the program has anything. */
#include "settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "espmem_config.h"

enum { BOARD_TEXT = 512 };

__attribute__((format(printf, 3, 4))) static bool refuse(char *why, size_t room, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, room, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- the program's constants ---------------------------------------------------------------- */

/* In the order of enum espmem_option. */
static const char *const option_names[ESPMEM_OPTIONS] = {
    "CONFIG_SPIRAM",
    "CONFIG_SPIRAM_IGNORE_NOTFOUND",
    "CONFIG_SPIRAM_MEMTEST",
    "CONFIG_SPIRAM_USE_MALLOC",
    "CONFIG_SPIRAM_MALLOC_ALWAYSINTERNAL",
    "CONFIG_SPIRAM_MALLOC_RESERVE_INTERNAL",
    "CONFIG_SPIRAM_BANKSWITCH_ENABLE",
    "CONFIG_SPIRAM_BANKSWITCH_RESERVE",
    "CONFIG_FREERTOS_UNICORE",
    "CONFIG_FREERTOS_HZ",
    "CONFIG_ESP_SYSTEM_ALLOW_RTC_FAST_MEM_AS_HEAP",
    "CONFIG_HEAP_ABORT_WHEN_ALLOCATION_FAILS",
    "CONFIG_HEAP_POISONING_LIGHT/_COMPREHENSIVE",
    "CONFIG_HEAP_USE_HOOKS",
    "CONFIG_HEAP_TASK_TRACKING",
    "CONFIG_HEAP_TRACING_STACK_DEPTH",
    "CONFIG_HEAP_TRACK_DELETED_TASKS",
};

/* The linker's names for the section's ends; absent in a program that has no such section. */
extern const struct espmem_program_config *const __start_espmem_config[] __attribute__((weak));
extern const struct espmem_program_config *const __stop_espmem_config[] __attribute__((weak));

struct program {
    int said[ESPMEM_OPTIONS]; /* -1: nothing */
};

static bool join(struct program *program, const struct espmem_program_config *object, char *why, size_t room)
{
    if (object->options != ESPMEM_OPTIONS)
        return refuse(why, room,
                      "an object of this program was compiled with headers of another espmem than the one it is "
                      "linked with: compile all of it again");
    for (unsigned i = 0; i < ESPMEM_OPTIONS; i++) {
        int said = object->value[i];
        if (said >= 0 && program->said[i] >= 0 && said != program->said[i])
            return refuse(why, room, "objects of this program disagree on %s: %d and %d; compile all of them with the same one",
                          option_names[i], program->said[i], said);
        if (said >= 0)
            program->said[i] = said;
    }
    return true;
}

static bool read_program(struct program *program, char *why, size_t room)
{
    for (unsigned i = 0; i < ESPMEM_OPTIONS; i++)
        program->said[i] = -1;
    for (const struct espmem_program_config *const *entry = __start_espmem_config; entry < __stop_espmem_config; entry++)
        if (!join(program, *entry, why, room))
            return false;
    return true;
}

static void set_flag(bool *field, int said)
{
    if (said >= 0)
        *field = said != 0;
}

static void apply_external_ram(struct sim_settings *settings, const int *said)
{
    struct em_board *board = &settings->board;
    settings->psram_wanted = said[ESPMEM_OPTION_SPIRAM] < 0 ? SIM_UNSAID : said[ESPMEM_OPTION_SPIRAM] ? SIM_YES : SIM_NO;
    if (settings->psram_wanted == SIM_NO) {
        board->psram_bytes = 0;
        return;
    }
    set_flag(&settings->psram_may_be_missing, said[ESPMEM_OPTION_SPIRAM_IGNORE_NOTFOUND]);
    set_flag(&settings->psram_tested, said[ESPMEM_OPTION_SPIRAM_MEMTEST]);
    set_flag(&settings->psram_for_malloc, said[ESPMEM_OPTION_SPIRAM_USE_MALLOC]);
    set_flag(&board->bankswitch, said[ESPMEM_OPTION_SPIRAM_BANKSWITCH_ENABLE]);
    if (said[ESPMEM_OPTION_SPIRAM_BANKSWITCH_RESERVE] >= 0)
        board->reserve = (unsigned)said[ESPMEM_OPTION_SPIRAM_BANKSWITCH_RESERVE];
    if (said[ESPMEM_OPTION_SPIRAM_MALLOC_ALWAYSINTERNAL] >= 0)
        board->malloc_limit = said[ESPMEM_OPTION_SPIRAM_MALLOC_ALWAYSINTERNAL];
    if (said[ESPMEM_OPTION_SPIRAM_MALLOC_RESERVE_INTERNAL] >= 0)
        board->internal_pool = (size_t)said[ESPMEM_OPTION_SPIRAM_MALLOC_RESERVE_INTERNAL];
}

static void apply_program(struct sim_settings *settings, const struct program *program)
{
    static const char *const guards[] = {"off", "light", "comprehensive"};
    struct em_board *board = &settings->board;
    const int *said = program->said;
    apply_external_ram(settings, said);
    if (said[ESPMEM_OPTION_FREERTOS_UNICORE] >= 0)
        board->cores = said[ESPMEM_OPTION_FREERTOS_UNICORE] ? 1 : board->chip->cores;
    /* ESP-IDF's option is on in every configuration; it means something where one core runs. */
    if (said[ESPMEM_OPTION_RTC_FAST_MEM_AS_HEAP] >= 0)
        board->rtc_heap = said[ESPMEM_OPTION_RTC_FAST_MEM_AS_HEAP] && board->cores == 1;
    set_flag(&board->abort_on_failure, said[ESPMEM_OPTION_HEAP_ABORT_WHEN_ALLOCATION_FAILS]);
    set_flag(&board->task_tracking, said[ESPMEM_OPTION_HEAP_TASK_TRACKING]);
    set_flag(&board->deleted_tasks, said[ESPMEM_OPTION_HEAP_TRACK_DELETED_TASKS]);
    if (said[ESPMEM_OPTION_HEAP_POISONING] >= 0)
        snprintf(board->guard, sizeof board->guard, "%s", guards[said[ESPMEM_OPTION_HEAP_POISONING] % 3]);
    settings->hooks_off = said[ESPMEM_OPTION_HEAP_USE_HOOKS] == 0;
    if (said[ESPMEM_OPTION_FREERTOS_HZ] > 0)
        settings->ticks_per_second = (unsigned)said[ESPMEM_OPTION_FREERTOS_HZ];
}

/* ---- the environment ------------------------------------------------------------------------ */

/* An empty variable is as good as none. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

static bool read_switch(bool *flag, const char *name, char *why, size_t room)
{
    const char *value = variable(name);
    if (!value)
        return true;
    if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        return refuse(why, room, "%s cannot be \"%s\": it takes 0 or 1", name, value);
    *flag = value[0] == '1';
    return true;
}

static bool read_switches(struct sim_settings *settings, char *why, size_t room)
{
    return read_switch(&settings->board.explain, "ESPMEM_EXPLAIN", why, room) &&
           read_switch(&settings->warns, "ESPMEM_WARN", why, room);
}

static bool check_recorder(char *why, size_t room)
{
    if (variable("ESPMEM_RECORD"))
        return refuse(why, room, "ESPMEM_RECORD is not possible yet: unset it");
    return true;
}

/* Sets the keys of NAME,key=value,… over what the board has by now. The text has been understood before. */
static bool set_named_keys(struct em_board *board, const char *text, char *why, size_t room)
{
    char copy[BOARD_TEXT];
    snprintf(copy, sizeof copy, "%s", text);
    char *rest;
    strtok_r(copy, ",", &rest); /* the name */
    for (char *word; (word = strtok_r(NULL, ",", &rest));) {
        char *value = strchr(word, '=');
        if (!value)
            continue;
        *value++ = '\0';
        if (!em_board_set(board, word, value, why, room))
            return false;
    }
    return true;
}

static bool set_from_variable(struct em_board *board, const char *key, const char *name, char *why, size_t room)
{
    char reason[256];
    const char *value = variable(name);
    if (!value || em_board_set(board, key, value, reason, sizeof reason))
        return true;
    return refuse(why, room, "%s=%s: %s", name, value, reason);
}

/* How far back a record's callers are found: to the one of the allocating function, or along frame pointers. */
static bool read_callers(struct sim_settings *settings, char *why, size_t room)
{
    const char *value = variable("ESPMEM_CALLERS");
    settings->follows_frames = value && strcmp(value, "frames") == 0;
    if (!value || settings->follows_frames || strcmp(value, "return") == 0)
        return true;
    return refuse(why, room, "ESPMEM_CALLERS cannot be \"%s\": it takes return or frames", value);
}

static bool read_board(struct em_board *board, const char *text, char *why, size_t room)
{
    char reason[512];
    if (strlen(text) >= BOARD_TEXT)
        return refuse(why, room, "ESPMEM_BOARD is longer than %d characters", BOARD_TEXT - 1);
    if (em_board_parse(board, text, reason, sizeof reason))
        return true;
    return refuse(why, room, "ESPMEM_BOARD: %s", reason);
}

static bool check(const struct sim_settings *settings, char *why, size_t room)
{
    if (settings->ticks_per_second > 1000)
        return refuse(why, room, "CONFIG_FREERTOS_HZ cannot be %u: it is at most 1000", settings->ticks_per_second);
    return em_board_check(&settings->board, why, room);
}

/* ---- together ------------------------------------------------------------------------------- */

struct sim_settings sim_settings_of_board(const struct em_board *board)
{
    return (struct sim_settings){
        .board = *board,
        .psram_wanted = SIM_UNSAID,
        .psram_tested = true,
        .psram_for_malloc = true,
    };
}

bool sim_settings_of_process(struct sim_settings *settings, char *why, size_t room)
{
    struct em_board board;
    struct program program;
    const char *named = variable("ESPMEM_BOARD");
    if (!read_board(&board, named ? named : em_board_default, why, room) || !read_program(&program, why, room))
        return false;
    struct sim_settings read = sim_settings_of_board(&board);
    apply_program(&read, &program);
    if (named && !set_named_keys(&read.board, named, why, room))
        return false;
    if (!set_from_variable(&read.board, "manner", "ESPMEM_MANNER", why, room) ||
        !set_from_variable(&read.board, "guard", "ESPMEM_GUARD", why, room) || !read_callers(&read, why, room))
        return false;
    if (!check(&read, why, room) || !read_switches(&read, why, room) || !check_recorder(why, room))
        return false;
    *settings = read;
    return true;
}
