/* The report of an access that was stopped, and of a fault the core found.
 *
 * Runs inside a signal handler or behind a damaged heap: it reads records without locks, prints into
 * its own memory and allocates nothing.
 *
 * One idea: a report names the address, then what belongs there, then who was there. */
#include "fault.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "backtrace.h"
#include "banks.h"
#include "cache.h"
#include "damage.h"
#include "diram.h"
#include "fence.h"
#include "idf/fault_text.h"
#include "panic.h"
#include "ports/linux/port.h"
#include "space.h"
#include "warnings.h"

enum { SIGNAL_STACK_BYTES = 64 * 1024 };

static struct sigaction earlier_segv, earlier_bus;
static bool started;

/* ---- accesses ------------------------------------------------------------------------------- */

/* What the chip calls it. */
static const char *cause_of(const char *kind)
{
    if (strcmp(kind, "execution") == 0)
        return "InstrFetchProhibited";
    return strcmp(kind, "write") == 0 ? "StoreProhibited" : "LoadProhibited";
}

static _Noreturn void stop_access(uintptr_t address, const void *context, const char *damage)
{
    char detail[SIM_CODE_TEXT + 96], code[SIM_CODE_TEXT];
    const char *kind = em_linux_access_kind(context);
    uintptr_t counter = em_linux_program_counter(context);
    bool jumped = strcmp(kind, "execution") == 0;
    uintptr_t place = jumped ? em_linux_return_address(context) : counter; /* of the code that is to blame */
    snprintf(detail, sizeof detail, "%s of 0x%08lx by the code at 0x%lx, %s", kind, (unsigned long)address,
             (unsigned long)place, sim_code_text(jumped ? place : place + 1, code));
    bool by_cache = sim_cache_judge(address) == SIM_CACHE_IS_OFF;
    sim_panic(&(struct sim_panic){by_cache ? SIM_CACHE_CAUSE : cause_of(kind), detail, damage, address, true, counter});
}

static const struct sigaction *earlier_for(int signal_number)
{
    return signal_number == SIGBUS ? &earlier_bus : &earlier_segv;
}

static bool had_nobody(const struct sigaction *earlier)
{
    return !(earlier->sa_flags & SA_SIGINFO) && (earlier->sa_handler == SIG_DFL || earlier->sa_handler == SIG_IGN);
}

/* Hands the signal to whoever had it before; without anybody the repeated access ends the process. */
static void pass_on(int signal_number, siginfo_t *info, void *context)
{
    const struct sigaction *earlier = earlier_for(signal_number);
    if (earlier->sa_flags & SA_SIGINFO) {
        earlier->sa_sigaction(signal_number, info, context);
    } else if (had_nobody(earlier)) {
        signal(signal_number, SIG_DFL);
        if (info->si_code <= 0) /* sent by somebody: nothing will repeat it */
            raise(signal_number);
    } else {
        earlier->sa_handler(signal_number);
    }
}

/* Whether the access can simply be repeated. */
static bool is_let_through(uintptr_t address, const void *context)
{
    const char *kind = em_linux_access_kind(context);
    uintptr_t code = em_linux_program_counter(context);
    if (sim_diram_take_over(address, strcmp(kind, "execution") == 0))
        return true;
    enum sim_cache_verdict verdict = sim_cache_judge(address);
    if (verdict != SIM_CACHE_IS_ON)
        return verdict == SIM_CACHE_WAS_WAITED_FOR;
    enum sim_passage passage = sim_banks_let_through(address, strcmp(kind, "write") == 0);
    if (passage == SIM_LET_THROUGH)
        sim_warn(kind, 0, address, code + 1);
    return passage != SIM_STAYS_OUT;
}

static void on_signal(int signal_number, siginfo_t *info, void *context)
{
    uintptr_t address = (uintptr_t)info->si_addr;
    char damage[400] = "";
    bool ours = sim_space_range_of(address) || sim_fence_holds(address);
    if (info->si_code > 0 && ours && is_let_through(address, context))
        return;
    if (info->si_code <= 0 || !(ours || had_nobody(earlier_for(signal_number)))) {
        pass_on(signal_number, info, context);
        return;
    }
    if (!ours)
        sim_damage_describe(damage, sizeof damage);
    stop_access(address, context, damage);
}

/* ---- other ends ----------------------------------------------------------------------------- */

/* Signals that a program only gets for what is a panic on the chip. */
static const struct {
    int number;
    const char *cause;
} fatal_signals[] = {{SIGABRT, "abort"}, {SIGFPE, "IntegerDivideByZero"}, {SIGILL, "IllegalInstruction"}};

static void on_fatal_signal(int signal_number, siginfo_t *info, void *context)
{
    char detail[SIM_CODE_TEXT + 64], code[SIM_CODE_TEXT];
    (void)info;
    uintptr_t counter = em_linux_program_counter(context), caller = counter;
    if (signal_number == SIGABRT && sim_backtrace_of_program())
        caller = sim_backtrace_of_program();
    const char *where = sim_code_text(caller == counter ? caller + 1 : caller, code);
    snprintf(detail, sizeof detail, signal_number == SIGABRT ? "abort() was called at PC 0x%08lx, %s" : "at PC 0x%08lx, %s",
             (unsigned long)caller, where);
    for (size_t i = 0; i < sizeof fatal_signals / sizeof fatal_signals[0]; i++)
        if (fatal_signals[i].number == signal_number)
            sim_panic(&(struct sim_panic){.cause = fatal_signals[i].cause, .detail = detail, .code = caller});
}

/* Only where nobody else wants them. */
static void take_fatal_signals(void)
{
    struct sigaction earlier;
    struct sigaction action = {.sa_sigaction = on_fatal_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof fatal_signals / sizeof fatal_signals[0]; i++)
        if (sigaction(fatal_signals[i].number, NULL, &earlier) == 0 && earlier.sa_handler == SIG_DFL)
            sigaction(fatal_signals[i].number, &action, NULL);
}

/* ---- faults of the core --------------------------------------------------------------------- */

static _Thread_local uintptr_t fault_subject;

static void print_fault(const struct em_fault *fault)
{
    idf_fault_print(fault);
    fault_subject = fault->block ? fault->block : fault->address;
}

/* The port's line is the panic's own here. */
static void keep_report(const char *line)
{
    (void)line;
}

static void stop_fault(const char *reason)
{
    sim_panic(&(struct sim_panic){"CorruptHeap", reason, NULL, fault_subject, true, (uintptr_t)__builtin_return_address(0)});
}

static const struct em_linux_fault_handling core_faults = {.print = print_fault, .report = keep_report, .stop = stop_fault};

/* ---- set-up --------------------------------------------------------------------------------- */

void sim_faults_enter_thread(void)
{
    stack_t old;
    if (sigaltstack(NULL, &old) == 0 && !(old.ss_flags & SS_DISABLE))
        return; /* a sanitizer or the program has given one */
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *memory = mmap(NULL, SIGNAL_STACK_BYTES, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED)
        return; /* faults are handled on the ordinary stack then */
    stack_t stack = {.ss_sp = memory, .ss_size = SIGNAL_STACK_BYTES};
    sigaltstack(&stack, NULL);
}

void sim_faults_leave_thread(void)
{
    stack_t old;
    if (sigaltstack(NULL, &old) != 0 || (old.ss_flags & SS_DISABLE) || old.ss_size != SIGNAL_STACK_BYTES)
        return;
    stack_t none = {.ss_flags = SS_DISABLE};
    if (sigaltstack(&none, NULL) == 0)
        munmap(old.ss_sp, SIGNAL_STACK_BYTES);
}

void sim_faults_start(void)
{
    em_linux_handle_faults(&core_faults);
    if (started)
        return;
    started = true;
    sim_faults_enter_thread();
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &earlier_segv);
    sigaction(SIGBUS, &action, &earlier_bus);
    take_fatal_signals();
}
