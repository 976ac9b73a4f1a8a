/* The functions that a compiler calls before each access, in code compiled with access checks.
 *
 * Their names are those of the kernel's address sanitizer in gcc and clang; neither brings them. Never
 * compiled with checks itself.
 *
 * One idea: whoever passes the two comparisons here pays nothing else: an address above all of a chip's,
 * and a page without a rule. */
#include "check.h"

extern const char sim_checks_accesses[];
const char sim_checks_accesses[] = "access checks";

#define LIKELY(condition) __builtin_expect(!!(condition), 1)

static inline __attribute__((always_inline)) void check(uintptr_t address, size_t bytes, bool write, const void *code)
{
    if (LIKELY((uint64_t)address >> 32))
        return;
    unsigned rules = __atomic_load_n(&sim_check_rules[address >> SIM_CHECK_PAGE_BITS], __ATOMIC_RELAXED);
    if (LIKELY(rules == 0))
        return;
    if (rules == SIM_CHECK_WORDS && bytes % 4 == 0 && address % 4 == 0)
        return;
    sim_check_closer(address, bytes, write, (uintptr_t)code);
}

#define ACCESS(bytes)                                                                                                          \
    void __asan_load##bytes##_noabort(uintptr_t address);                                                                      \
    void __asan_store##bytes##_noabort(uintptr_t address);                                                                     \
    void __asan_load##bytes##_noabort(uintptr_t address)                                                                       \
    {                                                                                                                          \
        check(address, bytes, false, __builtin_return_address(0));                                                             \
    }                                                                                                                          \
    void __asan_store##bytes##_noabort(uintptr_t address)                                                                      \
    {                                                                                                                          \
        check(address, bytes, true, __builtin_return_address(0));                                                              \
    }

ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)

void __asan_loadN_noabort(uintptr_t address, size_t bytes);
void __asan_storeN_noabort(uintptr_t address, size_t bytes);
void __asan_handle_no_return(void);
void __asan_before_dynamic_init(const char *module);
void __asan_after_dynamic_init(void);

/* Of other sizes; a span may begin in a page without a rule. */
static void check_span(uintptr_t address, size_t bytes, bool write, const void *code)
{
    if (!((uint64_t)address >> 32))
        sim_check_closer(address, bytes, write, (uintptr_t)code);
}

void __asan_loadN_noabort(uintptr_t address, size_t bytes)
{
    check_span(address, bytes, false, __builtin_return_address(0));
}

void __asan_storeN_noabort(uintptr_t address, size_t bytes)
{
    check_span(address, bytes, true, __builtin_return_address(0));
}

/* There is no stack whose marks would have to go. */
void __asan_handle_no_return(void)
{
}

/* Nor is the order watched in which the objects of C++ begin. */
void __asan_before_dynamic_init(const char *module)
{
    (void)module;
}

void __asan_after_dynamic_init(void)
{
}
