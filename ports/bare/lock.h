/* The core's lock on one processor: whoever holds one is not interrupted. Included once, by a port.
 *
 * Before it the port defines two functions: interrupts_off returns what interrupts_back needs. Locks
 * nest, also different ones, as long as they are given back in the reverse order.
 *
 * One idea: nobody else runs meanwhile, so the lock's words need no atomic access: word[0] counts, and
 * word[1] keeps what the interrupts were. */
#ifndef PORTS_BARE_LOCK_H
#define PORTS_BARE_LOCK_H

#include "espmem/port.h"

void em_port_lock(struct em_lock *lock)
{
    uint32_t before = interrupts_off();
    if (lock->word[0]++ == 0) {
        lock->word[1] = before;
    }
}

void em_port_unlock(struct em_lock *lock)
{
    if (--lock->word[0] == 0) {
        interrupts_back(lock->word[1]);
    }
}

#endif
