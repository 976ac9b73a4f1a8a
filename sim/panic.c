/* See panic.h. Allocates nothing and takes no lock but those of the heaps it looks into.
 *
 * One idea: the first line goes out before anything is looked at, since a look may fail. */
#include "panic.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backtrace.h"
#include "cache.h"
#include "espmem/sim.h"
#include "idf/chip.h"
#include "idf/freertos.h"
#include "place.h"
#include "platform.h"

/* Empty, and not to be left out: a breakpoint may stand here. */
__attribute__((weak, noinline)) void espmem_panic_hook(const char *cause)
{
    __asm__ volatile("" : : "r"(cause) : "memory");
}

static pid_t this_thread(void)
{
    return (pid_t)syscall(SYS_gettid);
}

/* One thread tells; the others' panics are lost with them. */
static void become_the_only_one(void)
{
    static pid_t first;
    pid_t nobody = 0, self = this_thread();
    if (__atomic_compare_exchange_n(&first, &nobody, self, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return;
    if (nobody == self)
        _exit(SIM_EXIT_PANIC); /* something that the report looked at is broken */
    for (;;)
        pause();
}

/* A tracer is told also of a signal that the program ignores; without one it does nothing. */
static void let_debugger_stop(const char *cause)
{
    struct sigaction earlier, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGTRAP, NULL, &earlier);
    if (!(earlier.sa_flags & SA_SIGINFO) && (earlier.sa_handler == SIG_DFL || earlier.sa_handler == SIG_IGN)) {
        sigaction(SIGTRAP, &ignore, NULL);
        raise(SIGTRAP);
    }
    espmem_panic_hook(cause);
}

static const struct idf_task *current_task(void)
{
    const struct idf_platform *platform = idf_chip.platform;
    return platform && platform->tasks ? platform->tasks->current() : NULL;
}

static void print_first_line(const struct sim_panic *panic, int core)
{
    char line[768];
    int length =
        snprintf(line, sizeof line - 1, "Guru Meditation Error: Core %d panic'ed (%s). %s", core, panic->cause, panic->detail);
    size_t end = length < 0 ? 0 : (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
    line[end] = '\n';
    sim_write_report(line, end + 1);
}

static void print_place(uintptr_t address)
{
    char known[448];
    sim_cache_enable(true); /* what is to be looked at may be behind it */
    sim_place_describe(address, known, sizeof known);
    sim_say("0x%08lx: %s", (unsigned long)address, known);
}

_Noreturn void sim_panic(const struct sim_panic *panic)
{
    become_the_only_one();
    sim_hold_console();
    const struct idf_task *task = current_task();
    let_debugger_stop(panic->cause);
    print_first_line(panic, task ? task->core : 0);
    sim_say("task %s, board %s, manner %s", task ? task->name : "none", idf_chip.board.name,
            idf_chip.board.manner == EM_MANNER_STRICT ? "strict" : "chip");
    sim_backtrace_print(panic->code);
    if (panic->has_address)
        print_place(panic->address);
    if (panic->more && panic->more[0])
        sim_say("%s", panic->more);
    sim_die(SIM_EXIT_PANIC);
}
