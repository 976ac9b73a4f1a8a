/* Tasks are born, end, are stopped and asked about.
 *
 * Knows the chip's heap by its public functions and threads by the task service.
 *
 * One idea: a task's end is in two steps. Its memory goes back at once, since nothing of the host lies in
 * it; its record follows when its thread has noticed. */
#include <string.h>

#include "freertos/FreeRTOS.h"

#include "freertos/idf_additions.h"
#include "freertos/task.h"

#include "esp_log.h"
#include "idf/chip.h"
#include "idf/console.h"
#include "idf/heap_tasks.h"
#include "idf/kernel.h"

_Static_assert(sizeof(StaticTask_t) == IDF_TASK_BLOCK, "a static control block has the chip's size");

enum { PORT_CAPS = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT };

/* ---- birth ------------------------------------------------------------------------------------ */

static void put_back(void *stack, void *block)
{
    heap_caps_free(stack);
    heap_caps_free(block);
}

static _Noreturn void fell_off_its_end(const struct idf_task *self)
{
    ESP_EARLY_LOGE("FreeRTOS", "FreeRTOS Task \"%s\" should not return, Aborting now!", self->name);
    idf_abort(__builtin_return_address(0));
}

/* What each task's thread begins with. */
static void enter(struct idf_task *task)
{
    idf_chip.platform->tasks->set_current(task);
    idf_kernel_enter(); /* it may have been deleted or suspended before it ran at all */
    idf_kernel_unlock();
    task->function(task->parameter);
    fell_off_its_end(task);
}

/* What a new task is to be. */
struct birth {
    const char *function_name; /* of the public function, for refusals */
    TaskFunction_t code;
    const char *name;
    void *parameter;
    UBaseType_t priority;
    BaseType_t core;
    uint32_t stack_bytes;
    void *stack, *block;
    bool owns_memory;
};

static void check_birth(const struct birth *birth)
{
    if (!birth->code)
        idf_refuse(birth->function_name, "the task's function is NULL");
    if (birth->core != tskNO_AFFINITY && !idf_core_exists(birth->core))
        idf_refuse(birth->function_name, "the core does not exist on this board; tskNO_AFFINITY is any");
}

static struct idf_task *new_record(const struct birth *birth)
{
    idf_kernel_lock();
    struct idf_task *task = idf_task_claim(birth->name, birth->priority, birth->core);
    if (task) {
        task->handle = birth->block ? birth->block : task;
        task->stack = birth->stack;
        task->stack_bytes = birth->stack_bytes;
        task->owns_memory = birth->owns_memory;
        task->function = birth->code;
        task->parameter = birth->parameter;
        task->has_thread = true;
    }
    idf_kernel_unlock();
    return task;
}

static void drop_record(struct idf_task *task)
{
    idf_kernel_lock();
    task->handle = NULL;
    task->phase = IDF_TASK_NONE;
    idf_kernel_unlock();
}

/* The handle is the creator's before the task can run. Without a block it is the record's address, which
 * is the task's alone as well. */
static bool start(const struct birth *birth, TaskHandle_t *created)
{
    if (!idf_chip.platform || !idf_chip.platform->tasks)
        return false;
    struct idf_task *task = new_record(birth);
    if (!task)
        return false;
    TaskHandle_t before = created ? *created : NULL;
    if (created)
        *created = task->handle;
    if (idf_chip.platform->tasks->start(task, enter))
        return true;
    if (created)
        *created = before;
    drop_record(task);
    return false;
}

static bool take_memory(struct birth *birth, uint32_t stack_caps)
{
    birth->stack = heap_caps_malloc(birth->stack_bytes, stack_caps);
    if (!birth->stack)
        return false;
    birth->block = heap_caps_malloc(IDF_TASK_BLOCK, PORT_CAPS);
    if (birth->block)
        return true;
    heap_caps_free(birth->stack);
    return false;
}

static BaseType_t create(struct birth *birth, uint32_t stack_caps, TaskHandle_t *created)
{
    check_birth(birth);
    idf_kernel_enter(); /* the creator may be stopped here */
    idf_kernel_unlock();
    birth->owns_memory = true;
    if (!take_memory(birth, stack_caps))
        return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
    if (start(birth, created))
        return pdPASS;
    put_back(birth->stack, birth->block);
    return errCOULD_NOT_ALLOCATE_REQUIRED_MEMORY;
}

BaseType_t xTaskCreatePinnedToCore(TaskFunction_t pxTaskCode, const char *const pcName,
                                   const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters, UBaseType_t uxPriority,
                                   TaskHandle_t *const pxCreatedTask, const BaseType_t xCoreID)
{
    struct birth birth = {
        "xTaskCreatePinnedToCore", pxTaskCode, pcName, pvParameters, uxPriority, xCoreID, usStackDepth, NULL, NULL, true};
    return create(&birth, PORT_CAPS, pxCreatedTask);
}

BaseType_t xTaskCreatePinnedToCoreWithCaps(TaskFunction_t pvTaskCode, const char *const pcName,
                                           const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters,
                                           UBaseType_t uxPriority, TaskHandle_t *const pvCreatedTask, const BaseType_t xCoreID,
                                           UBaseType_t uxMemoryCaps)
{
    struct birth birth = {"xTaskCreatePinnedToCoreWithCaps",
                          pvTaskCode,
                          pcName,
                          pvParameters,
                          uxPriority,
                          xCoreID,
                          usStackDepth,
                          NULL,
                          NULL,
                          true};
    return create(&birth, uxMemoryCaps, pvCreatedTask);
}

TaskHandle_t xTaskCreateStaticPinnedToCore(TaskFunction_t pxTaskCode, const char *const pcName, const uint32_t ulStackDepth,
                                           void *const pvParameters, UBaseType_t uxPriority, StackType_t *const puxStackBuffer,
                                           StaticTask_t *const pxTaskBuffer, const BaseType_t xCoreID)
{
    struct birth birth = {"xTaskCreateStaticPinnedToCore",
                          pxTaskCode,
                          pcName,
                          pvParameters,
                          uxPriority,
                          xCoreID,
                          ulStackDepth,
                          puxStackBuffer,
                          pxTaskBuffer,
                          false};
    check_birth(&birth);
    if (!puxStackBuffer || !pxTaskBuffer)
        return NULL;
    TaskHandle_t handle = NULL;
    return start(&birth, &handle) ? handle : NULL;
}

bool idf_task_adopt(const char *name, unsigned priority, int core, uint32_t stack_bytes, bool charged)
{
    struct birth birth = {.name = name, .priority = priority, .core = core, .stack_bytes = stack_bytes, .owns_memory = charged};
    if (charged && !take_memory(&birth, PORT_CAPS))
        return false;
    struct idf_task *task = new_record(&birth);
    if (!task) {
        put_back(birth.stack, birth.block);
        return false;
    }
    idf_chip.platform->tasks->set_current(task);
    return true;
}

struct idf_task *idf_task_start_uncharged(const char *name, unsigned priority, void (*function)(void *))
{
    struct birth birth = {.code = function, .name = name, .priority = priority, .core = 0};
    TaskHandle_t handle = NULL;
    return start(&birth, &handle) ? (struct idf_task *)handle : NULL;
}

bool idf_task_stand_in(const char *name, unsigned priority, int core, uint32_t stack_bytes)
{
    struct birth birth = {.name = name, .priority = priority, .core = core, .stack_bytes = stack_bytes, .owns_memory = true};
    if (!take_memory(&birth, PORT_CAPS))
        return false;
    struct idf_task *task = new_record(&birth);
    if (!task) {
        put_back(birth.stack, birth.block);
        return false;
    }
    idf_kernel_lock();
    task->has_thread = false;
    task->phase = IDF_TASK_BLOCKED;
    idf_kernel_unlock();
    return true;
}

/* ---- end -------------------------------------------------------------------------------------- */

/* What is left of a task once nobody can find it any more. */
struct remains {
    struct idf_task *task;
    void *stack, *block;
};

/* With the lock held. */
static struct remains end_life(struct idf_task *task)
{
    idf_wake_task(task);
    idf_heap_tasks_ended(task);
    struct remains remains = {task, task->owns_memory ? task->stack : NULL, task->owns_memory ? task->handle : NULL};
    task->handle = NULL;
    task->phase = task->has_thread ? IDF_TASK_ENDED : IDF_TASK_NONE;
    return remains;
}

static void bury(struct remains remains, void (*const ends[])(int, void *), void *const values[])
{
    for (int i = 0; i < IDF_THREAD_LOCALS; i++)
        if (ends[i])
            ends[i](i, values[i]);
    put_back(remains.stack, remains.block);
}

/* The record may be another task's as soon as the lock is given back, so what bury() needs is copied. */
static void end_and_bury(struct idf_task *task)
{
    void (*ends[IDF_THREAD_LOCALS])(int, void *);
    void *values[IDF_THREAD_LOCALS];
    memcpy(ends, task->thread_local_end, sizeof ends);
    memcpy(values, task->thread_local_value, sizeof values);
    struct remains remains = end_life(task);
    idf_kernel_unlock();
    bury(remains, ends, values);
}

/* Once the record is given back the chip may be taken down: nothing of it is touched after that. */
void idf_task_dismiss(struct idf_task *self)
{
    idf_kernel_lock();
    if (self->phase != IDF_TASK_ENDED)
        end_and_bury(self);
    else
        idf_kernel_unlock(); /* whoever deleted it has its memory */
    idf_chip.platform->tasks->set_current(NULL);
    idf_kernel_lock();
    self->phase = IDF_TASK_NONE;
    idf_kernel_unlock();
}

_Noreturn void idf_task_finish(struct idf_task *self)
{
    const struct idf_task_service *service = idf_chip.platform->tasks;
    idf_task_dismiss(self);
    service->leave();
}

void idf_task_abandon(void)
{
    struct idf_task *self = idf_task_self();
    if (self)
        idf_task_dismiss(self);
}

/* With the lock held, which is given back. */
static void end_other(struct idf_task *task)
{
    if (task->phase == IDF_TASK_BLOCKED) {
        end_and_bury(task);
        return;
    }
    atomic_fetch_or(&task->orders, IDF_ORDER_DELETE);
    idf_heap_tasks_condemned(task);
    idf_kernel_unlock();
}

void vTaskDelete(TaskHandle_t xTaskToDelete)
{
    idf_kernel_enter();
    struct idf_task *self = idf_task_self();
    struct idf_task *task = idf_task_meant(xTaskToDelete, "vTaskDelete");
    if (task && task != self) {
        end_other(task);
        return;
    }
    idf_kernel_unlock();
    if (task)
        idf_task_finish(self);
}

void vTaskDeleteWithCaps(TaskHandle_t xTaskToDelete)
{
    vTaskDelete(xTaskToDelete);
}

/* With the lock held. */
static unsigned count_others(const struct idf_task *self)
{
    unsigned count = 0;
    for (unsigned i = 0; i < idf_task_slots; i++)
        if (&idf_task_table[i] != self && idf_task_table[i].phase != IDF_TASK_NONE)
            count++;
    return count;
}

unsigned idf_tasks_end(uint32_t milliseconds)
{
    struct idf_task *self = idf_task_self();
    uint64_t end = idf_now() + (uint64_t)milliseconds * 1000;
    for (unsigned i = 0; i < IDF_TASKS; i++) {
        struct idf_task *task = &idf_task_table[i];
        idf_kernel_lock();
        if (task != self && task->handle)
            end_other(task);
        else
            idf_kernel_unlock();
    }
    for (;;) {
        idf_kernel_lock();
        unsigned left = count_others(self);
        idf_kernel_unlock();
        if (left == 0 || idf_now() >= end)
            return left;
        idf_chip.platform->tasks->sleep(1);
    }
}

/* ---- stopping --------------------------------------------------------------------------------- */

void vTaskSuspend(TaskHandle_t xTaskToSuspend)
{
    idf_kernel_enter();
    struct idf_task *task = idf_task_meant(xTaskToSuspend, "vTaskSuspend");
    if (task) {
        atomic_fetch_or(&task->orders, IDF_ORDER_SUSPEND);
        idf_wake_task(task); /* it leaves the list that it waits in, and stops before it looks again */
    }
    idf_kernel_unlock();
    idf_kernel_enter(); /* the caller, if it was meant */
    idf_kernel_unlock();
}

static void resume(TaskHandle_t handle, const char *function)
{
    struct idf_task *task = handle ? idf_task_meant(handle, function) : NULL;
    if (!task || !(atomic_fetch_and(&task->orders, ~(unsigned)IDF_ORDER_SUSPEND) & IDF_ORDER_SUSPEND))
        return;
    idf_wake_task(task);
}

void vTaskResume(TaskHandle_t xTaskToResume)
{
    idf_kernel_enter();
    resume(xTaskToResume, "vTaskResume");
    idf_kernel_unlock();
}

BaseType_t xTaskResumeFromISR(TaskHandle_t xTaskToResume)
{
    idf_kernel_lock();
    resume(xTaskToResume, "xTaskResumeFromISR");
    idf_kernel_unlock();
    return pdFALSE;
}
