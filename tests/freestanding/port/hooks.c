/* The core's port for one task without interrupts: locks that do nothing. The copy is that of all bare ports.
 *
 * A fault ends the program with status 71: the tests that run here provoke none by accident.
 *
 * One idea: this and a copy is all that the core asks of a machine. */
#include "bare.h"
#include "espmem/port.h"

void em_port_lock(struct em_lock *lock)
{
    (void)lock;
}

void em_port_unlock(struct em_lock *lock)
{
    (void)lock;
}

void em_port_fault(const struct em_fault *fault)
{
    (void)fault;
    bare_print("the core reported a fault\n");
    bare_exit(71);
}
