/* Free memory in total, restart, time and random numbers. */
#include "caught.h"
#include "check.h"

#include <string.h>

#include "esp_heap_caps.h"
#include "esp_log.h"
#include "esp_rom_sys.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "idf/chip.h"
#include "idf/system.h"

TEST(free_sizes_are_those_of_their_capabilities)
{
    CHECK_EQ(esp_get_free_heap_size(), heap_caps_get_free_size(MALLOC_CAP_DEFAULT));
    CHECK_EQ(esp_get_minimum_free_heap_size(), heap_caps_get_minimum_free_size(MALLOC_CAP_DEFAULT));
    CHECK_EQ(esp_get_free_internal_heap_size(),
             heap_caps_get_free_size(MALLOC_CAP_8BIT | MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL));
    CHECK(esp_get_free_internal_heap_size() > 100000 && esp_get_free_heap_size() > esp_get_free_internal_heap_size());
    CHECK_EQ(xPortGetFreeHeapSize(), heap_caps_get_free_size(MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL));
    CHECK_EQ(xPortGetMinimumEverFreeHeapSize(), heap_caps_get_minimum_free_size(MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL));
}

TEST(port_memory_is_internal)
{
    size_t before = xPortGetFreeHeapSize();
    void *memory = pvPortMalloc(1000);
    CHECK(memory && before - xPortGetFreeHeapSize() >= 1004);
    vPortFree(memory);
    CHECK_EQ(xPortGetFreeHeapSize(), before);
}

static char order[8];

static void first(void)
{
    strcat(order, "1");
}
static void second(void)
{
    strcat(order, "2");
}
static void third(void)
{
    strcat(order, "3");
}
static void fourth(void)
{
    strcat(order, "4");
}
static void fifth(void)
{
    strcat(order, "5");
}
static void sixth(void)
{
    strcat(order, "6");
}

TEST(shutdown_handlers_have_five_places)
{
    CHECK_EQ(esp_register_shutdown_handler(first), ESP_OK);
    CHECK_EQ(esp_register_shutdown_handler(first), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_unregister_shutdown_handler(second), ESP_ERR_INVALID_STATE);
    CHECK_EQ(esp_register_shutdown_handler(second), ESP_OK);
    CHECK_EQ(esp_register_shutdown_handler(third), ESP_OK);
    CHECK_EQ(esp_register_shutdown_handler(fourth), ESP_OK);
    CHECK_EQ(esp_register_shutdown_handler(fifth), ESP_OK);
    CHECK_EQ(esp_register_shutdown_handler(sixth), ESP_ERR_NO_MEM);
    CHECK_EQ(esp_unregister_shutdown_handler(third), ESP_OK);
    CHECK_EQ(esp_register_shutdown_handler(sixth), ESP_OK);
}

static jmp_buf restarted;

static __attribute__((noreturn)) void note_restart(void)
{
    longjmp(restarted, 1);
}

TEST(a_restart_runs_the_handlers_backwards)
{
    static struct idf_platform platform;
    static const struct idf_platform *real;
    real = idf_chip.platform;
    platform = *real;
    platform.restart = note_restart;
    CHECK_EQ(esp_reset_reason(), ESP_RST_POWERON);
    if (setjmp(restarted) == 0) {
        idf_chip.platform = &platform;
        esp_restart();
    }
    idf_chip.platform = real;
    CHECK_STR(order, "65421");
    CHECK_EQ(esp_reset_reason(), ESP_RST_SW);
    CHECK_EQ(esp_rom_get_reset_reason(0), 12);
    idf_set_reset_reason(ESP_RST_POWERON);
    CHECK_EQ(esp_reset_reason(), ESP_RST_POWERON);
}

static void stop_with_details(void)
{
    esp_system_abort("the details");
}

TEST(an_abort_tells_its_details)
{
    CHECK(catch_panic(stop_with_details));
    CHECK_STR(caught.panic, "the details");
}

TEST(a_busy_delay_lasts_at_least_as_long)
{
    int64_t start = esp_timer_get_time();
    esp_rom_delay_us(3000);
    int64_t passed = esp_timer_get_time() - start;
    CHECK(passed >= 3000 && passed < 300000);
}

TEST(random_numbers_differ)
{
    uint32_t a = esp_random(), b = esp_random(), c = esp_random();
    CHECK(a != b && b != c && a != c);
    unsigned char bytes[9] = {0};
    int ones = 0;
    for (int round = 0; round < 100; round++) {
        esp_fill_random(bytes, 7);
        CHECK_EQ(bytes[7], 0);
        for (int i = 0; i < 7; i++)
            ones += __builtin_popcount(bytes[i]);
    }
    CHECK(ones > 2500 && ones < 3100); /* of 5600 bits; six standard deviations are 225 */
}

CHECK_MAIN
