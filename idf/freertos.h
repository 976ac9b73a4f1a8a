/* FreeRTOS on the running chip: what a platform (sim/) and the parts of idf/ need to know of tasks.
 *
 * Firmware sees include/idf/freertos/ instead. Knows no operating system: threads come through
 * struct idf_task_service.
 *
 * One idea: a task has two halves. What the chip's heap holds of it (stack and control block) has the
 * chip's sizes and is only charged for; what runs it lies in a fixed table outside the chip's memory. */
#ifndef IDF_FREERTOS_H
#define IDF_FREERTOS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IDF_TASKS = 256,        /* records; a further xTaskCreate fails as if memory were short */
    IDF_TASK_NAME = 16,     /* with the final zero */
    IDF_TASK_BLOCK = 364,   /* bytes of a task's control block on the chip */
    IDF_NOTIFICATIONS = 16, /* for each task */
    IDF_THREAD_LOCALS = 16, /* for each task */
};

enum idf_task_phase {
    IDF_TASK_NONE,    /* the record is free */
    IDF_TASK_READY,   /* runs, as far as the host lets it */
    IDF_TASK_BLOCKED, /* inside a wait */
    IDF_TASK_ENDED,   /* deleted; its thread has not left yet, its memory is back */
};

/* Asked of a task by others; it obeys at its next FreeRTOS call. */
enum idf_task_order { IDF_ORDER_DELETE = 1, IDF_ORDER_SUSPEND = 2 };

enum idf_notice { IDF_NOTICE_NONE, IDF_NOTICE_WAITED_FOR, IDF_NOTICE_PENDING };

/* The head of a list of waiting tasks: slot + 1 of the first, 0 for none. Lies wherever its object does. */
typedef uint32_t idf_waiters;

/* All fields but those marked are guarded by the kernel's lock; `constant` ones are while the task lives. */
struct idf_task {
    unsigned slot;            /* place in the table, constant for ever */
    uint32_t serial;          /* constant; of all tasks since boot no two have the same */
    void *handle;             /* constant; the control block's address, NULL once deleted */
    void *stack;              /* constant; on the chip's heap, unused by the host */
    uint32_t stack_bytes;     /* constant */
    bool owns_memory;         /* constant; stack and control block go back at deletion */
    char name[IDF_TASK_NAME]; /* constant */
    void (*function)(void *);
    void *parameter;
    int core;    /* constant; the core that it plays */
    bool pinned; /* constant */
    unsigned priority, base_priority, mutexes_held;
    enum idf_task_phase phase;
    atomic_uint orders;       /* of enum idf_task_order; suspended for as long as that is set */
    bool has_thread;          /* constant; a stand-in has none */
    unsigned critical;        /* only its own thread's: critical sections entered and not left */
    unsigned scheduler_holds; /* vTaskSuspendAll not yet resumed */

    idf_waiters *waits_in;            /* the list that it is in, or NULL */
    uint32_t next_waiter;             /* slot + 1 */
    uint32_t wanted_bits, wait_flags; /* of an event group's waiter; wanted_bits: the result, once it is there */

    uint32_t notified[IDF_NOTIFICATIONS];
    unsigned char notice[IDF_NOTIFICATIONS];
    void *thread_local_value[IDF_THREAD_LOCALS];
    void (*thread_local_end[IDF_THREAD_LOCALS])(int index, void *value);
};

/* ---- for the platform ------------------------------------------------------------------------- */

/* Makes the calling thread the task that plays `name`. charged: stack and control block come from the
 * chip's heap as for xTaskCreate; else they cost it nothing. False iff the table or the heap is full. */
bool idf_task_adopt(const char *name, unsigned priority, int core, uint32_t stack_bytes, bool charged);

/* A task that is only there: it takes its memory, has a handle and a name, and never runs. For what the
 * chip starts by itself. False iff the table or the heap is full. */
bool idf_task_stand_in(const char *name, unsigned priority, int core, uint32_t stack_bytes);

/* Ends the calling thread's task as vTaskDelete(NULL) does, but returns: the thread goes on without. */
void idf_task_abandon(void);

/* Deletes all tasks but the caller's and waits until their threads have left. Returns how many have not
 * after `milliseconds`: those that make no FreeRTOS call. 0 is success. */
unsigned idf_tasks_end(uint32_t milliseconds);

/* Starts the task that runs software timers, charged or not as above; without this the first timer does,
 * uncharged. False iff there is no room for it. Once. */
bool idf_timers_start(bool charged);

/* Whether that task is there and has nothing to do: no timer runs, no call is pending. It never ends by
 * itself, so a program whose other tasks have all ended is over then. */
bool idf_timers_idle(void);

/* Ticks a second, 1…1000: what the program's CONFIG_FREERTOS_HZ says. 100 until set. Before any task. */
void idf_set_tick_rate(uint32_t hertz);

#endif
