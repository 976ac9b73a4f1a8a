/* Semaphores and mutexes: queues whose items have no size.
 *
 * Knows tasks as holders. One idea: a mutex is a queue with one item in it, plus who took it; the holder
 * is named by the task's serial, so a record that is used again is never mistaken for it. */
#include "idf/queue.h"

#include "freertos/idf_additions.h"
#include "freertos/semphr.h"

enum { PORT_CAPS = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT };

/* Who holds a mutex that a thread took which plays no task; no task's serial is so small. */
enum { HOLDER_NO_TASK = 1 };

static bool is_mutex(const struct QueueDefinition *queue)
{
    uint8_t kind = idf_queue_kind(queue);
    return kind == queueQUEUE_TYPE_MUTEX || kind == queueQUEUE_TYPE_RECURSIVE_MUTEX;
}

static uint32_t caller_serial(void)
{
    struct idf_task *self = idf_task_self();
    return self ? self->serial : HOLDER_NO_TASK;
}

/* ---- creation --------------------------------------------------------------------------------- */

static struct QueueDefinition *with_count(struct QueueDefinition *queue, uint32_t count)
{
    if (queue)
        queue->count = count;
    return queue;
}

static void check_counting(UBaseType_t most, UBaseType_t first)
{
    if (most == 0 || first > most)
        idf_refuse("xSemaphoreCreateCounting", "the largest count is 0 or less than the first one");
}

QueueHandle_t xQueueCreateMutex(const uint8_t ucQueueType)
{
    return with_count(idf_queue_new(1, 0, ucQueueType, PORT_CAPS, false), 1);
}

QueueHandle_t xQueueCreateMutexStatic(const uint8_t ucQueueType, StaticQueue_t *pxStaticQueue)
{
    return with_count(xQueueGenericCreateStatic(1, 0, NULL, pxStaticQueue, ucQueueType), 1);
}

QueueHandle_t xQueueCreateCountingSemaphore(const UBaseType_t uxMaxCount, const UBaseType_t uxInitialCount)
{
    check_counting(uxMaxCount, uxInitialCount);
    return with_count(idf_queue_new(uxMaxCount, 0, queueQUEUE_TYPE_COUNTING_SEMAPHORE, PORT_CAPS, false), uxInitialCount);
}

QueueHandle_t xQueueCreateCountingSemaphoreStatic(const UBaseType_t uxMaxCount, const UBaseType_t uxInitialCount,
                                                  StaticQueue_t *pxStaticQueue)
{
    check_counting(uxMaxCount, uxInitialCount);
    return with_count(xQueueGenericCreateStatic(uxMaxCount, 0, NULL, pxStaticQueue, queueQUEUE_TYPE_COUNTING_SEMAPHORE),
                      uxInitialCount);
}

SemaphoreHandle_t xSemaphoreCreateGenericWithCaps(UBaseType_t uxMaxCount, UBaseType_t uxInitialCount, const uint8_t ucQueueType,
                                                  UBaseType_t uxMemoryCaps)
{
    check_counting(uxMaxCount, uxInitialCount);
    return with_count(idf_queue_new(uxMaxCount, 0, ucQueueType, uxMemoryCaps, false), uxInitialCount);
}

void vSemaphoreDeleteWithCaps(SemaphoreHandle_t xSemaphore)
{
    vQueueDelete(xSemaphore);
}

/* ---- who holds a mutex, with the lock held ------------------------------------------------------ */

static void hold(struct QueueDefinition *mutex)
{
    struct idf_task *self = idf_task_self();
    mutex->holder = caller_serial();
    if (self)
        self->mutexes_held++;
}

/* The holder is not less urgent than who waits for it. */
static void lend_priority(const struct QueueDefinition *mutex)
{
    struct idf_task *self = idf_task_self();
    struct idf_task *holder = idf_task_of_serial(mutex->holder);
    if (self && holder && holder->priority < self->priority)
        holder->priority = self->priority;
}

/* Back to the most urgent of those that still wait, as far as this mutex goes. */
static void settle_priority(struct idf_task *holder, const struct QueueDefinition *mutex)
{
    struct idf_task *waiter = idf_first_waiter(&mutex->receivers);
    unsigned lent = waiter ? waiter->priority : 0;
    holder->priority = lent > holder->base_priority ? lent : holder->base_priority;
}

static void give_up_waiting(const struct QueueDefinition *mutex)
{
    struct idf_task *holder = idf_task_of_serial(mutex->holder);
    if (holder && holder->mutexes_held == 1) /* of more it is not known which mutex lent what */
        settle_priority(holder, mutex);
}

static void let_go(struct QueueDefinition *mutex)
{
    struct idf_task *self = idf_task_self();
    mutex->holder = 0;
    if (self && self->mutexes_held > 0 && --self->mutexes_held == 0)
        self->priority = self->base_priority;
    idf_queue_put(mutex, NULL, queueSEND_TO_BACK);
}

/* ---- take and give ---------------------------------------------------------------------------- */

static bool try_to_take(struct QueueDefinition *semaphore, bool mutex)
{
    if (!idf_queue_take(semaphore, NULL))
        return false;
    if (mutex)
        hold(semaphore);
    return true;
}

static bool wait_to_take(struct QueueDefinition *semaphore, bool mutex, uint64_t until)
{
    if (mutex)
        lend_priority(semaphore);
    return idf_wait(&semaphore->receivers, until);
}

/* With the lock held. */
static bool take(struct QueueDefinition *semaphore, TickType_t ticks)
{
    bool mutex = is_mutex(semaphore);
    uint64_t until = idf_moment_after(ticks);
    while (!try_to_take(semaphore, mutex)) {
        if (ticks > 0 && wait_to_take(semaphore, mutex, until))
            continue;
        if (mutex && ticks > 0)
            give_up_waiting(semaphore);
        return false;
    }
    return true;
}

BaseType_t xQueueSemaphoreTake(QueueHandle_t xQueue, TickType_t xTicksToWait)
{
    idf_queue_check(xQueue, "xQueueSemaphoreTake");
    if (xQueue->item_size != 0)
        idf_refuse("xQueueSemaphoreTake", "the handle is that of a queue with items");
    idf_kernel_enter();
    bool taken = take(xQueue, xTicksToWait);
    idf_kernel_unlock();
    return taken ? pdTRUE : pdFALSE;
}

BaseType_t xQueueGiveMutex(QueueHandle_t xMutex)
{
    idf_kernel_enter();
    bool free = xMutex->count > 0;
    bool holds = xMutex->holder == caller_serial();
    if (holds && !free)
        let_go(xMutex);
    idf_kernel_unlock();
    if (!free && !holds)
        idf_refuse("xQueueGenericSend", "a mutex is given by a task that does not hold it");
    return free ? pdFALSE : pdTRUE;
}

BaseType_t xQueueGiveFromISR(QueueHandle_t xQueue, BaseType_t *const pxHigherPriorityTaskWoken)
{
    idf_queue_check(xQueue, "xQueueGiveFromISR");
    if (is_mutex(xQueue))
        idf_refuse("xQueueGiveFromISR", "a mutex cannot be given from an interrupt: it has no holder there");
    return xQueueGenericSendFromISR(xQueue, NULL, pxHigherPriorityTaskWoken, queueSEND_TO_BACK);
}

static void check_recursive(const struct QueueDefinition *mutex, const char *function)
{
    idf_queue_check(mutex, function);
    if (idf_queue_kind(mutex) != queueQUEUE_TYPE_RECURSIVE_MUTEX)
        idf_refuse(function, "the handle is not that of a recursive mutex");
    if (!idf_task_self())
        idf_refuse(function, "only a task can hold a recursive mutex; this thread plays none");
}

BaseType_t xQueueTakeMutexRecursive(QueueHandle_t xMutex, TickType_t xTicksToWait)
{
    check_recursive(xMutex, "xQueueTakeMutexRecursive");
    idf_kernel_enter();
    bool taken = xMutex->holder == caller_serial() || take(xMutex, xTicksToWait);
    if (taken)
        xMutex->depth++;
    idf_kernel_unlock();
    return taken ? pdTRUE : pdFALSE;
}

BaseType_t xQueueGiveMutexRecursive(QueueHandle_t xMutex)
{
    check_recursive(xMutex, "xQueueGiveMutexRecursive");
    idf_kernel_enter();
    bool holds = xMutex->holder == caller_serial() && xMutex->depth > 0;
    if (holds && --xMutex->depth == 0)
        let_go(xMutex);
    idf_kernel_unlock();
    return holds ? pdTRUE : pdFALSE;
}

TaskHandle_t xQueueGetMutexHolder(QueueHandle_t xSemaphore)
{
    idf_queue_check(xSemaphore, "xSemaphoreGetMutexHolder");
    idf_kernel_lock();
    struct idf_task *holder = is_mutex(xSemaphore) ? idf_task_of_serial(xSemaphore->holder) : NULL;
    TaskHandle_t handle = holder ? holder->handle : NULL;
    idf_kernel_unlock();
    return handle;
}
