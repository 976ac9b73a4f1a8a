/* A lock that two cores share; what portMUX_TYPE is made of. Locks nest.
 *
 * Has the layout of struct em_lock (espmem/port.h), and all zero is unlocked. */
#ifndef IDF_SPINLOCK_H
#define IDF_SPINLOCK_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    uint32_t owner;
    uint32_t count;
} spinlock_t;

#define SPINLOCK_FREE         0
#define SPINLOCK_WAIT_FOREVER (-1)
#define SPINLOCK_INITIALIZER                                                                                                   \
    {                                                                                                                          \
        0, 0                                                                                                                   \
    }

void vPortEnterCritical(spinlock_t *mux);
void vPortExitCritical(spinlock_t *mux);

static inline void spinlock_initialize(spinlock_t *lock)
{
    lock->owner = SPINLOCK_FREE;
    lock->count = 0;
}

/* Waits until it has the lock, whatever the timeout says: sections are short. Always true. */
static inline bool spinlock_acquire(spinlock_t *lock, int32_t timeout)
{
    (void)timeout;
    vPortEnterCritical(lock);
    return true;
}

static inline void spinlock_release(spinlock_t *lock)
{
    vPortExitCritical(lock);
}

#ifdef __cplusplus
}
#endif
#endif
