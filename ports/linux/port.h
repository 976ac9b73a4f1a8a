/* What the Linux port offers beyond include/espmem/port.h: who is asked when something is wrong.
 *
 * The port itself knows no chip and no program; a simulator that does tells it here.
 *
 * One idea: the port writes one report, and optional functions add what they know and decide how
 * the program ends. */
#ifndef PORTS_LINUX_PORT_H
#define PORTS_LINUX_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "espmem/port.h"

/* Each function may be NULL. They are called outside every lock of the core, from whichever thread
 * met the fault, and must not allocate. */
struct em_linux_fault_handling {
    /* Told first: for what the machine itself would show. */
    void (*print)(const struct em_fault *fault);
    /* Writes at most `room` bytes, terminated, of what is known of the address; "" if nothing is. */
    void (*describe)(const struct em_fault *fault, char *text, size_t room);
    /* Gets the report, one line without its end, instead of stderr. */
    void (*report)(const char *line);
    /* Told after the report is out; stops the program, jumps away, or returns: then abort(). */
    void (*stop)(const char *reason);
};

/* Replaces the handling; a NULL pointer restores the port's own. The struct stays the caller's. Not
 * to be called while faults may happen. */
void em_linux_handle_faults(const struct em_linux_fault_handling *handling);

/* Writes one line into `text` (cut to `room`, terminated) that says what the fault is. */
void em_linux_fault_text(const struct em_fault *fault, char *text, size_t room);

/* Of the access that caused a signal, from the third argument of its handler: "read", "write",
 * "execution", or "access" where the processor does not tell; and where its code stands, 0 if that is not known. */
const char *em_linux_access_kind(const void *context);
uintptr_t em_linux_program_counter(const void *context);
/* Of an "execution": where the code that could not be executed would have returned to; 0 if not known. */
uintptr_t em_linux_return_address(const void *context);

#endif
