/* Event groups and software timers. */
#include "caught.h"
#include "check.h"
#include "waiting.h"

#include <string.h>

#include "freertos/event_groups.h"
#include "freertos/timers.h"

static atomic_int steps;

TEST(an_event_group_has_the_chips_size)
{
    size_t before = free_bytes();
    EventGroupHandle_t group = xEventGroupCreate();
    CHECK_EQ(heap_caps_get_allocated_size(group), 36);
    vEventGroupDelete(group);
    CHECK_EQ(free_bytes(), before);
}

TEST(bits_are_set_cleared_and_waited_for)
{
    EventGroupHandle_t group = xEventGroupCreate();
    CHECK_EQ(xEventGroupSetBits(group, 0x11), 0x11);
    CHECK_EQ(xEventGroupClearBits(group, 0x10), 0x11);
    CHECK_EQ(xEventGroupGetBits(group), 1);
    CHECK_EQ(xEventGroupWaitBits(group, 3, pdTRUE, pdTRUE, 2), 1);  /* not all */
    CHECK_EQ(xEventGroupGetBits(group), 1);                         /* so nothing is cleared */
    CHECK_EQ(xEventGroupWaitBits(group, 3, pdTRUE, pdFALSE, 0), 1); /* one of them */
    CHECK_EQ(xEventGroupGetBits(group), 0);
    CHECK_EQ(xEventGroupSetBitsFromISR(group, 8, NULL), pdPASS);
    CHECK_EQ(xEventGroupGetBitsFromISR(group), 8);
    vEventGroupDelete(group);
}

static EventGroupHandle_t shared;
static EventBits_t results[3];

static void await_both(void *number)
{
    results[(intptr_t)number] = xEventGroupWaitBits(shared, 3, pdTRUE, pdTRUE, portMAX_DELAY);
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

static void await_any(void *number)
{
    results[(intptr_t)number] = xEventGroupWaitBits(shared, 2, pdFALSE, pdFALSE, portMAX_DELAY);
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

TEST(one_setting_wakes_all_whose_condition_it_makes_true)
{
    shared = xEventGroupCreate();
    atomic_store(&steps, 0);
    xTaskCreate(await_both, "b", 1000, (void *)0, 1, NULL);
    xTaskCreate(await_both, "b", 1000, (void *)1, 1, NULL);
    xTaskCreate(await_any, "a", 1000, (void *)2, 1, NULL);
    vTaskDelay(3);
    CHECK_EQ(xEventGroupSetBits(shared, 1), 1);
    vTaskDelay(2);
    CHECK_EQ(atomic_load(&steps), 0);
    CHECK_EQ(xEventGroupSetBits(shared, 2), 0); /* cleared by the two that wanted both */
    CHECK(soon(&steps, 3));
    for (int i = 0; i < 3; i++)
        CHECK_EQ(results[i], 3);
    vEventGroupDelete(shared);
}

static void meet(void *number)
{
    EventBits_t own = 1u << (intptr_t)number;
    results[(intptr_t)number] = xEventGroupSync(shared, own, 7, portMAX_DELAY);
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

TEST(tasks_meet_at_a_sync)
{
    shared = xEventGroupCreate();
    for (int round = 0; round < 50; round++) {
        atomic_store(&steps, 0);
        for (intptr_t i = 0; i < 2; i++)
            CHECK_EQ(xTaskCreate(meet, "m", 1000, (void *)i, 1, NULL), pdPASS);
        CHECK_EQ(xEventGroupSync(shared, 4, 7, 200), 7);
        CHECK(soon(&steps, 2));
        CHECK_EQ(results[0], 7);
        CHECK_EQ(results[1], 7);
        CHECK_EQ(xEventGroupGetBits(shared), 0);
    }
    CHECK_EQ(xEventGroupSync(shared, 4, 7, 1), 4); /* nobody else comes */
    vEventGroupDelete(shared);
}

TEST(a_deleted_group_lets_its_waiters_go)
{
    shared = xEventGroupCreate();
    atomic_store(&steps, 0);
    results[0] = 99;
    xTaskCreate(await_both, "b", 1000, (void *)0, 1, NULL);
    vTaskDelay(3);
    vEventGroupDelete(shared);
    CHECK(soon(&steps, 1));
    CHECK_EQ(results[0], 0);
}

static void set_reserved_bits(void)
{
    xEventGroupSetBits(shared, 0x01000000);
}

TEST(the_upper_bits_are_refused)
{
    shared = xEventGroupCreate();
    CHECK(catch_panic(set_reserved_bits));
    vEventGroupDelete(shared);
    CHECK(catch_panic(set_reserved_bits));
    CHECK(strstr(caught.panic, "no event group"));
}

/* ---- timers ----------------------------------------------------------------------------------- */

static atomic_int calls;
static TimerHandle_t called;

static void count_call(TimerHandle_t timer)
{
    called = timer;
    atomic_fetch_add(&calls, 1);
}

TEST(a_timer_has_the_chips_size_and_its_task_costs_nothing)
{
    size_t before = free_bytes();
    TimerHandle_t timer = xTimerCreate("t", 5, pdFALSE, &calls, count_call);
    CHECK_EQ(heap_caps_get_allocated_size(timer), 40);
    CHECK_EQ(before - free_bytes(), 44);
    CHECK_STR(pcTimerGetName(timer), "t");
    CHECK_PTR(pvTimerGetTimerID(timer), &calls);
    CHECK_EQ(xTimerGetPeriod(timer), 5);
    CHECK_EQ(xTimerIsTimerActive(timer), pdFALSE);
    CHECK_STR(pcTaskGetName(xTimerGetTimerDaemonTaskHandle()), "Tmr Svc");
    xTimerDelete(timer, 0);
    CHECK_EQ(free_bytes(), before);
}

TEST(a_timer_calls_once_at_its_time)
{
    atomic_store(&calls, 0);
    TimerHandle_t timer = xTimerCreate("once", 3, pdFALSE, NULL, count_call);
    TickType_t start = xTaskGetTickCount();
    CHECK_EQ(xTimerStart(timer, 0), pdPASS);
    CHECK_EQ(xTimerIsTimerActive(timer), pdTRUE);
    CHECK(xTimerGetExpiryTime(timer) - start - 3 <= 1);
    CHECK(soon(&calls, 1));
    CHECK(xTaskGetTickCount() - start >= 3);
    CHECK_PTR(called, timer);
    CHECK_EQ(xTimerIsTimerActive(timer), pdFALSE);
    vTaskDelay(6);
    CHECK_EQ(atomic_load(&calls), 1);
    xTimerDelete(timer, 0);
}

TEST(a_timer_that_reloads_goes_on_until_it_is_stopped)
{
    atomic_store(&calls, 0);
    TimerHandle_t timer = xTimerCreate("again", 2, pdTRUE, NULL, count_call);
    CHECK_EQ(xTimerGetReloadMode(timer), pdTRUE);
    xTimerStart(timer, 0);
    while (atomic_load(&calls) < 5)
        vTaskDelay(1);
    xTimerStop(timer, 0);
    vTaskDelay(1);
    int then = atomic_load(&calls);
    vTaskDelay(6);
    CHECK_EQ(atomic_load(&calls), then);
    CHECK_EQ(xTimerChangePeriod(timer, 1, 0), pdPASS);
    vTaskDelay(6);
    CHECK(atomic_load(&calls) >= then + 4);
    xTimerDelete(timer, 0);
}

static void delete_itself(TimerHandle_t timer)
{
    xTimerDelete(timer, 0);
    vTaskDelay(1); /* its memory is still its own */
    if (pvTimerGetTimerID(timer) == &calls)
        atomic_fetch_add(&calls, 1);
}

TEST(a_timer_may_delete_itself)
{
    size_t before = free_bytes();
    atomic_store(&calls, 0);
    xTimerStart(xTimerCreate("self", 1, pdTRUE, &calls, delete_itself), 0);
    CHECK(soon(&calls, 1));
    vTaskDelay(4);
    CHECK_EQ(atomic_load(&calls), 1);
    CHECK_EQ(free_bytes(), before);
}

static void add(void *to, uint32_t number)
{
    atomic_fetch_add((atomic_int *)to, (int)number);
}

TEST(the_timer_task_runs_functions_for_others)
{
    atomic_store(&calls, 0);
    for (int i = 0; i < 30; i++)
        CHECK_EQ(xTimerPendFunctionCall(add, &calls, 2, 100), pdPASS);
    CHECK(soon(&calls, 60));
}

CHECK_MAIN
