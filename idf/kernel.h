/* What the files of idf/ that play FreeRTOS share: one lock, waiting and waking, and refusals.
 *
 * Knows the task's record and the task service; nothing of queues or other objects.
 *
 * One idea: a single lock guards every task and object, and no thread ever sleeps while it holds it. So
 * whoever deletes a blocked task can take it out of whatever it waits in, and have its memory back. */
#ifndef IDF_KERNEL_H
#define IDF_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "idf/freertos.h"

#define IDF_NEVER UINT64_MAX /* a moment that does not come */

/* ---- the lock --------------------------------------------------------------------------------- */

/* Obeys what others have ordered of the calling task (it may not return), then locks. Every function
 * that a task may be stopped in begins so. */
void idf_kernel_enter(void);
/* Only locks: for interrupts, and where a task must not stop. Does not nest. */
void idf_kernel_lock(void);
void idf_kernel_unlock(void);

/* ---- tasks ------------------------------------------------------------------------------------ */

struct idf_task *idf_task_self(void); /* NULL in a thread that plays none */

/* With the lock held. NULL iff there is no such live task. */
struct idf_task *idf_task_of_handle(const void *handle);
struct idf_task *idf_task_of_serial(uint32_t serial);

/* With the lock held: the task that a public function means, NULL being the caller. A handle that is no
 * live task's is reported on behalf of `function` (the lock is given back meanwhile), and the result is NULL. */
struct idf_task *idf_task_meant(const void *handle, const char *function);

/* The records, for those who walk them with the lock held, and how many have ever been used. */
extern struct idf_task idf_task_table[IDF_TASKS];
extern unsigned idf_task_slots;

/* With the lock held: a free record, set up but for what makes it run; NULL iff there is none. */
struct idf_task *idf_task_claim(const char *name, unsigned priority, int core);
/* With the lock held: whether this is a core of the running chip. */
bool idf_core_exists(int core);

/* Starts a task that costs the chip's heap nothing; NULL iff the host or the table has no room. */
struct idf_task *idf_task_start_uncharged(const char *name, unsigned priority, void (*function)(void *));

/* Ends the calling task's life: its memory goes back and its thread leaves. Without the lock. */
_Noreturn void idf_task_finish(struct idf_task *self);
/* The same, but the thread stays. */
void idf_task_dismiss(struct idf_task *self);

/* ---- waiting ---------------------------------------------------------------------------------- */

/* When the n-th tick from now begins; now for 0, IDF_NEVER for portMAX_DELAY. */
uint64_t idf_moment_after(uint32_t ticks);
uint64_t idf_now(void); /* microseconds since boot */

/* With the lock held, which is given back meanwhile: waits in the list (NULL: in none) until it is woken
 * or `until` has come. False, without waiting, iff it has come already: so callers try, wait and try
 * again until false. A task that is deleted meanwhile does not return. */
bool idf_wait(idf_waiters *list, uint64_t until);

/* With the lock held: the longest waiting of the highest priority goes on; false iff nobody waits. */
bool idf_wake_first(idf_waiters *list);
void idf_wake_all(idf_waiters *list);
void idf_wake_task(struct idf_task *task);                  /* wherever it waits; nothing if it does not */
struct idf_task *idf_first_waiter(const idf_waiters *list); /* NULL: none */
struct idf_task *idf_next_waiter(const struct idf_task *task);

/* ---- refusals --------------------------------------------------------------------------------- */

/* What ESP-IDF asserts: stops the program with `assert failed: function (text)`. Without the lock. */
_Noreturn void idf_refuse(const char *function, const char *text);

/* What the chip would let pass and get wrong: reported, and stops the program in manner strict. The lock
 * must not be held. */
void idf_misuse(const char *function, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
