/* Tasks: creation, time, notifications.
 *
 * A task is a thread of the host; the stack and the control block that the chip would allocate for it are
 * allocated and charged, but not run on. Where a function takes a TaskHandle_t, NULL is the caller itself.
 * A handle that is no live task's is reported, stops the program in manner strict, and changes nothing. */
#ifndef INC_TASK_H
#define INC_TASK_H

#ifndef INC_FREERTOS_H
#error "include freertos/FreeRTOS.h before freertos/task.h"
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tskTaskControlBlock *TaskHandle_t;
typedef BaseType_t (*TaskHookFunction_t)(void *);
typedef void (*TlsDeleteCallbackFunction_t)(int, void *);

typedef enum { eRunning = 0, eReady, eBlocked, eSuspended, eDeleted, eInvalid } eTaskState;

typedef enum { eNoAction = 0, eSetBits, eIncrement, eSetValueWithOverwrite, eSetValueWithoutOverwrite } eNotifyAction;

#define tskIDLE_PRIORITY           ((UBaseType_t)0U)
#define tskNO_AFFINITY             ((BaseType_t)0x7FFFFFFF)
#define tskDEFAULT_INDEX_TO_NOTIFY (0)

#define taskSCHEDULER_SUSPENDED   ((BaseType_t)0)
#define taskSCHEDULER_NOT_STARTED ((BaseType_t)1)
#define taskSCHEDULER_RUNNING     ((BaseType_t)2)

#define taskYIELD()                   portYIELD()
#define taskENTER_CRITICAL(mux)       portENTER_CRITICAL(mux)
#define taskEXIT_CRITICAL(mux)        portEXIT_CRITICAL(mux)
#define taskENTER_CRITICAL_ISR(mux)   portENTER_CRITICAL_ISR(mux)
#define taskEXIT_CRITICAL_ISR(mux)    portEXIT_CRITICAL_ISR(mux)
#define taskENTER_CRITICAL_FROM_ISR() portSET_INTERRUPT_MASK_FROM_ISR()
#define taskEXIT_CRITICAL_FROM_ISR(x) portCLEAR_INTERRUPT_MASK_FROM_ISR(x)
#define taskDISABLE_INTERRUPTS()      portDISABLE_INTERRUPTS()
#define taskENABLE_INTERRUPTS()       portENABLE_INTERRUPTS()

/* ---- life and death ---------------------------------------------------------------------------- */

/* Starts a task. Allocates the stack (usStackDepth bytes), then a control block of 364 bytes, both as
 * pvPortMalloc does; *pxCreatedTask (unless NULL) is the control block's address, set before the task runs.
 * pdPASS, or errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY iff the heap, the host's threads or the 256 records of
 * tasks are used up: nothing is kept then. A priority of configMAX_PRIORITIES or more becomes the highest.
 * A core is 0, 1 (of a chip with two) or tskNO_AFFINITY; another one stops the program. */
BaseType_t xTaskCreatePinnedToCore(TaskFunction_t pxTaskCode, const char *const pcName,
                                   const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters, UBaseType_t uxPriority,
                                   TaskHandle_t *const pxCreatedTask, const BaseType_t xCoreID);
static inline BaseType_t xTaskCreate(TaskFunction_t pxTaskCode, const char *const pcName,
                                     const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters,
                                     UBaseType_t uxPriority, TaskHandle_t *const pxCreatedTask)
{
    return xTaskCreatePinnedToCore(pxTaskCode, pcName, usStackDepth, pvParameters, uxPriority, pxCreatedTask, tskNO_AFFINITY);
}

/* The same in the program's own memory, which is its own again once the task is deleted. NULL iff one of
 * the buffers is NULL or the host's threads or the records are used up. */
TaskHandle_t xTaskCreateStaticPinnedToCore(TaskFunction_t pxTaskCode, const char *const pcName, const uint32_t ulStackDepth,
                                           void *const pvParameters, UBaseType_t uxPriority, StackType_t *const puxStackBuffer,
                                           StaticTask_t *const pxTaskBuffer, const BaseType_t xCoreID);
static inline TaskHandle_t xTaskCreateStatic(TaskFunction_t pxTaskCode, const char *const pcName, const uint32_t ulStackDepth,
                                             void *const pvParameters, UBaseType_t uxPriority,
                                             StackType_t *const puxStackBuffer, StaticTask_t *const pxTaskBuffer)
{
    return xTaskCreateStaticPinnedToCore(pxTaskCode, pcName, ulStackDepth, pvParameters, uxPriority, puxStackBuffer,
                                         pxTaskBuffer, tskNO_AFFINITY);
}

/* Ends a task. Itself: does not return. Another one that is blocked: at once, its memory is back when this
 * returns. Another one that runs: at its next FreeRTOS call outside a critical section; until then it goes
 * on, its memory stays taken, and eTaskGetState says eDeleted. What it holds (mutexes, heap) stays held. */
void vTaskDelete(TaskHandle_t xTaskToDelete);

/* A suspended task stops at once if it is blocked or is the caller, else at its next FreeRTOS call. */
void vTaskSuspend(TaskHandle_t xTaskToSuspend);
void vTaskResume(TaskHandle_t xTaskToResume);
BaseType_t xTaskResumeFromISR(TaskHandle_t xTaskToResume); /* always pdFALSE: no switch is needed */

/* Excludes the other tasks of the caller's core that do the same; nests. Tasks that do not go on running,
 * which on the chip would stand still. xTaskResumeAll returns pdFALSE. */
void vTaskSuspendAll(void);
BaseType_t xTaskResumeAll(void);
BaseType_t xTaskGetSchedulerState(void);

/* ---- time -------------------------------------------------------------------------------------- */

void vTaskDelay(const TickType_t xTicksToDelay); /* until the n-th tick from now; 0 only yields */

/* Until *pxPreviousWakeTime + xTimeIncrement, which is then stored there. pdFALSE, without a delay, iff
 * that is past. */
BaseType_t xTaskDelayUntil(TickType_t *const pxPreviousWakeTime, const TickType_t xTimeIncrement);
static inline void vTaskDelayUntil(TickType_t *const pxPreviousWakeTime, const TickType_t xTimeIncrement)
{
    (void)xTaskDelayUntil(pxPreviousWakeTime, xTimeIncrement);
}

TickType_t xTaskGetTickCount(void); /* since boot */
TickType_t xTaskGetTickCountFromISR(void);

/* ---- asking ------------------------------------------------------------------------------------ */

TaskHandle_t xTaskGetCurrentTaskHandle(void); /* NULL in a thread that is no task */
/* The caller if it plays that core, else the runnable task of highest priority of that core, else NULL. */
TaskHandle_t xTaskGetCurrentTaskHandleForCore(BaseType_t xCoreID);
static inline TaskHandle_t xTaskGetCurrentTaskHandleForCPU(BaseType_t xCoreID)
{
    return xTaskGetCurrentTaskHandleForCore(xCoreID);
}
TaskHandle_t xTaskGetHandle(const char *pcNameToQuery); /* NULL iff no task has the name */
char *pcTaskGetName(TaskHandle_t xTaskToQuery);         /* good while the task lives; "" for a bad handle */
UBaseType_t uxTaskGetNumberOfTasks(void);
UBaseType_t uxTaskPriorityGet(const TaskHandle_t xTask);
UBaseType_t uxTaskPriorityGetFromISR(const TaskHandle_t xTask);
void vTaskPrioritySet(TaskHandle_t xTask, UBaseType_t uxNewPriority);
eTaskState eTaskGetState(TaskHandle_t xTask);  /* eDeleted for a handle that is no live task's */
BaseType_t xTaskGetCoreID(TaskHandle_t xTask); /* tskNO_AFFINITY unless pinned */
static inline BaseType_t xTaskGetAffinity(TaskHandle_t xTask)
{
    return xTaskGetCoreID(xTask);
}
uint8_t *pxTaskGetStackStart(TaskHandle_t xTask);

/* Bytes of the stack never used. The thread's frames lie on the host's stack, so it is the whole depth. */
UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t xTask);
configSTACK_DEPTH_TYPE uxTaskGetStackHighWaterMark2(TaskHandle_t xTask);

/* ---- thread-local pointers: index 0…15; another one sets nothing and reads NULL ----------------- */

void vTaskSetThreadLocalStoragePointer(TaskHandle_t xTaskToSet, BaseType_t xIndex, void *pvValue);
void *pvTaskGetThreadLocalStoragePointer(TaskHandle_t xTaskToQuery, BaseType_t xIndex);
/* pvDelCallback is called with index and value when the task is deleted, by whoever ends it. */
void vTaskSetThreadLocalStoragePointerAndDelCallback(TaskHandle_t xTaskToSet, BaseType_t xIndex, void *pvValue,
                                                     TlsDeleteCallbackFunction_t pvDelCallback);

/* ---- notifications: index 0…15; another one stops the program ------------------------------------ */

BaseType_t xTaskGenericNotify(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify, uint32_t ulValue, eNotifyAction eAction,
                              uint32_t *pulPreviousNotificationValue);
BaseType_t xTaskGenericNotifyWait(UBaseType_t uxIndexToWaitOn, uint32_t ulBitsToClearOnEntry, uint32_t ulBitsToClearOnExit,
                                  uint32_t *pulNotificationValue, TickType_t xTicksToWait);
uint32_t ulTaskGenericNotifyTake(UBaseType_t uxIndexToWaitOn, BaseType_t xClearCountOnExit, TickType_t xTicksToWait);
BaseType_t xTaskGenericNotifyStateClear(TaskHandle_t xTask, UBaseType_t uxIndexToClear);
uint32_t ulTaskGenericNotifyValueClear(TaskHandle_t xTask, UBaseType_t uxIndexToClear, uint32_t ulBitsToClear);
/* From an interrupt: the same, and *pxHigherPriorityTaskWoken (may be NULL) is left as it is. */
BaseType_t xTaskGenericNotifyFromISR(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify, uint32_t ulValue,
                                     eNotifyAction eAction, uint32_t *pulPreviousNotificationValue,
                                     BaseType_t *pxHigherPriorityTaskWoken);
void vTaskGenericNotifyGiveFromISR(TaskHandle_t xTaskToNotify, UBaseType_t uxIndexToNotify,
                                   BaseType_t *pxHigherPriorityTaskWoken);

#define xTaskNotifyIndexed(task, index, value, action) xTaskGenericNotify((task), (index), (value), (action), NULL)
#define xTaskNotify(task, value, action)               xTaskNotifyIndexed((task), tskDEFAULT_INDEX_TO_NOTIFY, (value), (action))
#define xTaskNotifyAndQueryIndexed(task, index, value, action, previous)                                                       \
    xTaskGenericNotify((task), (index), (value), (action), (previous))
#define xTaskNotifyAndQuery(task, value, action, previous)                                                                     \
    xTaskNotifyAndQueryIndexed((task), tskDEFAULT_INDEX_TO_NOTIFY, (value), (action), (previous))
#define xTaskNotifyGiveIndexed(task, index) xTaskGenericNotify((task), (index), 0, eIncrement, NULL)
#define xTaskNotifyGive(task)               xTaskNotifyGiveIndexed((task), tskDEFAULT_INDEX_TO_NOTIFY)
#define xTaskNotifyWaitIndexed(index, on_entry, on_exit, value, ticks)                                                         \
    xTaskGenericNotifyWait((index), (on_entry), (on_exit), (value), (ticks))
#define xTaskNotifyWait(on_entry, on_exit, value, ticks)                                                                       \
    xTaskNotifyWaitIndexed(tskDEFAULT_INDEX_TO_NOTIFY, (on_entry), (on_exit), (value), (ticks))
#define ulTaskNotifyTakeIndexed(index, clear, ticks)     ulTaskGenericNotifyTake((index), (clear), (ticks))
#define ulTaskNotifyTake(clear, ticks)                   ulTaskNotifyTakeIndexed(tskDEFAULT_INDEX_TO_NOTIFY, (clear), (ticks))
#define xTaskNotifyStateClearIndexed(task, index)        xTaskGenericNotifyStateClear((task), (index))
#define xTaskNotifyStateClear(task)                      xTaskNotifyStateClearIndexed((task), tskDEFAULT_INDEX_TO_NOTIFY)
#define ulTaskNotifyValueClearIndexed(task, index, bits) ulTaskGenericNotifyValueClear((task), (index), (bits))
#define ulTaskNotifyValueClear(task, bits)               ulTaskNotifyValueClearIndexed((task), tskDEFAULT_INDEX_TO_NOTIFY, (bits))
#define xTaskNotifyIndexedFromISR(task, index, value, action, woken)                                                           \
    xTaskGenericNotifyFromISR((task), (index), (value), (action), NULL, (woken))
#define xTaskNotifyFromISR(task, value, action, woken)                                                                         \
    xTaskNotifyIndexedFromISR((task), tskDEFAULT_INDEX_TO_NOTIFY, (value), (action), (woken))
#define xTaskNotifyAndQueryFromISR(task, value, action, previous, woken)                                                       \
    xTaskGenericNotifyFromISR((task), tskDEFAULT_INDEX_TO_NOTIFY, (value), (action), (previous), (woken))
#define vTaskNotifyGiveIndexedFromISR(task, index, woken) vTaskGenericNotifyGiveFromISR((task), (index), (woken))
#define vTaskNotifyGiveFromISR(task, woken)               vTaskNotifyGiveIndexedFromISR((task), tskDEFAULT_INDEX_TO_NOTIFY, (woken))

#ifdef __cplusplus
}
#endif
#endif
