/* The core's port for one task without interrupts: locks that do nothing, a copy by words.
 *
 * A fault ends the program with status 71: the tests that run here provoke none by accident.
 *
 * One idea: this is all that the core asks of a machine. */
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

void em_port_copy(void *to, const void *from, size_t bytes)
{
    uint32_t *out = to;
    const uint32_t *in = from;
    size_t words = bytes / sizeof *out;
    for (size_t i = 0; i < words; i++) {
        out[i] = in[i];
    }
    for (size_t i = words * sizeof *out; i < bytes; i++) {
        ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
    }
}

void em_port_fault(const struct em_fault *fault)
{
    (void)fault;
    bare_print("the core reported a fault\n");
    bare_exit(71);
}
