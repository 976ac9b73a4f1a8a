/* Logging by level and tag: one line `L (ms) tag: text` to the chip's console.
 *
 * No colours: CONFIG_LOG_COLORS is ignored. All functions may be called from any task. */
#ifndef ESP_LOG_H
#define ESP_LOG_H

#ifdef __GNUC__
#pragma GCC system_header /* `, ##__VA_ARGS__` is not for -Wpedantic */
#endif

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>

#include "esp_rom_sys.h"
#include "espmem_config.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    ESP_LOG_NONE,
    ESP_LOG_ERROR,
    ESP_LOG_WARN,
    ESP_LOG_INFO,
    ESP_LOG_DEBUG,
    ESP_LOG_VERBOSE,
    ESP_LOG_MAX,
} esp_log_level_t;

typedef int (*vprintf_like_t)(const char *, va_list);

#ifndef CONFIG_LOG_DEFAULT_LEVEL
#define CONFIG_LOG_DEFAULT_LEVEL 3
#endif
#ifndef CONFIG_LOG_MAXIMUM_LEVEL
#define CONFIG_LOG_MAXIMUM_LEVEL CONFIG_LOG_DEFAULT_LEVEL
#endif
/* What a file compiles in; define it before the first include to have more. */
#ifndef LOG_LOCAL_LEVEL
#define LOG_LOCAL_LEVEL CONFIG_LOG_MAXIMUM_LEVEL
#endif

/* The level of all tags that have none of their own. Set it by esp_log_level_set("*", …). */
extern esp_log_level_t esp_log_default_level;

/* Which lines of a tag are shown from now on. "*" sets all, and forgets every tag's own level. Up to 64
 * tags of up to 47 characters have one; a further one is refused with a report. Costs no memory of the chip. */
void esp_log_level_set(const char *tag, esp_log_level_t level);
esp_log_level_t esp_log_level_get(const char *tag);

/* Who prints log lines from now on; returns who did. NULL: the console again. May be called from several
 * tasks at once. Early and DRAM lines go to the console always. */
vprintf_like_t esp_log_set_vprintf(vprintf_like_t func);

uint32_t esp_log_timestamp(void);       /* milliseconds since boot */
uint32_t esp_log_early_timestamp(void); /* the same */
char *esp_log_system_timestamp(void);   /* since boot, "HH:MM:SS.sss"; static, overwritten by the next call */

/* Prints by printf's rules if the tag's level is at least `level`. Adds nothing to the text. */
void esp_log_write(esp_log_level_t level, const char *tag, const char *format, ...) __attribute__((format(printf, 3, 4)));
void esp_log_writev(esp_log_level_t level, const char *tag, const char *format, va_list args);

void esp_log_buffer_hex_internal(const char *tag, const void *buffer, uint16_t buff_len, esp_log_level_t level);
void esp_log_buffer_char_internal(const char *tag, const void *buffer, uint16_t buff_len, esp_log_level_t level);
void esp_log_buffer_hexdump_internal(const char *tag, const void *buffer, uint16_t buff_len, esp_log_level_t level);

#define LOG_COLOR_E
#define LOG_COLOR_W
#define LOG_COLOR_I
#define LOG_COLOR_D
#define LOG_COLOR_V
#define LOG_RESET_COLOR
#define LOG_FORMAT(letter, format)             #letter " (%" PRIu32 ") %s: " format "\n"
#define LOG_SYSTEM_TIME_FORMAT(letter, format) #letter " (%s) %s: " format "\n"

/* The run-time level decides; for code that checks no LOG_LOCAL_LEVEL. */
#define ESP_LOG_LEVEL(level, tag, format, ...)                                                                                 \
    do {                                                                                                                       \
        if ((level) == ESP_LOG_ERROR) {                                                                                        \
            esp_log_write(ESP_LOG_ERROR, tag, LOG_FORMAT(E, format), esp_log_timestamp(), tag, ##__VA_ARGS__);                 \
        } else if ((level) == ESP_LOG_WARN) {                                                                                  \
            esp_log_write(ESP_LOG_WARN, tag, LOG_FORMAT(W, format), esp_log_timestamp(), tag, ##__VA_ARGS__);                  \
        } else if ((level) == ESP_LOG_DEBUG) {                                                                                 \
            esp_log_write(ESP_LOG_DEBUG, tag, LOG_FORMAT(D, format), esp_log_timestamp(), tag, ##__VA_ARGS__);                 \
        } else if ((level) == ESP_LOG_VERBOSE) {                                                                               \
            esp_log_write(ESP_LOG_VERBOSE, tag, LOG_FORMAT(V, format), esp_log_timestamp(), tag, ##__VA_ARGS__);               \
        } else {                                                                                                               \
            esp_log_write(ESP_LOG_INFO, tag, LOG_FORMAT(I, format), esp_log_timestamp(), tag, ##__VA_ARGS__);                  \
        }                                                                                                                      \
    } while (0)

#define ESP_LOG_ENABLED(level) (LOG_LOCAL_LEVEL >= (level))
#define ESP_LOG_LEVEL_LOCAL(level, tag, format, ...)                                                                           \
    do {                                                                                                                       \
        if (ESP_LOG_ENABLED(level)) {                                                                                          \
            ESP_LOG_LEVEL(level, tag, format, ##__VA_ARGS__);                                                                  \
        }                                                                                                                      \
    } while (0)

#define ESP_LOGE(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_ERROR, tag, format, ##__VA_ARGS__)
#define ESP_LOGW(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_WARN, tag, format, ##__VA_ARGS__)
#define ESP_LOGI(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_INFO, tag, format, ##__VA_ARGS__)
#define ESP_LOGD(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_DEBUG, tag, format, ##__VA_ARGS__)
#define ESP_LOGV(tag, format, ...) ESP_LOG_LEVEL_LOCAL(ESP_LOG_VERBOSE, tag, format, ##__VA_ARGS__)

/* Before the heap is there, in interrupts, with the cache off: no level of the tag's own. */
#define ESP_LOG_EARLY_LINE_(level, letter, tag, format, ...)                                                                   \
    do {                                                                                                                       \
        if (ESP_LOG_ENABLED(level) && esp_log_default_level >= (level)) {                                                      \
            esp_rom_printf(LOG_FORMAT(letter, format), esp_log_early_timestamp(), tag, ##__VA_ARGS__);                         \
        }                                                                                                                      \
    } while (0)
#define ESP_EARLY_LOGE(tag, format, ...) ESP_LOG_EARLY_LINE_(ESP_LOG_ERROR, E, tag, format, ##__VA_ARGS__)
#define ESP_EARLY_LOGW(tag, format, ...) ESP_LOG_EARLY_LINE_(ESP_LOG_WARN, W, tag, format, ##__VA_ARGS__)
#define ESP_EARLY_LOGI(tag, format, ...) ESP_LOG_EARLY_LINE_(ESP_LOG_INFO, I, tag, format, ##__VA_ARGS__)
#define ESP_EARLY_LOGD(tag, format, ...) ESP_LOG_EARLY_LINE_(ESP_LOG_DEBUG, D, tag, format, ##__VA_ARGS__)
#define ESP_EARLY_LOGV(tag, format, ...) ESP_LOG_EARLY_LINE_(ESP_LOG_VERBOSE, V, tag, format, ##__VA_ARGS__)

/* The same where even constants in flash are out of reach: lines without a time stamp, of any level. */
#define ESP_LOG_DRAM_LINE_(level, letter, tag, format, ...)                                                                    \
    do {                                                                                                                       \
        if (ESP_LOG_ENABLED(level)) {                                                                                          \
            esp_rom_printf(#letter " %s: " format "\n", tag, ##__VA_ARGS__);                                                   \
        }                                                                                                                      \
    } while (0)
#define ESP_DRAM_LOGE(tag, format, ...) ESP_LOG_DRAM_LINE_(ESP_LOG_ERROR, E, tag, format, ##__VA_ARGS__)
#define ESP_DRAM_LOGW(tag, format, ...) ESP_LOG_DRAM_LINE_(ESP_LOG_WARN, W, tag, format, ##__VA_ARGS__)
#define ESP_DRAM_LOGI(tag, format, ...) ESP_LOG_DRAM_LINE_(ESP_LOG_INFO, I, tag, format, ##__VA_ARGS__)
#define ESP_DRAM_LOGD(tag, format, ...) ESP_LOG_DRAM_LINE_(ESP_LOG_DEBUG, D, tag, format, ##__VA_ARGS__)
#define ESP_DRAM_LOGV(tag, format, ...) ESP_LOG_DRAM_LINE_(ESP_LOG_VERBOSE, V, tag, format, ##__VA_ARGS__)

/* 16 bytes a line: as hex, as characters, as both with addresses. */
#define ESP_LOG_BUFFER_HEX_LEVEL(tag, buffer, buff_len, level)                                                                 \
    do {                                                                                                                       \
        if (ESP_LOG_ENABLED(level)) {                                                                                          \
            esp_log_buffer_hex_internal(tag, buffer, buff_len, level);                                                         \
        }                                                                                                                      \
    } while (0)
#define ESP_LOG_BUFFER_CHAR_LEVEL(tag, buffer, buff_len, level)                                                                \
    do {                                                                                                                       \
        if (ESP_LOG_ENABLED(level)) {                                                                                          \
            esp_log_buffer_char_internal(tag, buffer, buff_len, level);                                                        \
        }                                                                                                                      \
    } while (0)
#define ESP_LOG_BUFFER_HEXDUMP(tag, buffer, buff_len, level)                                                                   \
    do {                                                                                                                       \
        if (ESP_LOG_ENABLED(level)) {                                                                                          \
            esp_log_buffer_hexdump_internal(tag, buffer, buff_len, level);                                                     \
        }                                                                                                                      \
    } while (0)
#define ESP_LOG_BUFFER_HEX(tag, buffer, buff_len)  ESP_LOG_BUFFER_HEX_LEVEL(tag, buffer, buff_len, ESP_LOG_INFO)
#define ESP_LOG_BUFFER_CHAR(tag, buffer, buff_len) ESP_LOG_BUFFER_CHAR_LEVEL(tag, buffer, buff_len, ESP_LOG_INFO)
#define esp_log_buffer_hex                         ESP_LOG_BUFFER_HEX
#define esp_log_buffer_char                        ESP_LOG_BUFFER_CHAR

#ifdef __cplusplus
}
#endif
#endif
