/* What a signal's context tells of the access that caused it, on the processors that we know.
 *
 * Knows no chip. One idea: the one place that differs by the host's processor. */
#include <ucontext.h>

#include "ports/linux/port.h"

#if defined(__x86_64__)
enum { PROGRAM_COUNTER = REG_RIP, STACK_POINTER = REG_RSP, PAGE_FAULT_CODE = REG_ERR, WROTE = 2, FETCHED = 16 };
#elif defined(__i386__)
enum { PROGRAM_COUNTER = REG_EIP, STACK_POINTER = REG_ESP, PAGE_FAULT_CODE = REG_ERR, WROTE = 2, FETCHED = 16 };
#endif

#if defined(__x86_64__) || defined(__i386__)

const char *em_linux_access_kind(const void *context)
{
    const ucontext_t *state = context;
    unsigned long code = (unsigned long)state->uc_mcontext.gregs[PAGE_FAULT_CODE];
    return code & FETCHED ? "execution" : code & WROTE ? "write" : "read";
}

uintptr_t em_linux_program_counter(const void *context)
{
    const ucontext_t *state = context;
    return (uintptr_t)state->uc_mcontext.gregs[PROGRAM_COUNTER];
}

uintptr_t em_linux_return_address(const void *context)
{
    const ucontext_t *state = context;
    return *(const uintptr_t *)state->uc_mcontext.gregs[STACK_POINTER];
}

#else

uintptr_t em_linux_return_address(const void *context)
{
    (void)context;
    return 0;
}

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
