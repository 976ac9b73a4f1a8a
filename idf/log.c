/* Log lines: which tags are shown, and through whom.
 *
 * The tags' levels lie in a table of the host: the chip's own copies of tags would come from its heap, here
 * they cost nothing. Lines that are printed hold no lock, so that a printer of the program may log itself.
 *
 * One idea: the macros make the whole line; what is left is one question, "is this level shown?". */
#include "esp_log.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "espmem/port.h"
#include "idf/chip.h"
#include "idf/console.h"

enum { TAGS = 64, TAG_ROOM = 48, BYTES_A_LINE = 16 };

esp_log_level_t esp_log_default_level = CONFIG_LOG_DEFAULT_LEVEL;

struct tag_level {
    char tag[TAG_ROOM];
    esp_log_level_t level;
};

static struct em_lock tags_lock;
static struct tag_level tags[TAGS];
static unsigned tag_count;
static _Atomic(vprintf_like_t) printer; /* NULL: the console */

/* With the lock held. */
static struct tag_level *find(const char *tag)
{
    for (unsigned i = 0; i < tag_count; i++)
        if (strcmp(tags[i].tag, tag) == 0)
            return &tags[i];
    return NULL;
}

static bool set_one(const char *tag, esp_log_level_t level)
{
    size_t length = strlen(tag);
    struct tag_level *known = find(tag);
    if (!known) {
        if (tag_count == TAGS || length >= TAG_ROOM)
            return false;
        known = &tags[tag_count++];
        memcpy(known->tag, tag, length + 1);
    }
    known->level = level;
    return true;
}

void esp_log_level_set(const char *tag, esp_log_level_t level)
{
    if (!tag) {
        idf_report("esp_log_level_set: the tag is NULL; nothing is set");
        return;
    }
    bool set = true;
    em_port_lock(&tags_lock);
    if (strcmp(tag, "*") == 0) {
        __atomic_store_n(&esp_log_default_level, level, __ATOMIC_RELAXED);
        tag_count = 0;
    } else {
        set = set_one(tag, level);
    }
    em_port_unlock(&tags_lock);
    if (!set)
        idf_report("esp_log_level_set: no level of its own for \"%s\": %d tags of up to %d characters can have one", tag, TAGS,
                   TAG_ROOM - 1);
}

esp_log_level_t esp_log_level_get(const char *tag)
{
    esp_log_level_t level = __atomic_load_n(&esp_log_default_level, __ATOMIC_RELAXED);
    if (!tag || __atomic_load_n(&tag_count, __ATOMIC_RELAXED) == 0)
        return level;
    em_port_lock(&tags_lock);
    struct tag_level *known = find(tag);
    if (known)
        level = known->level;
    em_port_unlock(&tags_lock);
    return level;
}

vprintf_like_t esp_log_set_vprintf(vprintf_like_t func)
{
    vprintf_like_t old = atomic_exchange(&printer, func);
    return old ? old : idf_console_print;
}

void esp_log_writev(esp_log_level_t level, const char *tag, const char *format, va_list args)
{
    if (level == ESP_LOG_NONE || level > esp_log_level_get(tag))
        return;
    vprintf_like_t print = atomic_load(&printer);
    (print ? print : idf_console_print)(format, args);
}

void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    esp_log_writev(level, tag, format, arguments);
    va_end(arguments);
}

uint32_t esp_log_timestamp(void)
{
    return idf_chip.platform ? idf_chip.platform->milliseconds() : 0;
}

uint32_t esp_log_early_timestamp(void)
{
    return esp_log_timestamp();
}

char *esp_log_system_timestamp(void)
{
    static char text[24];
    uint32_t ms = esp_log_timestamp();
    snprintf(text, sizeof text, "%02u:%02u:%02u.%03u", (unsigned)(ms / 3600000 % 24), (unsigned)(ms / 60000 % 60),
             (unsigned)(ms / 1000 % 60), (unsigned)(ms % 1000));
    return text;
}

/* ---- buffers: one line for each 16 bytes ------------------------------------------------------- */

typedef void (*line_writer)(char *line, const unsigned char *bytes, unsigned count);

static void log_lines(const char *tag, const void *buffer, uint16_t length, esp_log_level_t level, line_writer write)
{
    const unsigned char *bytes = buffer;
    for (unsigned at = 0; at < length; at += BYTES_A_LINE) {
        char line[128];
        unsigned count = length - at < BYTES_A_LINE ? length - at : BYTES_A_LINE;
        write(line, bytes + at, count);
        ESP_LOG_LEVEL(level, tag, "%s", line);
    }
}

static void write_hex(char *line, const unsigned char *bytes, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        line += sprintf(line, i + 1 < count ? "%02x " : "%02x", bytes[i]);
}

static void write_characters(char *line, const unsigned char *bytes, unsigned count)
{
    memcpy(line, bytes, count);
    line[count] = 0;
}

static char printable(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f ? (char)byte : '.';
}

static void write_dump(char *line, const unsigned char *bytes, unsigned count)
{
    line += sprintf(line, "0x%08llx  ", (unsigned long long)(uintptr_t)bytes);
    for (unsigned i = 0; i < BYTES_A_LINE; i++) {
        const char *gap = i == BYTES_A_LINE / 2 ? "  " : " ";
        line += i < count ? sprintf(line, "%s%02x", gap, bytes[i]) : sprintf(line, "%s  ", gap);
    }
    line += sprintf(line, "  |");
    for (unsigned i = 0; i < count; i++)
        *line++ = printable(bytes[i]);
    *line++ = '|';
    *line = 0;
}

void esp_log_buffer_hex_internal(const char *tag, const void *buffer, uint16_t buff_len, esp_log_level_t level)
{
    log_lines(tag, buffer, buff_len, level, write_hex);
}

void esp_log_buffer_char_internal(const char *tag, const void *buffer, uint16_t buff_len, esp_log_level_t level)
{
    log_lines(tag, buffer, buff_len, level, write_characters);
}

void esp_log_buffer_hexdump_internal(const char *tag, const void *buffer, uint16_t buff_len, esp_log_level_t level)
{
    log_lines(tag, buffer, buff_len, level, write_dump);
}
