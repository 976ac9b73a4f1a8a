/* Threads that play tasks, on pthreads and futexes.
 *
 * Knows no heap: pthread's own memory comes from libc, which costs the chip nothing.
 *
 * One idea: see threads.h. Waiting and waking is one word a task, in an array by slot, so a wake for a
 * task that has ended meets a word that nobody reads. */
#include "threads.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"
#include "idf/freertos.h"
#include "platform.h"

enum { STACK_BYTES = 1 << 20 };

struct start {
    struct idf_task *task;
    void (*enter)(struct idf_task *task);
};

static struct start starts[IDF_TASKS]; /* by slot; read by the new thread before its task can end */
static uint32_t woken[IDF_TASKS];      /* by slot; 1: a wake is waiting */
static uint32_t living;                /* threads started and not ended */

static _Thread_local struct idf_task *current_task;
static _Thread_local jmp_buf *beginning;

static void sleep_on(uint32_t *word, uint32_t value, const struct timespec *time)
{
    /* Woken, too late, interrupted or over time: every caller looks again by itself. */
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, time, NULL, 0);
}

static void wake_all(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void sim_threads_run(void (*body)(void))
{
    jmp_buf here;
    beginning = &here;
    if (setjmp(here) == 0)
        body();
    beginning = NULL;
}

static _Thread_local struct start own_start;

static void play(void)
{
    own_start.enter(own_start.task);
}

static void *thread_main(void *argument)
{
    own_start = *(const struct start *)argument;
    pthread_setname_np(pthread_self(), own_start.task->name);
    sim_faults_enter_thread();
    sim_threads_run(play);
    sim_faults_leave_thread();
    __atomic_sub_fetch(&living, 1, __ATOMIC_ACQ_REL);
    wake_all(&living);
    return NULL;
}

static bool start_thread(struct idf_task *task, void (*enter)(struct idf_task *task))
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    starts[task->slot] = (struct start){task, enter};
    __atomic_store_n(&woken[task->slot], 0, __ATOMIC_RELAXED);
    __atomic_add_fetch(&living, 1, __ATOMIC_ACQ_REL);
    pthread_t thread;
    bool started = pthread_create(&thread, &attributes, thread_main, &starts[task->slot]) == 0;
    pthread_attr_destroy(&attributes);
    if (!started)
        __atomic_sub_fetch(&living, 1, __ATOMIC_ACQ_REL);
    return started;
}

static struct idf_task *get_current(void)
{
    return current_task;
}

static void set_current(struct idf_task *task)
{
    current_task = task;
}

static __attribute__((noreturn)) void leave(void)
{
    if (beginning)
        longjmp(*beginning, 1);
    /* The host's first thread in a program that has a main() of its own: the others go on. */
    sim_threads_wait_for_all();
    sim_end_program();
}

static unsigned core_of_others(void)
{
    return 0;
}

static struct timespec span_of(uint32_t milliseconds)
{
    return (struct timespec){(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};
}

static void sleep_for(uint32_t milliseconds)
{
    struct timespec left = span_of(milliseconds);
    while (nanosleep(&left, &left) == -1 && errno == EINTR)
        continue;
}

static void yield(void)
{
    sched_yield();
}

static void wait_for_wake(struct idf_task *task, uint32_t milliseconds)
{
    uint32_t *word = &woken[task->slot];
    if (__atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE))
        return;
    struct timespec time = span_of(milliseconds);
    sleep_on(word, 0, milliseconds == IDF_FOREVER ? NULL : &time);
    __atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE);
}

static void wake(struct idf_task *task)
{
    uint32_t *word = &woken[task->slot];
    if (__atomic_exchange_n(word, 1, __ATOMIC_RELEASE) == 0)
        wake_all(word);
}

const struct idf_task_service sim_threads = {
    .start = start_thread,
    .current = get_current,
    .set_current = set_current,
    .leave = leave,
    .core = core_of_others,
    .sleep = sleep_for,
    .yield = yield,
    .wait = wait_for_wake,
    .wake = wake,
};

/* The timer task is the chip's own and never ends: it counts only while a timer runs. That changes
 * without a word to us, so with one thread left we look again from time to time. */
void sim_threads_wait_for_all(void)
{
    struct timespec pause = span_of(20);
    for (;;) {
        uint32_t count = __atomic_load_n(&living, __ATOMIC_ACQUIRE);
        if (count == 0 || (count == 1 && idf_timers_idle()))
            return;
        sleep_on(&living, count, count == 1 ? &pause : NULL);
    }
}

void sim_threads_child_forked(void)
{
    __atomic_store_n(&living, own_start.task ? 1 : 0, __ATOMIC_RELEASE);
}
