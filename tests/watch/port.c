/* See port.h. */
#include "port.h"

#include <stdlib.h>
#include <string.h>

unsigned test_locks_held, test_locks_taken, test_faults;
struct em_fault test_last_fault;

void em_port_lock(struct em_lock *lock)
{
    lock->word[0]++;
    test_locks_held++;
    test_locks_taken++;
}

void em_port_unlock(struct em_lock *lock)
{
    if (lock->word[0] == 0)
        abort(); /* given back more often than taken */
    lock->word[0]--;
    test_locks_held--;
}

void em_port_copy(void *to, const void *from, size_t bytes)
{
    if (test_locks_held > 0)
        abort(); /* no lock is held over a copy */
    memcpy(to, from, bytes);
}

void em_port_fault(const struct em_fault *fault)
{
    test_faults++;
    test_last_fault = *fault;
}
