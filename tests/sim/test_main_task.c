/* How a firmware program ends: with its last task, with a panic, or by itself. */
#include <stdlib.h>

#include "check.h"
#include "child.h"
#include "esp_heap_caps.h"
#include "esp_system.h"
#include "espmem/sim.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "freertos/timers.h"

static void work_for_a_while(void *text)
{
    vTaskDelay(5);
    printf("%s\n", (const char *)text);
    vTaskDelete(NULL);
}

static void start_two_tasks(void)
{
    xTaskCreate(work_for_a_while, "first", 2048, (void *)(uintptr_t) "first task ended", 1, NULL);
    xTaskCreatePinnedToCore(work_for_a_while, "second", 2048, (void *)(uintptr_t) "second task ended", 1, NULL, 1);
}

static void tick(TimerHandle_t timer)
{
    static int ticks;
    printf("tick %d\n", ++ticks);
    if (ticks == 3)
        xTimerStop(timer, 0);
}

static void start_timer(void)
{
    xTimerStart(xTimerCreate("timer", 2, pdTRUE, NULL, tick), 0);
}

static void delete_self(void)
{
    start_two_tasks();
    printf("main task ends\n");
    vTaskDelete(NULL);
    printf("after the end\n");
}

static void print_and_abort(void)
{
    printf("a line without its end");
    esp_system_abort("for the test");
}

static void restart(void)
{
    esp_restart();
}

static void leave(void)
{
    exit(7);
}

static void tell_free_memory(void)
{
    printf("free %zu\n", heap_caps_get_free_size(MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT));
}

static void name_self(void)
{
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    printf("task %s priority %u core %d arguments %d %s\n", pcTaskGetName(self), (unsigned)uxTaskPriorityGet(NULL),
           (int)xPortGetCoreID(), espmem_argc(), espmem_argv()[1]);
}

static const struct {
    const char *name;
    void (*run)(void);
} deeds[] = {
    {"start-two-tasks", start_two_tasks},
    {"start-timer", start_timer},
    {"delete-self", delete_self},
    {"print-and-abort", print_and_abort},
    {"restart", restart},
    {"leave", leave},
    {"name-self", name_self},
    {"free-memory", tell_free_memory},
};

static struct child child;

static bool printed(const char *text)
{
    return strstr(child.out, text) != NULL;
}

TEST(other_tasks_go_on_after_app_main)
{
    child_run_self(&child, "", "start-two-tasks");
    CHECK_EQ(child.status, 0);
    CHECK(printed("first task ended") && printed("second task ended"));
}

TEST(a_timer_keeps_the_program_as_long_as_it_runs)
{
    child_run_self(&child, "", "start-timer");
    CHECK_EQ(child.status, 0);
    CHECK(printed("tick 1") && printed("tick 3") && !printed("tick 4"));
}

TEST(app_main_may_delete_its_task)
{
    child_run_self(&child, "", "delete-self");
    CHECK_EQ(child.status, 0);
    CHECK(printed("main task ends") && !printed("after the end"));
    CHECK(printed("first task ended") && printed("second task ended"));
}

TEST(a_panic_shows_what_was_printed_and_exits_with_3)
{
    child_run_self(&child, "", "print-and-abort");
    CHECK_EQ(child.status, 3);
    CHECK(printed("a line without its end"));
    CHECK(strstr(child.err, "for the test") != NULL);
}

TEST(a_restart_ends_the_simulation)
{
    child_run_self(&child, "", "restart");
    CHECK_EQ(child.status, 0);
    CHECK(strstr(child.err, "restarted the chip") != NULL);
}

TEST(a_program_keeps_its_own_status)
{
    child_run_self(&child, "", "leave");
    CHECK_EQ(child.status, 7);
}

TEST(app_main_runs_in_the_main_task)
{
    child_run_self(&child, "", "name-self");
    CHECK_EQ(child.status, 0);
    CHECK(printed("task main priority 1 core 0 arguments 2 name-self"));
}

static long free_memory_on(const char *settings)
{
    child_run_self(&child, settings, "free-memory");
    CHECK_EQ(child.status, 0);
    const char *line = strstr(child.out, "free ");
    return line ? atol(line + 5) : -1;
}

TEST(system_tasks_cost_the_heap_only_where_the_board_says_so)
{
    long without = free_memory_on(""), with = free_memory_on("ESPMEM_BOARD=esp32-wrover-8m,tasks=1");
    long stacks = 3584 + 2 * 1024 + 2 * 1536 + 2048, blocks = 6 * 364;
    CHECK(without > 200000);
    CHECK(without - with >= stacks + blocks && without - with < stacks + blocks + 12 * 64);
}

void app_main(void)
{
    char **arguments = espmem_argv();
    for (size_t i = 0; arguments[1] && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, arguments[1]) != 0)
            continue;
        deeds[i].run();
        return;
    }
    exit(check_run(arguments[1]));
}
