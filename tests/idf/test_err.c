/* Errors by name, and what a failed check prints and does. */
#include "caught.h"
#include "check.h"

#include <string.h>

#include "esp_check.h"
#include "esp_err.h"

TEST(codes_have_their_names)
{
    CHECK_STR(esp_err_to_name(ESP_OK), "ESP_OK");
    CHECK_STR(esp_err_to_name(ESP_FAIL), "ESP_FAIL");
    CHECK_STR(esp_err_to_name(0x101), "ESP_ERR_NO_MEM");
    CHECK_STR(esp_err_to_name(0x102), "ESP_ERR_INVALID_ARG");
    CHECK_STR(esp_err_to_name(0x10D), "ESP_ERR_NOT_ALLOWED");
    CHECK_STR(esp_err_to_name(0x7777), "UNKNOWN ERROR");
}

TEST(names_fit_the_buffer_they_are_given)
{
    char text[64];
    CHECK(esp_err_to_name_r(ESP_ERR_NO_MEM, text, sizeof text) == text);
    CHECK_STR(text, "ESP_ERR_NO_MEM");
    esp_err_to_name_r(0x7777, text, sizeof text);
    CHECK_STR(text, "UNKNOWN ERROR 0x7777(30583)");
    esp_err_to_name_r(-5, text, sizeof text);
    CHECK_STR(text, "UNKNOWN ERROR 0xfffffffb(-5)");
    esp_err_to_name_r(12, text, sizeof text); /* ENOMEM */
    CHECK_STR(text, "Cannot allocate memory");
    memset(text, 'x', sizeof text);
    esp_err_to_name_r(ESP_ERR_NO_MEM, text, 5);
    CHECK_STR(text, "ESP_");
    CHECK_EQ(text[5], 'x');
    esp_err_to_name_r(ESP_ERR_NO_MEM, text, 0);
    CHECK_STR(text, "ESP_");
}

static int evaluated;

static esp_err_t give(esp_err_t error)
{
    evaluated++;
    return error;
}

static void check_good(void)
{
    ESP_ERROR_CHECK(give(ESP_OK));
}

static void check_bad(void)
{
    ESP_ERROR_CHECK(give(ESP_ERR_NO_MEM));
}

TEST(a_good_check_says_nothing)
{
    evaluated = 0;
    CHECK(!catch_panic(check_good));
    CHECK_STR(caught.console, "");
    CHECK_EQ(evaluated, 1);
}

TEST(a_failed_check_says_what_failed_and_aborts)
{
    evaluated = 0;
    CHECK(catch_panic(check_bad));
    CHECK_EQ(evaluated, 1);
    CHECK(strncmp(caught.console, "ESP_ERROR_CHECK failed: esp_err_t 0x101 (ESP_ERR_NO_MEM) at 0x", 62) == 0);
    CHECK(strstr(caught.console, "\nfile: \"") && strstr(caught.console, "test_err.c\" line "));
    CHECK(strstr(caught.console, "\nfunc: check_bad\nexpression: give(ESP_ERR_NO_MEM)\n"));
    CHECK(strncmp(caught.panic, "abort() was called at PC 0x", 27) == 0);
    CHECK(strstr(caught.panic, " on core 0"));
}

TEST(a_check_without_abort_returns_the_error)
{
    catch_begin();
    esp_err_t error = ESP_ERROR_CHECK_WITHOUT_ABORT(give(ESP_ERR_TIMEOUT));
    catch_end();
    CHECK_EQ(error, ESP_ERR_TIMEOUT);
    CHECK(strncmp(caught.console, "ESP_ERROR_CHECK_WITHOUT_ABORT failed: esp_err_t 0x107 (ESP_ERR_TIMEOUT) at 0x", 77) == 0);
    CHECK_STR(caught.panic, "");
}

static esp_err_t with_checks(esp_err_t first, bool second, bool *reached)
{
    esp_err_t ret = ESP_OK;
    *reached = false;
    ESP_RETURN_ON_ERROR(first, "tag", "first %d", 1);
    ESP_GOTO_ON_FALSE(second, ESP_ERR_INVALID_SIZE, out, "tag", "second");
    *reached = true;
out:
    return ret;
}

TEST(checks_that_leave_log_and_return)
{
    bool reached;
    catch_begin();
    CHECK_EQ(with_checks(ESP_OK, true, &reached), ESP_OK);
    CHECK(reached);
    CHECK_STR(caught.console, "");
    CHECK_EQ(with_checks(ESP_ERR_NOT_FOUND, true, &reached), ESP_ERR_NOT_FOUND);
    CHECK(!reached);
    CHECK(strstr(caught.console, " tag: with_checks(") && strstr(caught.console, "): first 1\n"));
    CHECK_EQ(with_checks(ESP_OK, false, &reached), ESP_ERR_INVALID_SIZE);
    catch_end();
    CHECK(!reached);
    CHECK(strstr(caught.console, "): second\n"));
}

CHECK_MAIN
