/* Tasks: what they cost the chip, how they end, what they know, time. */
#include "caught.h"
#include "check.h"
#include "waiting.h"

#include <pthread.h>
#include <string.h>

#include "freertos/idf_additions.h"
#include "freertos/semphr.h"

#include "esp_cpu.h"
#include "idf/chip.h"
#include "idf/freertos.h"

static atomic_int steps;

static void end_at_once(void *unused)
{
    (void)unused;
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

static void wait_for_ever(void *unused)
{
    (void)unused;
    atomic_fetch_add(&steps, 1);
    vTaskDelay(portMAX_DELAY);
    atomic_fetch_add(&steps, 100);
    vTaskDelete(NULL);
}

static atomic_bool spin;

static void spin_then_delay(void *unused)
{
    (void)unused;
    atomic_fetch_add(&steps, 1);
    while (atomic_load(&spin))
        continue;
    vTaskDelay(1);
    atomic_fetch_add(&steps, 100);
    vTaskDelete(NULL);
}

/* What a stack and a control block cost, measured by allocating the same. */
static size_t cost_of(size_t stack, void **stack_at, void **block_at)
{
    size_t before = free_bytes();
    *stack_at = heap_caps_malloc(stack, CAPS);
    *block_at = heap_caps_malloc(364, CAPS);
    size_t cost = before - free_bytes();
    heap_caps_free(*stack_at);
    heap_caps_free(*block_at);
    return cost;
}

TEST(a_task_costs_its_stack_and_then_a_control_block)
{
    void *stack, *block;
    size_t before = free_bytes(), cost = cost_of(2048, &stack, &block);
    TaskHandle_t task = NULL;
    atomic_store(&steps, 0);
    CHECK_EQ(xTaskCreate(wait_for_ever, "waits", 2048, NULL, 5, &task), pdPASS);
    CHECK(soon(&steps, 1));
    CHECK_PTR(task, block);
    CHECK_PTR(pxTaskGetStackStart(task), stack);
    CHECK_EQ(before - free_bytes(), cost);
    CHECK(cost >= 2048 + 364 + 2 * 4 && cost < 2048 + 364 + 100);
    CHECK_EQ(uxTaskGetStackHighWaterMark(task), 2048);
    vTaskDelay(1);
    vTaskDelete(task);
    CHECK_EQ(free_bytes(), before); /* at once: it was blocked */
    CHECK(alone(before));
    CHECK_EQ(atomic_load(&steps), 1);
}

TEST(a_task_that_ends_itself_gives_its_memory_back)
{
    size_t before = free_bytes();
    atomic_store(&steps, 0);
    CHECK_EQ(xTaskCreatePinnedToCore(end_at_once, "ends", 4096, NULL, 1, NULL, 1), pdPASS);
    CHECK(soon(&steps, 1));
    CHECK(alone(before));
}

TEST(a_running_task_is_deleted_at_its_next_call)
{
    size_t before = free_bytes();
    TaskHandle_t task = NULL;
    atomic_store(&steps, 0);
    atomic_store(&spin, true);
    CHECK_EQ(xTaskCreate(spin_then_delay, "spins", 1024, NULL, 1, &task), pdPASS);
    CHECK(soon(&steps, 1));
    CHECK_EQ(eTaskGetState(task), eReady);
    vTaskDelete(task);
    CHECK(free_bytes() < before);
    CHECK_EQ(eTaskGetState(task), eDeleted);
    vTaskDelete(task); /* once more changes nothing */
    atomic_store(&spin, false);
    CHECK(alone(before));
    CHECK_EQ(atomic_load(&steps), 1);
}

TEST(a_task_that_does_not_fit_leaves_nothing_behind)
{
    size_t before = free_bytes();
    TaskHandle_t task = (TaskHandle_t)&steps;
    CHECK_EQ(xTaskCreate(end_at_once, "big", 1 << 20, NULL, 1, &task), errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY);
    CHECK_EQ(free_bytes(), before);
    /* Nothing is left but room for the stack: the control block does not fit. */
    void *stack = heap_caps_malloc(1000, CAPS);
    void *held[64];
    int count = 0;
    for (size_t size; count < 64 && (size = heap_caps_get_largest_free_block(CAPS)) >= 300; count++)
        held[count] = heap_caps_malloc(size, CAPS);
    heap_caps_free(stack);
    size_t tight = free_bytes();
    void *fits = heap_caps_malloc(1000, CAPS);
    CHECK_PTR(fits, stack);
    CHECK(!heap_caps_malloc(364, CAPS));
    heap_caps_free(fits);
    CHECK_EQ(xTaskCreate(end_at_once, "tight", 1000, NULL, 1, &task), errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY);
    CHECK_EQ(free_bytes(), tight);
    CHECK_PTR(task, &steps);
    while (count > 0)
        heap_caps_free(held[--count]);
    CHECK_EQ(free_bytes(), before);
    CHECK_EQ(uxTaskGetNumberOfTasks(), 1);
}

static bool no_thread(struct idf_task *task, void (*enter)(struct idf_task *task))
{
    (void)task, (void)enter;
    return false;
}

TEST(a_host_without_threads_is_a_failed_creation)
{
    size_t before = free_bytes();
    const struct idf_platform *real = idf_chip.platform;
    struct idf_task_service service = *real->tasks;
    struct idf_platform platform = *real;
    service.start = no_thread;
    platform.tasks = &service;
    idf_chip.platform = &platform;
    BaseType_t result = xTaskCreate(end_at_once, "t", 1000, NULL, 1, NULL);
    idf_chip.platform = real;
    CHECK_EQ(result, errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY);
    CHECK_EQ(free_bytes(), before);
    CHECK_EQ(uxTaskGetNumberOfTasks(), 1);
}

static StackType_t own_stack[1024];
static StaticTask_t own_block;

TEST(a_static_task_costs_the_heap_nothing)
{
    size_t before = free_bytes();
    atomic_store(&steps, 0);
    CHECK(!xTaskCreateStatic(wait_for_ever, "s", sizeof own_stack, NULL, 1, NULL, &own_block));
    TaskHandle_t task = xTaskCreateStatic(wait_for_ever, "s", sizeof own_stack, NULL, 1, own_stack, &own_block);
    CHECK_PTR(task, &own_block);
    CHECK(soon(&steps, 1));
    CHECK_EQ(free_bytes(), before);
    vTaskDelete(task);
    CHECK_EQ(free_bytes(), before);
}

TEST(a_stack_may_lie_in_psram)
{
    TaskHandle_t task = NULL;
    size_t psram = heap_caps_get_free_size(MALLOC_CAP_SPIRAM);
    CHECK_EQ(xTaskCreateWithCaps(wait_for_ever, "far", 8192, NULL, 1, &task, MALLOC_CAP_SPIRAM), pdPASS);
    CHECK(heap_caps_get_free_size(MALLOC_CAP_SPIRAM) <= psram - 8192);
    vTaskDelay(2);
    vTaskDeleteWithCaps(task);
    vTaskDelay(1);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_SPIRAM), psram);
}

struct seen {
    TaskHandle_t handle;
    char name[16];
    UBaseType_t priority;
    BaseType_t core, pinned;
    const void *parameter;
};

static struct seen seen;

static void look_around(void *parameter)
{
    seen.handle = xTaskGetCurrentTaskHandle();
    strcpy(seen.name, pcTaskGetName(NULL));
    seen.priority = uxTaskPriorityGet(NULL);
    seen.core = xPortGetCoreID();
    seen.pinned = xTaskGetCoreID(NULL);
    seen.parameter = parameter;
    atomic_fetch_add(&steps, 1);
    vTaskDelay(portMAX_DELAY);
}

TEST(a_task_knows_itself)
{
    TaskHandle_t task = NULL;
    atomic_store(&steps, 0);
    CHECK_EQ(xTaskCreatePinnedToCore(look_around, "a name of more than fifteen", 1000, &seen, 99, &task, 1), pdPASS);
    CHECK(soon(&steps, 1));
    CHECK_PTR(seen.handle, task);
    CHECK_PTR(seen.parameter, &seen);
    CHECK_STR(seen.name, "a name of more ");
    CHECK_EQ(seen.priority, configMAX_PRIORITIES - 1);
    CHECK_EQ(seen.core, 1);
    CHECK_EQ(seen.pinned, 1);
    CHECK_PTR(xTaskGetHandle("a name of more "), task);
    CHECK(!xTaskGetHandle("a name"));
    vTaskDelay(1);
    CHECK_EQ(eTaskGetState(task), eBlocked);
    vTaskPrioritySet(task, 3);
    CHECK_EQ(uxTaskPriorityGet(task), 3);
    vTaskDelete(task);
    CHECK_EQ(eTaskGetState(task), eDeleted);
}

TEST(the_main_task_has_a_handle_and_core_0)
{
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    CHECK(self);
    CHECK_STR(pcTaskGetName(NULL), "main");
    CHECK_STR(pcTaskGetName(self), "main");
    CHECK_EQ(xPortGetCoreID(), 0);
    CHECK_EQ(esp_cpu_get_core_id(), 0);
    CHECK_EQ(eTaskGetState(self), eRunning);
    CHECK_PTR(xTaskGetCurrentTaskHandleForCore(0), self);
    CHECK_EQ(xPortInIsrContext(), 0);
}

static void *foreign_thread(void *result)
{
    *(bool *)result = xTaskGetCurrentTaskHandle() == NULL && xPortGetCoreID() == 0;
    vTaskDelay(2);
    return NULL;
}

TEST(a_thread_that_is_no_task_may_ask_and_delay)
{
    bool good = false;
    pthread_t thread;
    pthread_create(&thread, NULL, foreign_thread, &good);
    pthread_join(thread, NULL);
    CHECK(good);
}

/* ---- wrong calls ------------------------------------------------------------------------------ */

static void create_on_core_5(void)
{
    xTaskCreatePinnedToCore(end_at_once, "t", 1000, NULL, 1, NULL, 5);
}

static void create_nothing(void)
{
    xTaskCreate(NULL, "t", 1000, NULL, 1, NULL);
}

static void delete_a_stranger(void)
{
    vTaskDelete((TaskHandle_t)&own_stack);
}

TEST(wrong_calls_are_told_and_stop_where_the_chip_asserts)
{
    size_t before = free_bytes();
    CHECK(catch_panic(create_on_core_5));
    CHECK(strstr(caught.panic, "assert failed: xTaskCreatePinnedToCore (the core does not exist"));
    CHECK(catch_panic(create_nothing));
    CHECK(!catch_panic(delete_a_stranger));
    CHECK(strstr(caught.report, "vTaskDelete: ") && strstr(caught.report, "is not the handle of a task"));
    be_strict(true);
    CHECK(catch_panic(delete_a_stranger));
    be_strict(false);
    CHECK_EQ(free_bytes(), before);
}

/* ---- time ------------------------------------------------------------------------------------- */

TEST(a_delay_ends_with_a_tick)
{
    vTaskDelay(1);
    TickType_t start = xTaskGetTickCount();
    vTaskDelay(3);
    TickType_t passed = xTaskGetTickCount() - start;
    CHECK(passed >= 3 && passed < 30);
    CHECK_EQ(pdMS_TO_TICKS(250), 25);
    CHECK_EQ(portTICK_PERIOD_MS, 10);
}

TEST(delays_until_do_not_drift)
{
    TickType_t wake = xTaskGetTickCount();
    TickType_t start = wake;
    for (int i = 0; i < 5; i++)
        CHECK_EQ(xTaskDelayUntil(&wake, 2), pdTRUE);
    CHECK_EQ(wake, start + 10);
    CHECK(xTaskGetTickCount() - start >= 10);
    wake = xTaskGetTickCount() - 20;
    CHECK_EQ(xTaskDelayUntil(&wake, 5), pdFALSE);
}

TEST(many_tasks_come_and_go_without_a_trace)
{
    size_t before = free_bytes();
    atomic_store(&steps, 0);
    for (int i = 0; i < 600; i++)
        while (xTaskCreate(end_at_once, "m", 512, NULL, 1, NULL) != pdPASS)
            vTaskDelay(1);
    CHECK(soon(&steps, 600));
    CHECK(alone(before));
}

static void hold_on(void *mutex)
{
    xSemaphoreTake((SemaphoreHandle_t)mutex, portMAX_DELAY);
    atomic_fetch_add(&steps, 1);
}

TEST(all_tasks_can_be_ended_wherever_they_are)
{
    size_t before = free_bytes();
    SemaphoreHandle_t mutex = xSemaphoreCreateMutex();
    xSemaphoreTake(mutex, 0);
    atomic_store(&steps, 0);
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(xTaskCreate(hold_on, "h", 512, mutex, 1, NULL), pdPASS);
        CHECK_EQ(xTaskCreate(wait_for_ever, "w", 512, NULL, 1, NULL), pdPASS);
        CHECK_EQ(xTaskCreate(count_up, "c", 512, &steps, 1, NULL), pdPASS);
    }
    vTaskDelay(2);
    CHECK_EQ(idf_tasks_end(1000), 0);
    CHECK_EQ(uxTaskGetNumberOfTasks(), 1);
    xSemaphoreGive(mutex);
    vSemaphoreDelete(mutex);
    CHECK_EQ(free_bytes(), before);
}

CHECK_MAIN
