/* A chip is taken down and another booted, in one process. */
#include <stdlib.h>

#include "check.h"
#include "esp32/himem.h"
#include "esp_heap_caps.h"
#include "espmem/sim.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "idf/chip.h"

static char why[512];

static void boot(const char *board)
{
    if (!espmem_boot(board, why, sizeof why))
        printf("%s\n", why);
    CHECK_STR(idf_chip.platform ? "running" : "down", "running");
}

TEST(a_running_chip_is_not_booted_again)
{
    CHECK(!espmem_boot(NULL, why, sizeof why));
    CHECK(strstr(why, "espmem_shutdown") != NULL);
}

TEST(every_board_comes_after_every_other)
{
    static const struct {
        const char *board;
        size_t himem, external;
    } boards[] = {
        {"esp32-wroom", 0, 0},
        {"esp32-wrover-8m,reserve=62", 6080 * 1024, 2112 * 1024},
        {"esp32-wrover-4m,reserve=62", 1984 * 1024, 2112 * 1024},
        {"esp32-wrover-2m", 0, 2048 * 1024},
        {"esp32-wrover-16m,manner=strict", 12544 * 1024, 3840 * 1024},
        {"esp32-wrover-8m,bankswitch=0", 0, 4096 * 1024},
        {"esp32-wrover-8m,psram=32M,reserve=1,cores=1", 28704 * 1024, 4064 * 1024},
    };
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        CHECK(espmem_shutdown(1000));
        boot(boards[i].board);
        CHECK_EQ(esp_himem_get_phys_size(), boards[i].himem);
        CHECK_EQ(heap_caps_get_total_size(MALLOC_CAP_SPIRAM), boards[i].external);
        CHECK(heap_caps_check_integrity_all(true));
    }
}

TEST(blocks_stand_where_they_stood_at_the_first_boot)
{
    CHECK(espmem_shutdown(1000));
    boot(NULL);
    uintptr_t first = (uintptr_t)heap_caps_malloc(100, MALLOC_CAP_8BIT), external = (uintptr_t)malloc(100000);
    CHECK(espmem_shutdown(1000));
    boot(NULL);
    CHECK_EQ((uintptr_t)heap_caps_malloc(100, MALLOC_CAP_8BIT), first);
    CHECK_EQ((uintptr_t)malloc(100000), external);
}

TEST(memory_is_zero_again)
{
    volatile uint32_t *slow = (volatile uint32_t *)(uintptr_t)0x50000100;
    *slow = 1;
    CHECK(espmem_shutdown(1000));
    boot(NULL);
    CHECK_EQ(*slow, 0);
}

TEST(pointers_of_a_chip_that_is_gone_are_freed_without_harm)
{
    void *block = malloc(100), *large = malloc(100000), *of_libc;
    CHECK(espmem_shutdown(1000));
    free(block);
    free(large);
    of_libc = malloc(100); /* no chip serves it */
    CHECK((uintptr_t)of_libc > 0x50002000 || (uintptr_t)of_libc < 0x3F400000);
    boot(NULL);
    free(of_libc);
    CHECK(heap_caps_check_integrity_all(true));
}

TEST(asking_without_a_chip_gives_nothing)
{
    CHECK(espmem_shutdown(1000));
    CHECK(espmem_shutdown(1000));
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_DEFAULT), 0);
    CHECK_PTR(heap_caps_malloc(10, MALLOC_CAP_DEFAULT), NULL);
    boot(NULL);
}

TEST(a_board_that_cannot_be_leaves_no_chip)
{
    CHECK(espmem_shutdown(1000));
    CHECK(!espmem_boot("esp32-wrover-8m,reserve=63", why, sizeof why));
    CHECK(strstr(why, "reserve=63") != NULL);
    CHECK(idf_chip.platform == NULL);
    boot(NULL);
}

/* ---- tasks ---------------------------------------------------------------------------------- */

static void wait_for_ever(void *unused)
{
    (void)unused;
    for (;;)
        vTaskDelay(1);
}

static bool busy, stop;

static void never_call(void *unused)
{
    (void)unused;
    __atomic_store_n(&busy, true, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
        continue;
    vTaskDelete(NULL);
}

TEST(tasks_end_with_their_chip)
{
    for (int i = 0; i < 5; i++)
        CHECK_EQ(xTaskCreate(wait_for_ever, "waits", 2048, NULL, 1, NULL), pdPASS);
    CHECK(espmem_shutdown(5000));
    boot(NULL);
    CHECK_EQ(uxTaskGetNumberOfTasks(), 1);
}

TEST(a_chip_stays_while_a_task_cannot_be_stopped)
{
    CHECK_EQ(xTaskCreate(never_call, "busy", 2048, NULL, 1, NULL), pdPASS);
    while (!__atomic_load_n(&busy, __ATOMIC_ACQUIRE))
        vTaskDelay(1);
    CHECK(!espmem_shutdown(50));
    CHECK(idf_chip.platform != NULL);
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    CHECK(espmem_shutdown(5000));
    boot(NULL);
}

CHECK_MAIN
