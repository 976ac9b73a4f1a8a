/* Queues, sets, semaphores and mutexes. */
#include "caught.h"
#include "check.h"
#include "waiting.h"

#include <pthread.h>
#include <string.h>

#include "freertos/idf_additions.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"

static atomic_int steps;
static QueueHandle_t object;

static void start(void (*function)(void *), void *parameter, UBaseType_t priority)
{
    CHECK_EQ(xTaskCreate(function, "helper", 1000, parameter, priority, NULL), pdPASS);
}

TEST(a_queue_is_one_block_of_the_chips_size)
{
    size_t before = free_bytes();
    void *same = heap_caps_malloc(84 + 10 * 12, CAPS);
    size_t cost = before - free_bytes();
    heap_caps_free(same);
    QueueHandle_t queue = xQueueCreate(10, 12);
    CHECK_PTR(queue, same);
    CHECK_EQ(before - free_bytes(), cost);
    vQueueDelete(queue);
    same = heap_caps_malloc(84, CAPS);
    cost = before - free_bytes();
    heap_caps_free(same);
    SemaphoreHandle_t semaphore = xSemaphoreCreateMutex();
    CHECK_PTR(semaphore, same);
    CHECK_EQ(before - free_bytes(), cost);
    vSemaphoreDelete(semaphore);
    CHECK_EQ(free_bytes(), before);
    CHECK(!xQueueCreate(1000, 1000));
    CHECK(!xQueueCreate(0x10000, 0x10000)); /* 0 bytes in 32 bits */
    CHECK_EQ(free_bytes(), before);
}

TEST(items_come_out_in_order_and_whole)
{
    QueueHandle_t queue = xQueueCreate(4, 3);
    char item[4] = "";
    CHECK_EQ(uxQueueSpacesAvailable(queue), 4);
    CHECK_EQ(xQueueSend(queue, "bbb", 0), pdTRUE);
    CHECK_EQ(xQueueSendToBack(queue, "ccc", 0), pdTRUE);
    CHECK_EQ(xQueueSendToFront(queue, "aaa", 0), pdTRUE);
    CHECK_EQ(xQueueSend(queue, "ddd", 0), pdTRUE);
    CHECK_EQ(xQueueSend(queue, "eee", 0), errQUEUE_FULL);
    CHECK_EQ(xQueueSendToFront(queue, "eee", 1), errQUEUE_FULL);
    CHECK_EQ(uxQueueMessagesWaiting(queue), 4);
    CHECK_EQ(xQueueIsQueueFullFromISR(queue), pdTRUE);
    CHECK_EQ(xQueuePeek(queue, item, 0), pdTRUE);
    CHECK_STR(item, "aaa");
    for (int round = 0; round < 10; round++) { /* around the end of the storage */
        CHECK_EQ(xQueueReceive(queue, item, 0), pdTRUE);
        CHECK_EQ(item[0], 'a' + round % 4);
        CHECK_EQ(xQueueSend(queue, item, 0), pdTRUE);
    }
    CHECK_EQ(xQueueReset(queue), pdPASS);
    CHECK_EQ(uxQueueMessagesWaiting(queue), 0);
    CHECK_EQ(xQueueReceive(queue, item, 0), errQUEUE_EMPTY);
    CHECK_EQ(xQueueReceiveFromISR(queue, item, NULL), pdFAIL);
    CHECK_EQ(xQueueSendFromISR(queue, "zzz", NULL), pdTRUE);
    CHECK_EQ(xQueuePeekFromISR(queue, item), pdTRUE);
    CHECK_STR(item, "zzz");
    vQueueDelete(queue);
}

TEST(a_queue_of_one_can_be_overwritten)
{
    QueueHandle_t queue = xQueueCreate(1, sizeof(int));
    int item = 1;
    CHECK_EQ(xQueueOverwrite(queue, &item), pdPASS);
    item = 2;
    CHECK_EQ(xQueueOverwrite(queue, &item), pdPASS);
    CHECK_EQ(xQueueReceive(queue, &item, 0), pdTRUE);
    CHECK_EQ(item, 2);
    vQueueDelete(queue);
}

static void send_to_object(void)
{
    xQueueSend(object, &steps, 0);
}

TEST(static_objects_lie_where_the_program_wants_them)
{
    static StaticQueue_t memory, semaphore_memory;
    static uint8_t storage[8];
    size_t before = free_bytes();
    QueueHandle_t queue = xQueueCreateStatic(2, 4, storage, &memory);
    CHECK_PTR(queue, &memory);
    CHECK_EQ(xQueueSend(queue, "abcd", 0), pdTRUE);
    CHECK(memcmp(storage, "abcd", 4) == 0);
    CHECK(!xQueueCreateStatic(2, 4, NULL, &memory));
    vQueueDelete(queue);
    object = queue;
    CHECK(catch_panic(send_to_object)); /* no queue any more, though its memory is the program's */
    SemaphoreHandle_t semaphore = xSemaphoreCreateCountingStatic(3, 2, &semaphore_memory);
    CHECK_EQ(uxSemaphoreGetCount(semaphore), 2);
    vSemaphoreDelete(semaphore);
    CHECK_EQ(free_bytes(), before);
}

TEST(an_empty_queue_is_waited_for_as_long_as_asked)
{
    QueueHandle_t queue = xQueueCreate(1, 1);
    char item;
    TickType_t start_tick = xTaskGetTickCount();
    CHECK_EQ(xQueueReceive(queue, &item, 5), errQUEUE_EMPTY);
    TickType_t passed = xTaskGetTickCount() - start_tick;
    CHECK(passed >= 5 && passed < 50);
    vQueueDelete(queue);
}

enum { ITEMS = 20000 };

static QueueHandle_t pipe_in, pipe_out;

static void pass_on(void *unused)
{
    (void)unused;
    for (int item; xQueueReceive(pipe_in, &item, portMAX_DELAY) && item >= 0;)
        xQueueSend(pipe_out, &item, portMAX_DELAY);
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

static void feed(void *unused)
{
    (void)unused;
    for (int item = 0; item < ITEMS; item++)
        xQueueSend(pipe_in, &item, portMAX_DELAY);
    for (int i = 0, end = -1; i < 2; i++)
        xQueueSend(pipe_in, &end, portMAX_DELAY);
    vTaskDelete(NULL);
}

TEST(tasks_pass_every_item_once)
{
    static bool seen[ITEMS];
    long sum = 0;
    memset(seen, 0, sizeof seen);
    atomic_store(&steps, 0);
    pipe_in = xQueueCreate(3, sizeof(int));
    pipe_out = xQueueCreate(5, sizeof(int));
    start(pass_on, NULL, 2);
    start(pass_on, NULL, 3);
    start(feed, NULL, 1);
    for (int i = 0, item; i < ITEMS; i++) {
        CHECK_EQ(xQueueReceive(pipe_out, &item, 500), pdTRUE);
        CHECK(item >= 0 && item < ITEMS && !seen[item]);
        seen[item] = true;
        sum += item;
    }
    CHECK_EQ(sum, (long)ITEMS * (ITEMS - 1) / 2);
    CHECK(soon(&steps, 2));
    vTaskDelay(1);
    vQueueDelete(pipe_in);
    vQueueDelete(pipe_out);
}

static SemaphoreHandle_t gate;
static int order[3];

static void pass_gate(void *number)
{
    xSemaphoreTake(gate, portMAX_DELAY);
    order[atomic_load(&steps)] = (int)(intptr_t)number;
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

TEST(the_most_urgent_waiter_is_woken_first)
{
    gate = xSemaphoreCreateCounting(3, 0);
    atomic_store(&steps, 0);
    static const UBaseType_t priorities[] = {2, 9, 2};
    for (int i = 0; i < 3; i++) {
        start(pass_gate, (void *)(intptr_t)i, priorities[i]);
        vTaskDelay(3);
    }
    for (int i = 1; i <= 3; i++) {
        CHECK_EQ(xSemaphoreGive(gate), pdTRUE);
        CHECK(soon(&steps, i));
    }
    CHECK_EQ(order[0], 1);
    CHECK_EQ(order[1], 0);
    CHECK_EQ(order[2], 2);
    vSemaphoreDelete(gate);
}

TEST(semaphores_count_to_their_limit)
{
    SemaphoreHandle_t binary = xSemaphoreCreateBinary();
    CHECK_EQ(xSemaphoreTake(binary, 0), pdFALSE);
    CHECK_EQ(xSemaphoreGive(binary), pdTRUE);
    CHECK_EQ(xSemaphoreGive(binary), pdFALSE);
    CHECK_EQ(xSemaphoreTakeFromISR(binary, NULL), pdTRUE);
    CHECK_EQ(xSemaphoreGiveFromISR(binary, NULL), pdTRUE);
    CHECK_EQ(xSemaphoreTake(binary, 0), pdTRUE);
    vSemaphoreDelete(binary);
    SemaphoreHandle_t counting = xSemaphoreCreateCounting(2, 1);
    CHECK_EQ(xSemaphoreGive(counting), pdTRUE);
    CHECK_EQ(xSemaphoreGive(counting), pdFALSE);
    CHECK_EQ(uxSemaphoreGetCount(counting), 2);
    vSemaphoreDelete(counting);
}

static SemaphoreHandle_t mutex;
static int protected_count;

static void count_with_mutex(void *unused)
{
    (void)unused;
    for (int i = 0; i < 5000; i++) {
        xSemaphoreTake(mutex, portMAX_DELAY);
        protected_count++;
        xSemaphoreGive(mutex);
    }
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

TEST(a_mutex_excludes)
{
    mutex = xSemaphoreCreateMutex();
    protected_count = 0;
    atomic_store(&steps, 0);
    for (int i = 0; i < 3; i++)
        start(count_with_mutex, NULL, 1);
    CHECK(soon(&steps, 3));
    CHECK_EQ(protected_count, 15000);
    CHECK(!xSemaphoreGetMutexHolder(mutex));
    vSemaphoreDelete(mutex);
}

static void take_mutex(void *ticks)
{
    if (xSemaphoreTake(mutex, (TickType_t)(uintptr_t)ticks)) {
        atomic_fetch_add(&steps, 1);
        xSemaphoreGive(mutex);
    } else {
        atomic_fetch_add(&steps, 10);
    }
    vTaskDelete(NULL);
}

TEST(the_holder_of_a_mutex_inherits_priority)
{
    UBaseType_t own = uxTaskPriorityGet(NULL);
    mutex = xSemaphoreCreateMutex();
    CHECK_EQ(xSemaphoreTake(mutex, 0), pdTRUE);
    CHECK_PTR(xSemaphoreGetMutexHolder(mutex), xTaskGetCurrentTaskHandle());
    atomic_store(&steps, 0);
    start(take_mutex, (void *)3, 20);
    start(take_mutex, (void *)(uintptr_t)portMAX_DELAY, 15);
    vTaskDelay(1);
    CHECK_EQ(uxTaskPriorityGet(NULL), 20);
    CHECK(soon(&steps, 10)); /* the first gave up */
    CHECK_EQ(uxTaskPriorityGet(NULL), 15);
    CHECK_EQ(xSemaphoreGive(mutex), pdTRUE);
    CHECK_EQ(uxTaskPriorityGet(NULL), own);
    CHECK(soon(&steps, 11));
    vTaskDelay(1);
    CHECK_EQ(xSemaphoreGive(mutex), pdFALSE); /* it is free */
    vSemaphoreDelete(mutex);
}

TEST(a_recursive_mutex_is_given_as_often_as_taken)
{
    mutex = xSemaphoreCreateRecursiveMutex();
    CHECK_EQ(xSemaphoreTakeRecursive(mutex, 0), pdTRUE);
    CHECK_EQ(xSemaphoreTakeRecursive(mutex, 0), pdTRUE);
    CHECK_EQ(xSemaphoreGiveRecursive(mutex), pdTRUE);
    CHECK_PTR(xSemaphoreGetMutexHolder(mutex), xTaskGetCurrentTaskHandle());
    CHECK_EQ(xSemaphoreGiveRecursive(mutex), pdTRUE);
    CHECK(!xSemaphoreGetMutexHolder(mutex));
    CHECK_EQ(xSemaphoreGiveRecursive(mutex), pdFALSE);
    vSemaphoreDelete(mutex);
}

TEST(a_set_tells_which_member_has_an_item)
{
    QueueHandle_t queue = xQueueCreate(2, 4);
    SemaphoreHandle_t semaphore = xSemaphoreCreateBinary();
    QueueSetHandle_t set = xQueueCreateSet(3);
    CHECK_EQ(xQueueAddToSet(queue, set), pdPASS);
    CHECK_EQ(xQueueAddToSet(queue, set), pdFAIL);
    CHECK_EQ(xQueueAddToSet(semaphore, set), pdPASS);
    CHECK(!xQueueSelectFromSet(set, 1));
    xSemaphoreGive(semaphore);
    xQueueSend(queue, "abcd", 0);
    CHECK_PTR(xQueueSelectFromSet(set, 0), semaphore);
    CHECK_EQ(xSemaphoreTake(semaphore, 0), pdTRUE);
    CHECK_PTR(xQueueSelectFromSet(set, 0), queue);
    CHECK_EQ(xQueueRemoveFromSet(queue, set), pdFAIL); /* not empty */
    xQueueReset(queue);
    CHECK_EQ(xQueueRemoveFromSet(queue, set), pdPASS);
    CHECK_EQ(xQueueRemoveFromSet(semaphore, set), pdPASS);
    vQueueDelete(queue);
    vSemaphoreDelete(semaphore);
    vQueueDelete(set);
}

TEST(objects_may_have_memory_of_chosen_capabilities)
{
    size_t psram = heap_caps_get_free_size(MALLOC_CAP_SPIRAM);
    QueueHandle_t queue = xQueueCreateWithCaps(10, 100, MALLOC_CAP_SPIRAM);
    CHECK(heap_caps_get_free_size(MALLOC_CAP_SPIRAM) <= psram - 1084);
    CHECK_EQ(heap_caps_get_allocated_size(queue), 84);
    vQueueDeleteWithCaps(queue);
    SemaphoreHandle_t one = xSemaphoreCreateMutexWithCaps(MALLOC_CAP_SPIRAM);
    CHECK_EQ(xSemaphoreTake(one, 0), pdTRUE);
    CHECK_EQ(xSemaphoreGive(one), pdTRUE);
    vSemaphoreDeleteWithCaps(one);
    CHECK_EQ(heap_caps_get_free_size(MALLOC_CAP_SPIRAM), psram);
}

static void *thread_without_task(void *queue)
{
    int item = 0;
    bool got = xQueueReceive((QueueHandle_t)queue, &item, 200) && item == 42;
    got = got && xSemaphoreTake(mutex, 10) && xSemaphoreGive(mutex);
    return got ? queue : NULL;
}

TEST(a_thread_that_is_no_task_may_wait_too)
{
    QueueHandle_t queue = xQueueCreate(1, sizeof(int));
    mutex = xSemaphoreCreateMutex();
    pthread_t thread;
    pthread_create(&thread, NULL, thread_without_task, queue);
    vTaskDelay(2);
    int item = 42;
    xQueueSend(queue, &item, 0);
    void *result = NULL;
    pthread_join(thread, &result);
    CHECK_PTR(result, queue);
    vQueueDelete(queue);
    vSemaphoreDelete(mutex);
}

/* ---- wrong calls ------------------------------------------------------------------------------ */

static void receive_from_null(void)
{
    xQueueReceive(NULL, &steps, 0);
}

static void overwrite_object(void)
{
    xQueueOverwrite(object, &steps);
}

static void give_object(void)
{
    xSemaphoreGive(object);
}

static void delete_object(void)
{
    vQueueDelete(object);
}

static void wait_in_object(void *unused)
{
    (void)unused;
    int item;
    xQueueReceive(object, &item, portMAX_DELAY);
    atomic_fetch_add(&steps, 1);
    vTaskDelete(NULL);
}

static void hold_object(void *unused)
{
    (void)unused;
    xSemaphoreTake(object, 0);
    atomic_fetch_add(&steps, 1);
    vTaskDelay(portMAX_DELAY);
}

TEST(wrong_calls_stop_where_the_chip_asserts)
{
    CHECK(catch_panic(receive_from_null));
    CHECK_STR(caught.panic, "assert failed: xQueueReceive (the handle is NULL)");
    static StaticQueue_t not_a_queue;
    object = (QueueHandle_t)&not_a_queue;
    CHECK(catch_panic(send_to_object));
    object = xQueueCreate(2, 4);
    CHECK(catch_panic(overwrite_object));
    atomic_store(&steps, 0);
    start(wait_in_object, NULL, 1);
    vTaskDelay(2);
    CHECK(catch_panic(delete_object));
    CHECK(strstr(caught.panic, "vQueueDelete (a task is waiting in it)"));
    int item = 0;
    xQueueSend(object, &item, 0);
    CHECK(soon(&steps, 1));
    vQueueDelete(object);
}

TEST(a_mutex_is_given_by_its_holder_alone)
{
    object = xSemaphoreCreateMutex();
    atomic_store(&steps, 0);
    TaskHandle_t holder;
    CHECK_EQ(xTaskCreate(hold_object, "h", 1000, NULL, 1, &holder), pdPASS);
    CHECK(soon(&steps, 1));
    CHECK(catch_panic(give_object));
    CHECK(strstr(caught.panic, "does not hold it"));
    vTaskDelay(1);
    vTaskDelete(holder);
    CHECK(!xSemaphoreGetMutexHolder(object)); /* nobody's any more, and never to be had again */
    CHECK_EQ(xSemaphoreTake(object, 1), pdFALSE);
    vSemaphoreDelete(object);
}

CHECK_MAIN
