/* Checks that leave a function: each logs `function(line): text` under the tag when it fails. */
#ifndef ESP_CHECK_H
#define ESP_CHECK_H

#ifdef __GNUC__
#pragma GCC system_header /* `, ##__VA_ARGS__` is not for -Wpedantic */
#endif

#include "esp_err.h"
#include "esp_log.h"

#define ESP_CHECK_SAY_(log_tag, format, ...)     ESP_LOGE(log_tag, "%s(%d): " format, __func__, __LINE__, ##__VA_ARGS__)
#define ESP_CHECK_SAY_ISR_(log_tag, format, ...) ESP_EARLY_LOGE(log_tag, "%s(%d): " format, __func__, __LINE__, ##__VA_ARGS__)

/* x is an esp_err_t; anything but ESP_OK leaves, with that error. */
#define ESP_RETURN_ON_ERROR(x, log_tag, format, ...)                                                                           \
    do {                                                                                                                       \
        esp_err_t err_rc_ = (x);                                                                                               \
        if (unlikely(err_rc_ != ESP_OK)) {                                                                                     \
            ESP_CHECK_SAY_(log_tag, format, ##__VA_ARGS__);                                                                    \
            return err_rc_;                                                                                                    \
        }                                                                                                                      \
    } while (0)
#define ESP_RETURN_ON_ERROR_ISR(x, log_tag, format, ...)                                                                       \
    do {                                                                                                                       \
        esp_err_t err_rc_ = (x);                                                                                               \
        if (unlikely(err_rc_ != ESP_OK)) {                                                                                     \
            ESP_CHECK_SAY_ISR_(log_tag, format, ##__VA_ARGS__);                                                                \
            return err_rc_;                                                                                                    \
        }                                                                                                                      \
    } while (0)
#define ESP_RETURN_VOID_ON_ERROR(x, log_tag, format, ...)                                                                      \
    do {                                                                                                                       \
        esp_err_t err_rc_ = (x);                                                                                               \
        if (unlikely(err_rc_ != ESP_OK)) {                                                                                     \
            ESP_CHECK_SAY_(log_tag, format, ##__VA_ARGS__);                                                                    \
            return;                                                                                                            \
        }                                                                                                                      \
    } while (0)
/* These set `ret`, which the function has declared, and go to a label. */
#define ESP_GOTO_ON_ERROR(x, goto_tag, log_tag, format, ...)                                                                   \
    do {                                                                                                                       \
        esp_err_t err_rc_ = (x);                                                                                               \
        if (unlikely(err_rc_ != ESP_OK)) {                                                                                     \
            ESP_CHECK_SAY_(log_tag, format, ##__VA_ARGS__);                                                                    \
            ret = err_rc_;                                                                                                     \
            goto goto_tag;                                                                                                     \
        }                                                                                                                      \
    } while (0)
#define ESP_GOTO_ON_ERROR_ISR(x, goto_tag, log_tag, format, ...)                                                               \
    do {                                                                                                                       \
        esp_err_t err_rc_ = (x);                                                                                               \
        if (unlikely(err_rc_ != ESP_OK)) {                                                                                     \
            ESP_CHECK_SAY_ISR_(log_tag, format, ##__VA_ARGS__);                                                                \
            ret = err_rc_;                                                                                                     \
            goto goto_tag;                                                                                                     \
        }                                                                                                                      \
    } while (0)

/* a is a condition that has to hold; err_code is what to leave with if it does not. */
#define ESP_RETURN_ON_FALSE(a, err_code, log_tag, format, ...)                                                                 \
    do {                                                                                                                       \
        if (unlikely(!(a))) {                                                                                                  \
            ESP_CHECK_SAY_(log_tag, format, ##__VA_ARGS__);                                                                    \
            return err_code;                                                                                                   \
        }                                                                                                                      \
    } while (0)
#define ESP_RETURN_ON_FALSE_ISR(a, err_code, log_tag, format, ...)                                                             \
    do {                                                                                                                       \
        if (unlikely(!(a))) {                                                                                                  \
            ESP_CHECK_SAY_ISR_(log_tag, format, ##__VA_ARGS__);                                                                \
            return err_code;                                                                                                   \
        }                                                                                                                      \
    } while (0)
#define ESP_RETURN_VOID_ON_FALSE(a, log_tag, format, ...)                                                                      \
    do {                                                                                                                       \
        if (unlikely(!(a))) {                                                                                                  \
            ESP_CHECK_SAY_(log_tag, format, ##__VA_ARGS__);                                                                    \
            return;                                                                                                            \
        }                                                                                                                      \
    } while (0)
#define ESP_GOTO_ON_FALSE(a, err_code, goto_tag, log_tag, format, ...)                                                         \
    do {                                                                                                                       \
        if (unlikely(!(a))) {                                                                                                  \
            ESP_CHECK_SAY_(log_tag, format, ##__VA_ARGS__);                                                                    \
            ret = err_code;                                                                                                    \
            goto goto_tag;                                                                                                     \
        }                                                                                                                      \
    } while (0)
#define ESP_GOTO_ON_FALSE_ISR(a, err_code, goto_tag, log_tag, format, ...)                                                     \
    do {                                                                                                                       \
        if (unlikely(!(a))) {                                                                                                  \
            ESP_CHECK_SAY_ISR_(log_tag, format, ##__VA_ARGS__);                                                                \
            ret = err_code;                                                                                                    \
            goto goto_tag;                                                                                                     \
        }                                                                                                                      \
    } while (0)

#endif
