/* Tasks among each other: suspension, critical sections, notifications; and thread-local pointers. */
#include "check.h"
#include "waiting.h"

static atomic_int steps;
static atomic_bool spin;

/* ---- suspension ------------------------------------------------------------------------------- */

TEST(a_suspended_task_stands_still_until_it_is_resumed)
{
    TaskHandle_t task = NULL;
    atomic_store(&steps, 0);
    CHECK_EQ(xTaskCreate(count_up, "counts", 1000, &steps, 1, &task), pdPASS);
    while (atomic_load(&steps) == 0)
        vTaskDelay(1);
    vTaskSuspend(task);
    vTaskDelay(2);
    CHECK_EQ(eTaskGetState(task), eSuspended);
    int then = atomic_load(&steps);
    vTaskDelay(5);
    CHECK_EQ(atomic_load(&steps), then);
    vTaskResume(task);
    vTaskDelay(5);
    CHECK(atomic_load(&steps) > then);
    vTaskSuspend(task);
    vTaskDelete(task);
    vTaskDelay(2);
    CHECK_EQ(uxTaskGetNumberOfTasks(), 1);
}

static int guarded, wrong;

static void guard(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200; i++) {
        vTaskSuspendAll();
        vTaskSuspendAll();
        int before = guarded++;
        taskYIELD();
        if (guarded != before + 1)
            wrong++;
        xTaskResumeAll();
        xTaskResumeAll();
    }
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

TEST(a_suspended_scheduler_excludes_tasks_of_the_core_that_do_the_same)
{
    guarded = wrong = 0;
    atomic_store(&steps, 0);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(xTaskCreatePinnedToCore(guard, "guard", 1000, NULL, 1, NULL, 0), pdPASS);
    CHECK(soon(&steps, 3));
    CHECK_EQ(guarded, 600);
    CHECK_EQ(wrong, 0);
}

static portMUX_TYPE mux = portMUX_INITIALIZER_UNLOCKED;
static int counted;

static void count_in_section(void *unused)
{
    (void)unused;
    atomic_fetch_add(&steps, 1);
    while (atomic_load(&steps) < 2) /* both at once */
        continue;
    for (int i = 0; i < 2000; i++) {
        portENTER_CRITICAL(&mux);
        portENTER_CRITICAL(&mux);
        int before = counted;
        if (i % 64 == 0)
            esp_rom_delay_us(20);
        counted = before + 1;
        portEXIT_CRITICAL(&mux);
        portEXIT_CRITICAL(&mux);
    }
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

TEST(critical_sections_exclude_both_cores_and_nest)
{
    counted = 0;
    atomic_store(&steps, 0);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(xTaskCreatePinnedToCore(count_in_section, "c", 1000, NULL, 1, NULL, i), pdPASS);
    CHECK(soon(&steps, 4));
    CHECK_EQ(counted, 4000);
}

static void delay_in_section(void *unused)
{
    (void)unused;
    portENTER_CRITICAL(&mux);
    atomic_fetch_add(&steps, 1);
    while (atomic_load(&spin))
        continue;
    xTaskNotifyGive(xTaskGetHandle("main")); /* a FreeRTOS call: it would end here */
    portEXIT_CRITICAL(&mux);
    vTaskDelay(1);
    atomic_fetch_add(&steps, 100);
}

TEST(a_task_is_not_deleted_inside_a_critical_section)
{
    TaskHandle_t task = NULL;
    atomic_store(&steps, 0);
    atomic_store(&spin, true);
    CHECK_EQ(xTaskCreate(delay_in_section, "c", 1000, NULL, 1, &task), pdPASS);
    CHECK(soon(&steps, 1));
    vTaskDelete(task);
    atomic_store(&spin, false);
    CHECK_EQ(ulTaskNotifyTake(pdTRUE, 100), 1);
    portENTER_CRITICAL(&mux); /* hangs if the task took the lock with it */
    portEXIT_CRITICAL(&mux);
    vTaskDelay(2);
    CHECK_EQ(uxTaskGetNumberOfTasks(), 1);
    CHECK_EQ(atomic_load(&steps), 1);
}

/* ---- notifications and thread-local pointers ---------------------------------------------------- */

static uint32_t results[3];

static void await_notices(void *main_task)
{
    results[0] = ulTaskNotifyTake(pdFALSE, portMAX_DELAY);
    xTaskNotifyWait(0, UINT32_MAX, &results[1], portMAX_DELAY);
    results[2] = ulTaskNotifyTakeIndexed(3, pdTRUE, portMAX_DELAY);
    xTaskNotifyGive((TaskHandle_t)main_task);
    vTaskDelete(NULL);
}

TEST(notifications_wake_the_task_they_are_for)
{
    TaskHandle_t task = NULL;
    CHECK_EQ(xTaskCreate(await_notices, "n", 1000, xTaskGetCurrentTaskHandle(), 1, &task), pdPASS);
    vTaskDelay(2);
    CHECK_EQ(xTaskNotifyGive(task), pdPASS);
    vTaskDelay(2);
    CHECK_EQ(xTaskNotify(task, 0x50, eSetBits), pdPASS);
    vTaskDelay(2);
    CHECK_EQ(xTaskNotifyIndexed(task, 3, 77, eSetValueWithOverwrite), pdPASS);
    CHECK_EQ(ulTaskNotifyTake(pdTRUE, 100), 1);
    CHECK_EQ(results[0], 1);
    CHECK_EQ(results[1], 0x50);
    CHECK_EQ(results[2], 77);
}

TEST(a_notification_that_is_pending_is_kept_or_replaced_as_asked)
{
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    uint32_t value = 0, before = 0;
    CHECK_EQ(xTaskNotifyWait(0, 0, &value, 0), pdFALSE);
    CHECK_EQ(xTaskNotify(self, 5, eSetValueWithoutOverwrite), pdPASS);
    CHECK_EQ(xTaskNotify(self, 6, eSetValueWithoutOverwrite), pdFAIL);
    CHECK_EQ(xTaskNotifyAndQuery(self, 8, eSetBits, &before), pdPASS);
    CHECK_EQ(before, 5);
    CHECK_EQ(xTaskNotifyWait(0, 1, &value, 0), pdTRUE);
    CHECK_EQ(value, 13);
    CHECK_EQ(ulTaskNotifyValueClear(NULL, 4), 12);
    CHECK_EQ(ulTaskNotifyTake(pdFALSE, 0), 8);
    CHECK_EQ(ulTaskNotifyTake(pdTRUE, 0), 7);
    CHECK_EQ(ulTaskNotifyTake(pdTRUE, 2), 0);
    CHECK_EQ(xTaskNotify(self, 0, eNoAction), pdPASS);
    CHECK_EQ(xTaskNotifyStateClear(NULL), pdTRUE);
    CHECK_EQ(xTaskNotifyStateClear(NULL), pdFALSE);
}

static atomic_int ended_index;

static void note_end(int index, void *value)
{
    if (value == &ended_index)
        atomic_store(&ended_index, index);
}

static void set_local_and_end(void *unused)
{
    (void)unused;
    vTaskSetThreadLocalStoragePointerAndDelCallback(NULL, 1, &ended_index, note_end);
    vTaskSetThreadLocalStoragePointer(NULL, 0, &steps);
    if (pvTaskGetThreadLocalStoragePointer(NULL, 0) == &steps && !pvTaskGetThreadLocalStoragePointer(NULL, 99))
        atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

TEST(thread_local_pointers_are_told_of_the_end)
{
    atomic_store(&steps, 0);
    atomic_store(&ended_index, -1);
    CHECK_EQ(xTaskCreate(set_local_and_end, "l", 1000, NULL, 1, NULL), pdPASS);
    CHECK(soon(&ended_index, 1));
    CHECK_EQ(atomic_load(&steps), 1);
}

CHECK_MAIN
