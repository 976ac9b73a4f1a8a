/* Log lines: their form, their levels, who prints them. */
#define LOG_LOCAL_LEVEL 5
#include "caught.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "esp_log.h"
#include "esp_rom_sys.h"

static const char *after_time(const char *line)
{
    const char *end = strchr(line, ')');
    return end ? end + 1 : "";
}

TEST(a_line_has_level_time_tag_and_text)
{
    catch_begin();
    ESP_LOGW("wifi", "channel %d", 7);
    catch_end();
    CHECK(strncmp(caught.console, "W (", 3) == 0);
    unsigned ms = 99999999;
    CHECK_EQ(sscanf(caught.console, "W (%u)", &ms), 1);
    CHECK(ms < 600000);
    CHECK_STR(after_time(caught.console), " wifi: channel 7\n");
}

TEST(the_default_level_is_info)
{
    catch_begin();
    ESP_LOGI("tag", "i");
    ESP_LOGD("tag", "d");
    ESP_LOGV("tag", "v");
    ESP_EARLY_LOGD("tag", "early");
    catch_end();
    CHECK_STR(after_time(caught.console), " tag: i\n");
    CHECK_EQ(esp_log_level_get("tag"), ESP_LOG_INFO);
}

TEST(a_tag_may_have_a_level_of_its_own)
{
    catch_begin();
    esp_log_level_set("one", ESP_LOG_VERBOSE);
    esp_log_level_set("none", ESP_LOG_NONE);
    ESP_LOGV("one", "a");
    ESP_LOGV("two", "b");
    ESP_LOGE("none", "c");
    CHECK_STR(after_time(caught.console), " one: a\n");
    CHECK_EQ(esp_log_level_get("one"), ESP_LOG_VERBOSE);
    esp_log_level_set("*", ESP_LOG_WARN);
    CHECK_EQ(esp_log_level_get("one"), ESP_LOG_WARN);
    CHECK_EQ(esp_log_level_get("none"), ESP_LOG_WARN);
    esp_log_level_set("*", ESP_LOG_INFO);
    catch_end();
}

TEST(a_tag_is_copied)
{
    char tag[8] = "abc";
    esp_log_level_set(tag, ESP_LOG_DEBUG);
    memcpy(tag, "xyz", 3);
    CHECK_EQ(esp_log_level_get("abc"), ESP_LOG_DEBUG);
    CHECK_EQ(esp_log_level_get("xyz"), ESP_LOG_INFO);
    esp_log_level_set("*", ESP_LOG_INFO);
}

TEST(too_many_tags_are_reported)
{
    catch_begin();
    for (int i = 0; i < 65; i++) {
        char tag[8];
        snprintf(tag, sizeof tag, "t%d", i);
        esp_log_level_set(tag, ESP_LOG_DEBUG);
    }
    catch_end();
    CHECK_EQ(esp_log_level_get("t63"), ESP_LOG_DEBUG);
    CHECK_EQ(esp_log_level_get("t64"), ESP_LOG_INFO);
    CHECK(strstr(caught.report, "\"t64\": 64 tags"));
    esp_log_level_set("*", ESP_LOG_INFO);
}

static char printed[128];

__attribute__((format(printf, 1, 0))) static int print_elsewhere(const char *format, va_list arguments)
{
    return vsnprintf(printed, sizeof printed, format, arguments);
}

TEST(another_printer_gets_the_whole_line)
{
    catch_begin();
    vprintf_like_t old = esp_log_set_vprintf(print_elsewhere);
    ESP_LOGE("tag", "%s", "here");
    ESP_EARLY_LOGE("tag", "there");
    CHECK(esp_log_set_vprintf(old) == print_elsewhere);
    CHECK_STR(after_time(printed), " tag: here\n");
    CHECK_STR(after_time(caught.console), " tag: there\n");
    ESP_LOGE("tag", "back");
    catch_end();
    CHECK(strstr(caught.console, " tag: back\n"));
}

TEST(long_lines_are_whole_and_very_long_ones_cut)
{
    static char text[5000];
    memset(text, 'x', sizeof text - 1);
    catch_begin();
    CHECK_EQ(esp_rom_printf("%.1000s|", text), 1001);
    CHECK_EQ(strlen(caught.console), 1001);
    CHECK_EQ(caught.console[1000], '|');
    CHECK_EQ(esp_rom_printf("%s", text), 4999);
    CHECK_EQ(strlen(caught.console), 1001 + 4095);
    catch_end();
}

TEST(buffers_are_shown_16_bytes_a_line)
{
    static const char bytes[] = "ESP32 is great, \x01z";
    catch_begin();
    ESP_LOG_BUFFER_HEX("t", bytes, 18);
    const char *second = strchr(caught.console, '\n') + 1;
    CHECK(strncmp(after_time(caught.console), " t: 45 53 50 33 32 20 69 73 20 67 72 65 61 74 2c 20\n", 52) == 0);
    CHECK_STR(after_time(second), " t: 01 7a\n");
    catch_begin();
    ESP_LOG_BUFFER_CHAR("t", bytes, 16);
    CHECK_STR(after_time(caught.console), " t: ESP32 is great, \n");
    catch_begin();
    ESP_LOG_BUFFER_HEXDUMP("t", bytes, 18, ESP_LOG_WARN);
    catch_end();
    CHECK(strstr(caught.console, "   45 53 50 33 32 20 69 73  20 67 72 65 61 74 2c 20  |ESP32 is great, |\n"));
    char end[80];
    snprintf(end, sizeof end, "   01 7a%*s|.z|\n", 6 * 3 + 4 + 7 * 3 + 2, "");
    CHECK(strstr(caught.console, end));
}

TEST(the_system_time_stamp_is_a_time_of_day)
{
    unsigned h, m, s, ms;
    CHECK_EQ(sscanf(esp_log_system_timestamp(), "%2u:%2u:%2u.%3u", &h, &m, &s, &ms), 4);
    CHECK(h < 24 && m < 60 && s < 60);
}

CHECK_MAIN
