/* The platform that a replay gives to the chip. See capture.h. */
#include "tool/golden/capture.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "esp_heap_caps.h"
#include "idf/chip.h"
#include "idf/fault_text.h"
#include "ports/linux/port.h"
#include "tool/golden/memory.h"

/* One replay at a time: signals and the port's hooks have no argument to carry a pointer. */
static struct {
    struct golden_text *console, *calls;
    sigjmp_buf back;
    volatile sig_atomic_t performing; /* `back` may be jumped to */
    uint32_t cycles;
    struct sigaction old_segv, old_bus;
} capture;

static __attribute__((noreturn)) void jump_back(enum golden_ending ending)
{
    if (!capture.performing)
        abort(); /* nobody performs anything: the tool itself is wrong */
    capture.performing = 0;
    siglongjmp(capture.back, (int)ending);
}

/* A recording's clock stands still; its cycle counter must not. */
static uint32_t milliseconds(void)
{
    return 0;
}

static uint64_t microseconds(void)
{
    return 0;
}

static uint32_t cycles(void)
{
    return capture.cycles += 0x100;
}

static void console(const char *text, size_t length)
{
    if (capture.console)
        golden_text_add(capture.console, text, length);
}

/* What espmem itself has to say is no part of a recording. */
static void report(const char *text, size_t length)
{
    (void)text;
    (void)length;
}

static __attribute__((noreturn)) void panic(const char *reason)
{
    (void)reason;
    jump_back(GOLDEN_ABORTED);
}

static __attribute__((noreturn)) void restart(void)
{
    jump_back(GOLDEN_ABORTED);
}

static void port_report(const char *line)
{
    (void)line;
}

static void port_stop(const char *reason)
{
    panic(reason);
}

static const struct em_linux_fault_handling port_faults = {.print = idf_fault_print, .report = port_report, .stop = port_stop};

static void *host_memory(size_t bytes)
{
    return malloc(bytes);
}

static struct idf_platform platform = {
    .milliseconds = milliseconds,
    .microseconds = microseconds,
    .cycles = cycles,
    .console = console,
    .report = report,
    .panic = panic,
    .restart = restart,
    .is_memory = golden_memory_is_chip,
    .host_memory = host_memory,
};

static void on_signal(int number)
{
    if (capture.performing)
        jump_back(GOLDEN_CRASHED);
    signal(number, SIG_DFL); /* the tool's own fault: it comes again at once, and kills */
}

static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &capture.old_segv);
    sigaction(SIGBUS, &action, &capture.old_bus);
}

const struct idf_platform *golden_capture_open(struct golden_text *console_text, struct golden_text *calls,
                                               struct em_bank_mmu *mmu)
{
    golden_capture_close();
    capture.console = console_text;
    capture.calls = calls;
    platform.bank_mmu = mmu;
    em_linux_handle_faults(&port_faults);
    take_signals();
    return &platform;
}

void golden_capture_close(void)
{
    if (!capture.console)
        return;
    em_linux_handle_faults(NULL);
    sigaction(SIGSEGV, &capture.old_segv, NULL);
    sigaction(SIGBUS, &capture.old_bus, NULL);
    capture.console = NULL;
    capture.calls = NULL;
}

static void on_failure(size_t size, uint32_t caps, const char *function)
{
    if (capture.calls)
        golden_text_print(capture.calls, "%" PRIu64 " 0x%" PRIx32 " %s\n", (uint64_t)size, caps, function);
}

void golden_capture_tasks(const struct idf_task_service *tasks)
{
    platform.tasks = tasks;
}

void golden_capture_failures(void)
{
    heap_caps_register_failed_alloc_callback(on_failure);
}

enum golden_ending golden_capture_run(void (*act)(void *context), void *context)
{
    /* The values are those of enum golden_ending; 0 is the way in. */
    int ending = sigsetjmp(capture.back, 0);
    if (ending != GOLDEN_ENDED)
        return (enum golden_ending)ending;
    capture.performing = 1;
    act(context);
    capture.performing = 0;
    return GOLDEN_ENDED;
}
