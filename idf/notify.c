/* What each task carries with it: notifications and thread-local pointers.
 *
 * Knows tasks, no queues. One idea: a notification is a value and one of three states; who waits for it
 * is the task itself, so there is no list. */
#include "freertos/FreeRTOS.h"

#include "freertos/task.h"

#include "idf/kernel.h"

/* ---- notifications ---------------------------------------------------------------------------- */

static void check_index(UBaseType_t index, const char *function)
{
    if (index >= IDF_NOTIFICATIONS)
        idf_refuse(function, "a task has 16 notifications: the index is 0 to 15");
}

static struct idf_task *caller(const char *function)
{
    struct idf_task *self = idf_task_self();
    if (!self)
        idf_refuse(function, "only a task can wait for a notification; this thread plays none");
    return self;
}

/* With the lock held. False iff the action kept the value that is pending. */
static bool change_value(uint32_t *value, uint32_t with, eNotifyAction action, bool pending)
{
    switch (action) {
    case eSetBits:
        *value |= with;
        return true;
    case eIncrement:
        ++*value;
        return true;
    case eSetValueWithOverwrite:
        *value = with;
        return true;
    case eSetValueWithoutOverwrite:
        if (pending)
            return false;
        *value = with;
        return true;
    case eNoAction:
    default:
        return true;
    }
}

/* With the lock held. */
static BaseType_t notify(TaskHandle_t handle, UBaseType_t index, uint32_t value, eNotifyAction action, uint32_t *previous)
{
    struct idf_task *task = idf_task_meant(handle, "xTaskNotify");
    if (!task)
        return pdFAIL;
    if (previous)
        *previous = task->notified[index];
    bool changed = change_value(&task->notified[index], value, action, task->notice[index] == IDF_NOTICE_PENDING);
    bool waited_for = task->notice[index] == IDF_NOTICE_WAITED_FOR;
    task->notice[index] = IDF_NOTICE_PENDING;
    if (waited_for)
        idf_wake_task(task);
    return changed ? pdPASS : pdFAIL;
}

BaseType_t xTaskGenericNotify(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify, uint32_t ulValue, eNotifyAction eAction,
                              uint32_t *pulPreviousNotificationValue)
{
    check_index(uxIndexToNotify, "xTaskNotify");
    if (!xTaskToNotify)
        idf_refuse("xTaskNotify", "the handle is NULL");
    idf_kernel_enter();
    BaseType_t result = notify(xTaskToNotify, uxIndexToNotify, ulValue, eAction, pulPreviousNotificationValue);
    idf_kernel_unlock();
    return result;
}

BaseType_t xTaskGenericNotifyFromISR(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify, uint32_t ulValue,
                                     eNotifyAction eAction, uint32_t *pulPreviousNotificationValue,
                                     BaseType_t *pxHigherPriorityTaskWoken)
{
    (void)pxHigherPriorityTaskWoken;
    check_index(uxIndexToNotify, "xTaskNotifyFromISR");
    if (!xTaskToNotify)
        idf_refuse("xTaskNotifyFromISR", "the handle is NULL");
    idf_kernel_lock();
    BaseType_t result = notify(xTaskToNotify, uxIndexToNotify, ulValue, eAction, pulPreviousNotificationValue);
    idf_kernel_unlock();
    return result;
}

void vTaskGenericNotifyGiveFromISR(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify,
                                   BaseType_t *pxHigherPriorityTaskWoken)
{
    xTaskGenericNotifyFromISR(xTaskToNotify, uxIndexToNotify, 0, eIncrement, NULL, pxHigherPriorityTaskWoken);
}

BaseType_t xTaskGenericNotifyWait(UBaseType_t uxIndexToWaitOn, uint32_t ulBitsToClearOnEntry, uint32_t ulBitsToClearOnExit,
                                  uint32_t *pulNotificationValue, TickType_t xTicksToWait)
{
    check_index(uxIndexToWaitOn, "xTaskNotifyWait");
    struct idf_task *self = caller("xTaskNotifyWait");
    idf_kernel_enter();
    unsigned char *notice = &self->notice[uxIndexToWaitOn];
    uint32_t *value = &self->notified[uxIndexToWaitOn];
    if (*notice != IDF_NOTICE_PENDING) {
        *value &= ~ulBitsToClearOnEntry;
        *notice = IDF_NOTICE_WAITED_FOR;
    }
    uint64_t until = idf_moment_after(xTicksToWait);
    while (*notice != IDF_NOTICE_PENDING && idf_wait(NULL, until))
        continue;
    bool came = *notice == IDF_NOTICE_PENDING;
    if (pulNotificationValue)
        *pulNotificationValue = *value;
    if (came)
        *value &= ~ulBitsToClearOnExit;
    *notice = IDF_NOTICE_NONE;
    idf_kernel_unlock();
    return came ? pdTRUE : pdFALSE;
}

uint32_t ulTaskGenericNotifyTake(UBaseType_t uxIndexToWaitOn, BaseType_t xClearCountOnExit, TickType_t xTicksToWait)
{
    check_index(uxIndexToWaitOn, "ulTaskNotifyTake");
    struct idf_task *self = caller("ulTaskNotifyTake");
    idf_kernel_enter();
    uint32_t *value = &self->notified[uxIndexToWaitOn];
    if (*value == 0)
        self->notice[uxIndexToWaitOn] = IDF_NOTICE_WAITED_FOR;
    uint64_t until = idf_moment_after(xTicksToWait);
    while (*value == 0 && idf_wait(NULL, until))
        self->notice[uxIndexToWaitOn] = *value ? IDF_NOTICE_PENDING : IDF_NOTICE_WAITED_FOR;
    uint32_t count = *value;
    if (count != 0)
        *value = xClearCountOnExit ? 0 : count - 1;
    self->notice[uxIndexToWaitOn] = IDF_NOTICE_NONE;
    idf_kernel_unlock();
    return count;
}

BaseType_t xTaskGenericNotifyStateClear(TaskHandle_t xTask, UBaseType_t uxIndexToClear)
{
    check_index(uxIndexToClear, "xTaskNotifyStateClear");
    idf_kernel_enter();
    struct idf_task *task = idf_task_meant(xTask, "xTaskNotifyStateClear");
    bool pending = task && task->notice[uxIndexToClear] == IDF_NOTICE_PENDING;
    if (pending)
        task->notice[uxIndexToClear] = IDF_NOTICE_NONE;
    idf_kernel_unlock();
    return pending ? pdPASS : pdFAIL;
}

uint32_t ulTaskGenericNotifyValueClear(TaskHandle_t xTask, UBaseType_t uxIndexToClear, uint32_t ulBitsToClear)
{
    check_index(uxIndexToClear, "ulTaskNotifyValueClear");
    uint32_t before = 0;
    idf_kernel_enter();
    struct idf_task *task = idf_task_meant(xTask, "ulTaskNotifyValueClear");
    if (task) {
        before = task->notified[uxIndexToClear];
        task->notified[uxIndexToClear] &= ~ulBitsToClear;
    }
    idf_kernel_unlock();
    return before;
}

/* ---- thread-local pointers -------------------------------------------------------------------- */

void vTaskSetThreadLocalStoragePointerAndDelCallback(TaskHandle_t xTaskToSet, BaseType_t xIndex, void *pvValue,
                                                     TlsDeleteCallbackFunction_t pvDelCallback)
{
    if (xIndex < 0 || xIndex >= IDF_THREAD_LOCALS)
        return;
    idf_kernel_lock();
    struct idf_task *task = idf_task_meant(xTaskToSet, "vTaskSetThreadLocalStoragePointer");
    if (task) {
        task->thread_local_value[xIndex] = pvValue;
        task->thread_local_end[xIndex] = pvDelCallback;
    }
    idf_kernel_unlock();
}

void vTaskSetThreadLocalStoragePointer(TaskHandle_t xTaskToSet, BaseType_t xIndex, void *pvValue)
{
    vTaskSetThreadLocalStoragePointerAndDelCallback(xTaskToSet, xIndex, pvValue, NULL);
}

void *pvTaskGetThreadLocalStoragePointer(TaskHandle_t xTaskToQuery, BaseType_t xIndex)
{
    if (xIndex < 0 || xIndex >= IDF_THREAD_LOCALS)
        return NULL;
    idf_kernel_lock();
    struct idf_task *task = idf_task_meant(xTaskToQuery, "pvTaskGetThreadLocalStoragePointer");
    void *value = task ? task->thread_local_value[xIndex] : NULL;
    idf_kernel_unlock();
    return value;
}
