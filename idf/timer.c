/* Software timers.
 *
 * Knows tasks and the clock. One idea: the running timers are a short table on the host's side, so that a
 * timer keeps the chip's 40 bytes in both word sizes; the timer task sleeps until the earliest. */
#include <string.h>

#include "idf/queue.h"

#include "freertos/timers.h"

enum { RUNNING = 128, PENDING = 10, TIMER_STATIC = 1, TIMER_RELOADS = 2, TIMER_DELETED = 4 };

#define TIMER_MARK 0x54494d45u

struct tmrTimerControl {
    uint32_t mark;
    uint32_t flags;
    uint32_t period;
    struct idf_split function, id, name;
    uint32_t place; /* in the table + 1; 0: not running */
};

_Static_assert(sizeof(struct tmrTimerControl) == sizeof(StaticTimer_t), "a timer has the chip's size");

static struct {
    struct tmrTimerControl *timer;
    uint64_t at; /* microseconds since boot */
} running[RUNNING];

static struct {
    PendedFunction_t function;
    void *parameter;
    uint32_t number;
} pending[PENDING];
static unsigned first_pending, pending_count;

static idf_waiters daemon_waits, pending_waits;
static void *daemon_task; /* its handle; NULL: not started */
static struct tmrTimerControl *being_called;

static void check(const struct tmrTimerControl *timer, const char *function)
{
    if (!timer)
        idf_refuse(function, "the handle is NULL");
    if (timer->mark != TIMER_MARK)
        idf_refuse(function, "the handle is no timer: it was deleted, or its memory overwritten");
}

static void *handle_of_function(TimerCallbackFunction_t function)
{
    void *address;
    memcpy(&address, &function, sizeof address);
    return address;
}

static TimerCallbackFunction_t function_of(const struct tmrTimerControl *timer)
{
    void *address = idf_joined(timer->function);
    TimerCallbackFunction_t function;
    memcpy(&function, &address, sizeof function);
    return function;
}

/* ---- the table, with the lock held -------------------------------------------------------------- */

static void stop(struct tmrTimerControl *timer)
{
    if (timer->place)
        running[timer->place - 1].timer = NULL;
    timer->place = 0;
}

static bool run_from(struct tmrTimerControl *timer, uint64_t at)
{
    for (uint32_t i = 0; i < RUNNING && !timer->place; i++)
        if (!running[i].timer)
            timer->place = i + 1;
    if (!timer->place)
        return false;
    running[timer->place - 1].timer = timer;
    running[timer->place - 1].at = at;
    idf_wake_all(&daemon_waits); /* it may be the earliest now */
    return true;
}

static int earliest(void)
{
    int best = -1;
    for (int i = 0; i < RUNNING; i++)
        if (running[i].timer && (best < 0 || running[i].at < running[best].at))
            best = i;
    return best;
}

/* ---- the timer task --------------------------------------------------------------------------- */

static uint64_t period_of(const struct tmrTimerControl *timer)
{
    return (uint64_t)timer->period * 1000000 / xPortGetTickRateHz();
}

static void release(struct tmrTimerControl *timer)
{
    timer->mark = 0;
    bool ours = !(timer->flags & TIMER_STATIC);
    idf_kernel_unlock();
    if (ours)
        heap_caps_free(timer);
    idf_kernel_lock();
}

/* With the lock held, which is given back around the function. */
static void call(struct tmrTimerControl *timer, uint64_t was_due)
{
    stop(timer);
    if (timer->flags & TIMER_RELOADS)
        run_from(timer, was_due + period_of(timer));
    being_called = timer;
    idf_kernel_unlock();
    function_of(timer)(timer);
    idf_kernel_lock();
    being_called = NULL;
    if (timer->flags & TIMER_DELETED)
        release(timer);
}

static void call_pending(void)
{
    unsigned at = first_pending;
    first_pending = (first_pending + 1) % PENDING;
    pending_count--;
    PendedFunction_t function = pending[at].function;
    void *parameter = pending[at].parameter;
    uint32_t number = pending[at].number;
    idf_wake_first(&pending_waits);
    idf_kernel_unlock();
    function(parameter, number);
    idf_kernel_lock();
}

static void daemon_main(void *unused)
{
    (void)unused;
    idf_kernel_enter();
    for (;;) {
        int next = earliest();
        if (pending_count > 0)
            call_pending();
        else if (next >= 0 && running[next].at <= idf_now())
            call(running[next].timer, running[next].at);
        else
            idf_wait(&daemon_waits, next >= 0 ? running[next].at : IDF_NEVER);
    }
}

/* The daemon may be gone: a chip that was booted again has none yet. */
static bool daemon_lives(void)
{
    idf_kernel_lock();
    bool lives = idf_task_of_handle(daemon_task) != NULL;
    idf_kernel_unlock();
    return lives;
}

static void forget_everything(void)
{
    memset(running, 0, sizeof running);
    first_pending = pending_count = 0;
    daemon_waits = pending_waits = 0;
    being_called = NULL;
}

bool idf_timers_start(bool charged)
{
    if (daemon_lives())
        return true;
    idf_kernel_lock();
    forget_everything();
    idf_kernel_unlock();
    TaskHandle_t created = NULL;
    if (!charged)
        created = (TaskHandle_t)idf_task_start_uncharged("Tmr Svc", configTIMER_TASK_PRIORITY, daemon_main);
    else if (!xTaskCreatePinnedToCore(daemon_main, "Tmr Svc", configTIMER_TASK_STACK_DEPTH, NULL, configTIMER_TASK_PRIORITY,
                                      &created, 0))
        created = NULL;
    idf_kernel_lock();
    daemon_task = created;
    idf_kernel_unlock();
    return created != NULL;
}

bool idf_timers_idle(void)
{
    idf_kernel_lock();
    bool idle = idf_task_of_handle(daemon_task) != NULL && earliest() < 0 && pending_count == 0 && daemon_waits != 0;
    idf_kernel_unlock();
    return idle;
}

TaskHandle_t xTimerGetTimerDaemonTaskHandle(void)
{
    return idf_timers_start(false) ? daemon_task : NULL;
}

/* ---- birth and end ---------------------------------------------------------------------------- */

static struct tmrTimerControl *set_up(void *memory, uint32_t flags, const char *name, TickType_t period, void *id,
                                      TimerCallbackFunction_t function)
{
    struct tmrTimerControl *timer = memory;
    memset(timer, 0, sizeof *timer);
    timer->flags = flags;
    timer->period = period;
    timer->function = idf_split(handle_of_function(function));
    timer->id = idf_split(id);
    timer->name = idf_split(name);
    timer->mark = TIMER_MARK;
    return timer;
}

static void check_creation(TickType_t period, TimerCallbackFunction_t function)
{
    if (period == 0 || !function)
        idf_refuse("xTimerCreate", "the period is 0 or the function NULL");
}

TimerHandle_t xTimerCreate(const char *const pcTimerName, const TickType_t xTimerPeriodInTicks, const BaseType_t xAutoReload,
                           void *const pvTimerID, TimerCallbackFunction_t pxCallbackFunction)
{
    check_creation(xTimerPeriodInTicks, pxCallbackFunction);
    if (!idf_timers_start(false))
        return NULL;
    void *memory = heap_caps_malloc(sizeof(StaticTimer_t), MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    if (!memory)
        return NULL;
    return set_up(memory, xAutoReload ? TIMER_RELOADS : 0, pcTimerName, xTimerPeriodInTicks, pvTimerID, pxCallbackFunction);
}

TimerHandle_t xTimerCreateStatic(const char *const pcTimerName, const TickType_t xTimerPeriodInTicks,
                                 const BaseType_t xAutoReload, void *const pvTimerID,
                                 TimerCallbackFunction_t pxCallbackFunction, StaticTimer_t *pxTimerBuffer)
{
    check_creation(xTimerPeriodInTicks, pxCallbackFunction);
    if (!pxTimerBuffer || !idf_timers_start(false))
        return NULL;
    return set_up(pxTimerBuffer, TIMER_STATIC | (xAutoReload ? TIMER_RELOADS : 0u), pcTimerName, xTimerPeriodInTicks, pvTimerID,
                  pxCallbackFunction);
}

BaseType_t xTimerDelete(TimerHandle_t xTimer, TickType_t xTicksToWait)
{
    (void)xTicksToWait;
    check(xTimer, "xTimerDelete");
    idf_kernel_enter();
    stop(xTimer);
    if (being_called == xTimer)
        xTimer->flags = (xTimer->flags | TIMER_DELETED) & ~(uint32_t)TIMER_RELOADS;
    else
        release(xTimer);
    idf_kernel_unlock();
    return pdPASS;
}

/* ---- commands --------------------------------------------------------------------------------- */

static BaseType_t restart(struct tmrTimerControl *timer, const char *function, TickType_t new_period)
{
    check(timer, function);
    idf_kernel_enter();
    if (new_period)
        timer->period = new_period;
    bool started = !(timer->flags & TIMER_DELETED) && run_from(timer, idf_moment_after(timer->period));
    idf_kernel_unlock();
    return started ? pdPASS : pdFAIL;
}

BaseType_t xTimerStart(TimerHandle_t xTimer, TickType_t xTicksToWait)
{
    (void)xTicksToWait;
    return restart(xTimer, "xTimerStart", 0);
}

BaseType_t xTimerReset(TimerHandle_t xTimer, TickType_t xTicksToWait)
{
    (void)xTicksToWait;
    return restart(xTimer, "xTimerReset", 0);
}

BaseType_t xTimerChangePeriod(TimerHandle_t xTimer, TickType_t xNewPeriod, TickType_t xTicksToWait)
{
    (void)xTicksToWait;
    if (xNewPeriod == 0)
        idf_refuse("xTimerChangePeriod", "the period is 0");
    return restart(xTimer, "xTimerChangePeriod", xNewPeriod);
}

BaseType_t xTimerStop(TimerHandle_t xTimer, TickType_t xTicksToWait)
{
    (void)xTicksToWait;
    check(xTimer, "xTimerStop");
    idf_kernel_enter();
    stop(xTimer);
    idf_kernel_unlock();
    return pdPASS;
}

static BaseType_t pend(PendedFunction_t function, void *parameter, uint32_t number, uint64_t until)
{
    while (pending_count == PENDING)
        if (!idf_wait(&pending_waits, until))
            return pdFAIL;
    unsigned at = (first_pending + pending_count++) % PENDING;
    pending[at].function = function;
    pending[at].parameter = parameter;
    pending[at].number = number;
    idf_wake_all(&daemon_waits);
    return pdPASS;
}

BaseType_t xTimerPendFunctionCall(PendedFunction_t xFunctionToPend, void *pvParameter1, uint32_t ulParameter2,
                                  TickType_t xTicksToWait)
{
    if (!xFunctionToPend)
        idf_refuse("xTimerPendFunctionCall", "the function is NULL");
    if (!idf_timers_start(false))
        return pdFAIL;
    idf_kernel_enter();
    BaseType_t result = pend(xFunctionToPend, pvParameter1, ulParameter2, idf_moment_after(xTicksToWait));
    idf_kernel_unlock();
    return result;
}

BaseType_t xTimerPendFunctionCallFromISR(PendedFunction_t xFunctionToPend, void *pvParameter1, uint32_t ulParameter2,
                                         BaseType_t *pxHigherPriorityTaskWoken)
{
    (void)pxHigherPriorityTaskWoken;
    return xTimerPendFunctionCall(xFunctionToPend, pvParameter1, ulParameter2, 0);
}

/* ---- asking ----------------------------------------------------------------------------------- */

/* One look at a timer's fields. */
static struct tmrTimerControl look(const struct tmrTimerControl *timer, const char *function, uint64_t *at)
{
    check(timer, function);
    idf_kernel_lock();
    struct tmrTimerControl copy = *timer;
    *at = copy.place ? running[copy.place - 1].at : 0;
    idf_kernel_unlock();
    return copy;
}

BaseType_t xTimerIsTimerActive(TimerHandle_t xTimer)
{
    uint64_t at;
    return look(xTimer, "xTimerIsTimerActive", &at).place ? pdTRUE : pdFALSE;
}

TickType_t xTimerGetPeriod(TimerHandle_t xTimer)
{
    uint64_t at;
    return look(xTimer, "xTimerGetPeriod", &at).period;
}

TickType_t xTimerGetExpiryTime(TimerHandle_t xTimer)
{
    uint64_t at;
    look(xTimer, "xTimerGetExpiryTime", &at);
    return (TickType_t)(at * xPortGetTickRateHz() / 1000000);
}

void *pvTimerGetTimerID(const TimerHandle_t xTimer)
{
    uint64_t at;
    return idf_joined(look(xTimer, "pvTimerGetTimerID", &at).id);
}

void vTimerSetTimerID(TimerHandle_t xTimer, void *pvNewID)
{
    check(xTimer, "vTimerSetTimerID");
    idf_kernel_lock();
    xTimer->id = idf_split(pvNewID);
    idf_kernel_unlock();
}

const char *pcTimerGetName(TimerHandle_t xTimer)
{
    uint64_t at;
    return idf_joined(look(xTimer, "pcTimerGetName", &at).name);
}

void vTimerSetReloadMode(TimerHandle_t xTimer, const BaseType_t xAutoReload)
{
    check(xTimer, "vTimerSetReloadMode");
    idf_kernel_lock();
    xTimer->flags = xAutoReload ? xTimer->flags | TIMER_RELOADS : xTimer->flags & ~(uint32_t)TIMER_RELOADS;
    idf_kernel_unlock();
}

BaseType_t xTimerGetReloadMode(TimerHandle_t xTimer)
{
    uint64_t at;
    return look(xTimer, "xTimerGetReloadMode", &at).flags & TIMER_RELOADS ? pdTRUE : pdFALSE;
}

UBaseType_t uxTimerGetReloadMode(TimerHandle_t xTimer)
{
    return xTimerGetReloadMode(xTimer) ? 1u : 0u;
}
