/* The end of a program by something wrong, in the form of the chip's panic. */
#ifndef SIM_PANIC_H
#define SIM_PANIC_H

#include <stdbool.h>
#include <stdint.h>

struct sim_panic {
    const char *cause;  /* the chip's word for it, as LoadStoreError */
    const char *detail; /* the rest of the first line: what was done, where */
    const char *more;   /* one more sentence, or NULL */
    uintptr_t address;  /* what it was done to, if has_address */
    bool has_address;
    uintptr_t code; /* the code that did it: the backtrace begins there. 0: with whoever called */
};

/* Stops the program: `Guru Meditation Error: Core N panic'ed (CAUSE). DETAIL`, then what the address belongs
 * to, the task, the manner and the backtrace, on stderr; exit status 3. Calls espmem_panic_hook first, and
 * a debugger stops before. May be called in a signal handler and with a damaged heap; whoever panics while
 * another does waits for the end; a panic inside a panic ends at once. */
_Noreturn void sim_panic(const struct sim_panic *panic);

#endif
