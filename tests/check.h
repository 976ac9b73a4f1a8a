/* How a test program says what it found.
 *
 *     TEST(free_merges_both_neighbours)
 *     {
 *         CHECK(merged);
 *         CHECK_EQ(size, 64);
 *     }
 *     CHECK_MAIN
 *
 * Every TEST of the file is run, in order, or those whose name contains the program's argument. Each
 * prints `ok NAME` or `FAIL NAME: where: what`; the last line is `cases N failed M`. The first check
 * that fails ends its case; one that fails in another thread is noted and that thread goes on.
 *
 * Knows nothing of what is tested. One idea: a test registers itself, so none can be forgotten. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct check_case {
    const char *name;
    void (*run)(void);
    struct check_case *next;
};

static struct check_case *check_first, **check_last = &check_first;
static const char *check_running;
static bool check_failed; /* set by any thread */
static jmp_buf check_end;
static __thread bool check_may_end; /* only the thread that runs the cases can leave one */

#define TEST(test)                                                                                                             \
    static void test(void);                                                                                                    \
    __attribute__((constructor)) static void check_add_##test(void)                                                            \
    {                                                                                                                          \
        static struct check_case one = {#test, test, NULL};                                                                    \
        *check_last = &one;                                                                                                    \
        check_last = &one.next;                                                                                                \
    }                                                                                                                          \
    static void test(void)

#define CHECK(condition) ((condition) ? (void)0 : check_fail(__FILE__, __LINE__, "%s", #condition))
/* Integers of any size; both values are shown. */
#define CHECK_EQ(got, wanted)  check_equal(__FILE__, __LINE__, #got, (intmax_t)(got), (intmax_t)(wanted))
#define CHECK_PTR(got, wanted) check_equal(__FILE__, __LINE__, #got, (intmax_t)(uintptr_t)(got), (intmax_t)(uintptr_t)(wanted))
#define CHECK_STR(got, wanted) check_same_text(__FILE__, __LINE__, #got, got, wanted)

__attribute__((format(printf, 3, 4))) static inline void check_fail(const char *file, int line, const char *format, ...)
{
    char what[400];
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    __builtin_va_end(arguments);
    __atomic_store_n(&check_failed, true, __ATOMIC_SEQ_CST);
    printf("FAIL %s: %s:%d: %s\n", check_running, file, line, what);
    if (check_may_end)
        longjmp(check_end, 1);
}

static inline void check_equal(const char *file, int line, const char *what, intmax_t got, intmax_t wanted)
{
    if (got != wanted)
        check_fail(file, line, "%s is %" PRIdMAX " (0x%" PRIxMAX "), not %" PRIdMAX " (0x%" PRIxMAX ")", what, got,
                   (uintmax_t)got, wanted, (uintmax_t)wanted);
}

static inline void check_same_text(const char *file, int line, const char *what, const char *got, const char *wanted)
{
    if (!got || strcmp(got, wanted) != 0)
        check_fail(file, line, "%s is \"%s\", not \"%s\"", what, got ? got : "(NULL)", wanted);
}

/* Runs the cases whose names contain `filter` (NULL: all); what main returns. */
static inline int check_run(const char *filter)
{
    static int cases, failed; /* static: a longjmp leaves them alone */
    static struct check_case *one;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (one = check_first; one; one = one->next) {
        if (filter && !strstr(one->name, filter))
            continue;
        check_running = one->name;
        __atomic_store_n(&check_failed, false, __ATOMIC_SEQ_CST);
        check_may_end = true;
        if (setjmp(check_end) == 0)
            one->run();
        check_may_end = false;
        cases++;
        if (__atomic_load_n(&check_failed, __ATOMIC_SEQ_CST))
            failed++;
        else
            printf("ok %s\n", one->name);
    }
    printf("cases %d failed %d\n", cases, failed);
    return failed || cases == 0;
}

#define CHECK_MAIN                                                                                                             \
    int main(int count, char **arguments)                                                                                      \
    {                                                                                                                          \
        return check_run(count > 1 ? arguments[1] : NULL);                                                                     \
    }

#endif
