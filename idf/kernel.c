/* The table of tasks, the one lock, and waiting.
 *
 * Knows the task service and the clock of the platform; no heap and no FreeRTOS object.
 *
 * One idea: a list of waiters is a number that lies in the object it belongs to; the links lie in the
 * tasks' records, each of which waits in one list at most. */
#include "idf/kernel.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "espmem/port.h"
#include "idf/chip.h"
#include "idf/console.h"

#include "freertos/FreeRTOS.h"

#include "freertos/task.h"

struct idf_task idf_task_table[IDF_TASKS];
unsigned idf_task_slots;

static struct em_lock kernel_lock;
static uint32_t next_generation = 1;
static uint32_t tick_rate = CONFIG_FREERTOS_HZ;

/* ---- the lock --------------------------------------------------------------------------------- */

void idf_kernel_lock(void)
{
    em_port_lock(&kernel_lock);
}

void idf_kernel_unlock(void)
{
    em_port_unlock(&kernel_lock);
}

static const struct idf_task_service *service(void)
{
    return idf_chip.platform ? idf_chip.platform->tasks : NULL;
}

struct idf_task *idf_task_self(void)
{
    return service() ? service()->current() : NULL;
}

static bool ordered(const struct idf_task *task, unsigned order)
{
    return (atomic_load_explicit(&task->orders, memory_order_acquire) & order) != 0;
}

/* The lock is given back, and taken again, around each wait. Does not return to a task that has ended. */
static void sleep_unlocked(struct idf_task *self, uint32_t milliseconds)
{
    idf_kernel_unlock();
    service()->wait(self, milliseconds);
    idf_kernel_lock();
    if (self->phase != IDF_TASK_ENDED)
        return;
    idf_kernel_unlock();
    idf_task_finish(self);
}

/* With the lock held: whoever sees the task blocked may end it, so an order to end comes first. */
static void become_blocked(struct idf_task *self)
{
    if (ordered(self, IDF_ORDER_DELETE)) {
        idf_kernel_unlock();
        idf_task_finish(self);
    }
    self->phase = IDF_TASK_BLOCKED;
}

/* With the lock held. */
static void stay_suspended(struct idf_task *self)
{
    while (ordered(self, IDF_ORDER_SUSPEND)) {
        become_blocked(self);
        sleep_unlocked(self, IDF_FOREVER);
    }
    self->phase = IDF_TASK_READY;
}

void idf_kernel_enter(void)
{
    struct idf_task *self = idf_task_self();
    bool obeys = self && self->critical == 0 && ordered(self, IDF_ORDER_DELETE | IDF_ORDER_SUSPEND);
    if (obeys && ordered(self, IDF_ORDER_DELETE))
        idf_task_finish(self);
    idf_kernel_lock();
    if (obeys)
        stay_suspended(self);
}

/* ---- tasks ------------------------------------------------------------------------------------ */

bool idf_core_exists(int core)
{
    unsigned cores = idf_chip.board.cores ? idf_chip.board.cores : 1;
    return core >= 0 && (unsigned)core < cores;
}

/* An unpinned task plays one core for its whole life: the one that fewer tasks play. */
static int choose_core(void)
{
    int balance = 0;
    for (unsigned i = 0; i < idf_task_slots; i++)
        if (idf_task_table[i].phase != IDF_TASK_NONE)
            balance += idf_task_table[i].core == 0 ? 1 : -1;
    return balance > 0 && idf_core_exists(1) ? 1 : 0;
}

static struct idf_task *free_record(void)
{
    for (unsigned i = 0; i < IDF_TASKS; i++)
        if (idf_task_table[i].phase == IDF_TASK_NONE)
            return &idf_task_table[i];
    return NULL;
}

struct idf_task *idf_task_claim(const char *name, unsigned priority, int core)
{
    struct idf_task *task = free_record();
    if (!task)
        return NULL;
    bool pinned = idf_core_exists(core);
    int played = pinned ? core : choose_core();
    memset(task, 0, sizeof *task);
    task->slot = (unsigned)(task - idf_task_table);
    if (task->slot >= idf_task_slots)
        idf_task_slots = task->slot + 1;
    task->serial = next_generation++ * IDF_TASKS + task->slot;
    if (name)
        strncpy(task->name, name, IDF_TASK_NAME - 1);
    task->core = played;
    task->pinned = pinned;
    task->priority = task->base_priority = priority < configMAX_PRIORITIES ? priority : configMAX_PRIORITIES - 1;
    task->phase = IDF_TASK_READY;
    return task;
}

struct idf_task *idf_task_of_handle(const void *handle)
{
    for (unsigned i = 0; handle && i < idf_task_slots; i++)
        if (idf_task_table[i].handle == handle)
            return &idf_task_table[i];
    return NULL;
}

struct idf_task *idf_task_of_serial(uint32_t serial)
{
    struct idf_task *task = &idf_task_table[serial % IDF_TASKS];
    return serial && task->serial == serial && task->handle ? task : NULL;
}

struct idf_task *idf_task_meant(const void *handle, const char *function)
{
    struct idf_task *task = handle ? idf_task_of_handle(handle) : idf_task_self();
    if (task)
        return task;
    idf_kernel_unlock(); /* nothing is printed inside */
    if (handle)
        idf_misuse(function, "%p is not the handle of a task: it was deleted, or never was one", handle);
    else
        idf_misuse(function, "NULL means the calling task, but this thread plays none");
    idf_kernel_lock();
    return NULL;
}

/* ---- time ------------------------------------------------------------------------------------- */

uint64_t idf_now(void)
{
    return idf_chip.platform ? idf_chip.platform->microseconds() : 0;
}

void idf_set_tick_rate(uint32_t hertz)
{
    tick_rate = hertz < 1 ? 1 : hertz > 1000 ? 1000 : hertz;
}

uint32_t xPortGetTickRateHz(void)
{
    return tick_rate;
}

static uint64_t ticks_since_boot(void)
{
    return idf_now() * tick_rate / 1000000;
}

TickType_t xTaskGetTickCount(void)
{
    return (TickType_t)ticks_since_boot();
}

TickType_t xTaskGetTickCountFromISR(void)
{
    return xTaskGetTickCount();
}

uint64_t idf_moment_after(uint32_t ticks)
{
    if (ticks == portMAX_DELAY)
        return IDF_NEVER;
    if (ticks == 0)
        return idf_now();
    return ((ticks_since_boot() + ticks) * 1000000 + tick_rate - 1) / tick_rate;
}

/* ---- lists of waiters ------------------------------------------------------------------------- */

static struct idf_task *of_link(uint32_t link)
{
    return link ? &idf_task_table[(link - 1) % IDF_TASKS] : NULL;
}

static uint32_t link_of(const struct idf_task *task)
{
    return task->slot + 1;
}

/* Behind all of the same or a higher priority. */
static void join(idf_waiters *list, struct idf_task *task)
{
    uint32_t *at = list;
    while (*at && of_link(*at)->priority >= task->priority)
        at = &of_link(*at)->next_waiter;
    task->next_waiter = *at;
    task->waits_in = list;
    *at = link_of(task);
}

static void quit(struct idf_task *task)
{
    if (!task->waits_in)
        return;
    uint32_t *at = task->waits_in;
    while (*at && *at != link_of(task))
        at = &of_link(*at)->next_waiter;
    if (*at)
        *at = task->next_waiter;
    task->waits_in = NULL;
}

struct idf_task *idf_first_waiter(const idf_waiters *list)
{
    return of_link(*list);
}

struct idf_task *idf_next_waiter(const struct idf_task *task)
{
    return of_link(task->next_waiter);
}

void idf_wake_task(struct idf_task *task)
{
    if (task->phase != IDF_TASK_BLOCKED)
        return;
    quit(task);
    service()->wake(task);
}

bool idf_wake_first(idf_waiters *list)
{
    struct idf_task *first = idf_first_waiter(list);
    if (!first)
        return false;
    idf_wake_task(first);
    return true;
}

void idf_wake_all(idf_waiters *list)
{
    while (idf_wake_first(list))
        continue;
}

static uint32_t milliseconds_until(uint64_t until, uint64_t now)
{
    uint64_t left = (until - now + 999) / 1000;
    return until == IDF_NEVER ? IDF_FOREVER : left < IDF_FOREVER ? (uint32_t)left : IDF_FOREVER - 1;
}

/* A thread that plays no task has nothing to be woken by: it looks again every millisecond. */
static void pause_without_task(void)
{
    idf_kernel_unlock();
    if (service())
        service()->sleep(1);
    idf_kernel_lock();
}

bool idf_wait(idf_waiters *list, uint64_t until)
{
    uint64_t now = idf_now();
    if (until <= now)
        return false;
    struct idf_task *self = idf_task_self();
    if (!self) {
        pause_without_task();
        return true;
    }
    become_blocked(self);
    if (list)
        join(list, self);
    sleep_unlocked(self, milliseconds_until(until, now));
    quit(self);
    stay_suspended(self);
    return true;
}

/* ---- refusals --------------------------------------------------------------------------------- */

_Noreturn void idf_refuse(const char *function, const char *text)
{
    char reason[160];
    snprintf(reason, sizeof reason, "assert failed: %s (%s)", function, text);
    idf_panic(reason);
}

void idf_misuse(const char *function, const char *format, ...)
{
    char text[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (idf_is_strict())
        idf_refuse(function, text);
    idf_report("%s: %s", function, text);
}
