/* Delays, yields, priorities, the scheduler's lock, and what can be asked about tasks.
 *
 * Knows the table of tasks. One idea: the host schedules; what is kept of priorities and cores is what
 * programs can see of them. */
#include <string.h>

#include "freertos/FreeRTOS.h"

#include "freertos/task.h"

#include "idf/chip.h"
#include "idf/kernel.h"

/* ---- delays ----------------------------------------------------------------------------------- */

void vPortYield(void)
{
    idf_kernel_enter();
    idf_kernel_unlock();
    if (idf_chip.platform && idf_chip.platform->tasks)
        idf_chip.platform->tasks->yield();
}

static void delay_until(uint64_t moment)
{
    while (idf_wait(NULL, moment))
        continue;
}

void vTaskDelay(const TickType_t xTicksToDelay)
{
    if (xTicksToDelay == 0) {
        vPortYield();
        return;
    }
    idf_kernel_enter();
    delay_until(idf_moment_after(xTicksToDelay));
    idf_kernel_unlock();
}

BaseType_t xTaskDelayUntil(TickType_t *const pxPreviousWakeTime, const TickType_t xTimeIncrement)
{
    if (!pxPreviousWakeTime || xTimeIncrement == 0)
        idf_refuse("xTaskDelayUntil", "the previous wake time is NULL or the increment 0");
    idf_kernel_enter();
    TickType_t next = *pxPreviousWakeTime + xTimeIncrement;
    int32_t ahead = (int32_t)(next - xTaskGetTickCount());
    *pxPreviousWakeTime = next;
    if (ahead > 0)
        delay_until(idf_moment_after((TickType_t)ahead));
    idf_kernel_unlock();
    return ahead > 0 ? pdTRUE : pdFALSE;
}

/* ---- the scheduler's lock: one for each core ---------------------------------------------------- */

enum { CORES = 2 };

static struct {
    uint32_t holder; /* serial */
    idf_waiters waiters;
} scheduler[CORES];

void vTaskSuspendAll(void)
{
    idf_kernel_enter();
    struct idf_task *self = idf_task_self();
    if (self) {
        unsigned core = (unsigned)self->core % CORES;
        while (scheduler[core].holder != self->serial && idf_task_of_serial(scheduler[core].holder))
            idf_wait(&scheduler[core].waiters, IDF_NEVER);
        scheduler[core].holder = self->serial;
        self->scheduler_holds++;
    }
    idf_kernel_unlock();
}

BaseType_t xTaskResumeAll(void)
{
    idf_kernel_lock(); /* not a place to stop while others wait for this */
    struct idf_task *self = idf_task_self();
    bool held = self && self->scheduler_holds > 0;
    if (held && --self->scheduler_holds == 0) {
        unsigned core = (unsigned)self->core % CORES;
        scheduler[core].holder = 0;
        idf_wake_first(&scheduler[core].waiters);
    }
    idf_kernel_unlock();
    if (self && !held)
        idf_refuse("xTaskResumeAll", "the scheduler is not suspended by this task");
    return pdFALSE;
}

BaseType_t xTaskGetSchedulerState(void)
{
    struct idf_task *self = idf_task_self();
    return self && self->scheduler_holds ? taskSCHEDULER_SUSPENDED : taskSCHEDULER_RUNNING;
}

/* ---- asking ----------------------------------------------------------------------------------- */

TaskHandle_t xTaskGetCurrentTaskHandle(void)
{
    struct idf_task *self = idf_task_self();
    return self ? self->handle : NULL;
}

TaskHandle_t xTaskGetCurrentTaskHandleForCore(BaseType_t xCoreID)
{
    if (!idf_core_exists(xCoreID))
        idf_refuse("xTaskGetCurrentTaskHandleForCore", "the core does not exist on this board");
    struct idf_task *best = NULL;
    idf_kernel_lock();
    for (unsigned i = 0; i < idf_task_slots; i++) {
        struct idf_task *task = &idf_task_table[i];
        bool runs = task->handle && task->phase == IDF_TASK_READY && task->core == xCoreID;
        if (runs && (!best || task->priority > best->priority))
            best = task;
    }
    struct idf_task *self = idf_task_self();
    if (self && self->core == xCoreID)
        best = self;
    TaskHandle_t handle = best ? best->handle : NULL;
    idf_kernel_unlock();
    return handle;
}

TaskHandle_t xTaskGetHandle(const char *pcNameToQuery)
{
    TaskHandle_t handle = NULL;
    if (!pcNameToQuery)
        return NULL;
    idf_kernel_lock();
    for (unsigned i = 0; i < idf_task_slots && !handle; i++)
        if (idf_task_table[i].handle && strncmp(idf_task_table[i].name, pcNameToQuery, IDF_TASK_NAME - 1) == 0)
            handle = idf_task_table[i].handle;
    idf_kernel_unlock();
    return handle;
}

UBaseType_t uxTaskGetNumberOfTasks(void)
{
    UBaseType_t count = 0;
    idf_kernel_lock();
    for (unsigned i = 0; i < idf_task_slots; i++)
        if (idf_task_table[i].handle)
            count++;
    idf_kernel_unlock();
    return count;
}

char *pcTaskGetName(TaskHandle_t xTaskToQuery)
{
    static char none[1];
    idf_kernel_lock();
    struct idf_task *task = idf_task_meant(xTaskToQuery, "pcTaskGetName");
    idf_kernel_unlock();
    return task ? task->name : none;
}

UBaseType_t uxTaskPriorityGet(const TaskHandle_t xTask)
{
    idf_kernel_lock();
    struct idf_task *task = idf_task_meant(xTask, "uxTaskPriorityGet");
    UBaseType_t priority = task ? task->priority : 0;
    idf_kernel_unlock();
    return priority;
}

UBaseType_t uxTaskPriorityGetFromISR(const TaskHandle_t xTask)
{
    return uxTaskPriorityGet(xTask);
}

void vTaskPrioritySet(TaskHandle_t xTask, UBaseType_t uxNewPriority)
{
    unsigned most = configMAX_PRIORITIES - 1;
    unsigned wanted = uxNewPriority < most ? uxNewPriority : most;
    idf_kernel_enter();
    struct idf_task *task = idf_task_meant(xTask, "vTaskPrioritySet");
    if (task) {
        bool inherited = task->priority != task->base_priority && task->priority > wanted;
        task->base_priority = wanted;
        if (!inherited)
            task->priority = wanted;
    }
    idf_kernel_unlock();
}

static eTaskState state_of(const struct idf_task *task)
{
    unsigned orders = atomic_load(&task->orders);
    if (orders & IDF_ORDER_DELETE)
        return eDeleted;
    if (task == idf_task_self())
        return eRunning;
    if (orders & IDF_ORDER_SUSPEND)
        return eSuspended;
    return task->phase == IDF_TASK_BLOCKED ? eBlocked : eReady;
}

eTaskState eTaskGetState(TaskHandle_t xTask)
{
    if (!xTask)
        idf_refuse("eTaskGetState", "the handle is NULL");
    idf_kernel_lock();
    struct idf_task *task = idf_task_of_handle(xTask);
    eTaskState state = task ? state_of(task) : eDeleted;
    idf_kernel_unlock();
    return state;
}

BaseType_t xTaskGetCoreID(TaskHandle_t xTask)
{
    idf_kernel_lock();
    struct idf_task *task = idf_task_meant(xTask, "xTaskGetCoreID");
    BaseType_t core = task && task->pinned ? task->core : tskNO_AFFINITY;
    idf_kernel_unlock();
    return core;
}

uint8_t *pxTaskGetStackStart(TaskHandle_t xTask)
{
    idf_kernel_lock();
    struct idf_task *task = idf_task_meant(xTask, "pxTaskGetStackStart");
    uint8_t *stack = task ? task->stack : NULL;
    idf_kernel_unlock();
    return stack;
}

UBaseType_t uxTaskGetStackHighWaterMark(TaskHandle_t xTask)
{
    idf_kernel_lock();
    struct idf_task *task = idf_task_meant(xTask, "uxTaskGetStackHighWaterMark");
    UBaseType_t bytes = task ? task->stack_bytes : 0;
    idf_kernel_unlock();
    return bytes;
}

configSTACK_DEPTH_TYPE uxTaskGetStackHighWaterMark2(TaskHandle_t xTask)
{
    return uxTaskGetStackHighWaterMark(xTask);
}
