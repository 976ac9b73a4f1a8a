/* What a signal's context tells of the access that caused it, on the processors that we know.
 *
 * Knows no chip. One idea: the one place that differs by the host's processor. */
#include <ucontext.h>

#include "ports/linux/port.h"

#if defined(__x86_64__)
enum { PROGRAM_COUNTER = REG_RIP, PAGE_FAULT_CODE = REG_ERR, WROTE = 2 };
#elif defined(__i386__)
enum { PROGRAM_COUNTER = REG_EIP, PAGE_FAULT_CODE = REG_ERR, WROTE = 2 };
#endif

#if defined(__x86_64__) || defined(__i386__)

const char *em_linux_access_kind(const void *context)
{
    const ucontext_t *state = context;
    return state->uc_mcontext.gregs[PAGE_FAULT_CODE] & WROTE ? "write" : "read";
}

uintptr_t em_linux_program_counter(const void *context)
{
    const ucontext_t *state = context;
    return (uintptr_t)state->uc_mcontext.gregs[PROGRAM_COUNTER];
}

#else

const char *em_linux_access_kind(const void *context)
{
    (void)context;
    return "access";
}

uintptr_t em_linux_program_counter(const void *context)
{
    (void)context;
    return 0;
}

#endif
