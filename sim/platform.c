/* Clock, console, reports and the ways a program ends, on Linux.
 *
 * One idea: see platform.h. */
#include "platform.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "banks.h"
#include "cache.h"
#include "check.h"
#include "panic.h"
#include "space.h"
#include "symbols.h"
#include "threads.h"

enum { CYCLES_PER_MICROSECOND = 160 };

static uint64_t boot_nanoseconds;

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t microseconds(void)
{
    return (nanoseconds() - boot_nanoseconds) / 1000;
}

static uint32_t milliseconds(void)
{
    return (uint32_t)(microseconds() / 1000);
}

static uint32_t cycles(void)
{
    return (uint32_t)((nanoseconds() - boot_nanoseconds) * CYCLES_PER_MICROSECOND / 1000);
}

static void console(const char *text, size_t length)
{
    fwrite(text, 1, length, stdout);
}

void sim_write_report(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written <= 0)
            return; /* nobody listens */
        text += written;
        length -= (size_t)written;
    }
}

__attribute__((format(printf, 1, 0))) static void say_list(const char *format, va_list arguments)
{
    char line[1024] = "espmem: ";
    const size_t prefix = 8;
    int length = vsnprintf(line + prefix, sizeof line - prefix - 1, format, arguments);
    size_t end = prefix + (length < 0 ? 0 : (size_t)length);
    if (end > sizeof line - 2)
        end = sizeof line - 2;
    line[end] = '\n';
    sim_write_report(line, end + 1);
}

void sim_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_list(format, arguments);
    va_end(arguments);
}

void sim_refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say_list(format, arguments);
    va_end(arguments);
    sim_die(SIM_EXIT_BAD_SETTING);
}

void sim_hold_console(void)
{
    /* A thread that was stopped in the middle of a print keeps the console; its rest is lost then. */
    if (ftrylockfile(stdout) == 0)
        fflush(stdout);
}

void sim_die(int status)
{
    sim_hold_console();
    _exit(status);
}

void sim_end_program(void)
{
    exit(0);
}

static __attribute__((noreturn)) void panic(const char *reason)
{
    sim_panic(&(struct sim_panic){.cause = "abort", .detail = reason, .code = (uintptr_t)__builtin_return_address(0)});
}

/* A restart begins with power-on contents of everything the program has; a process cannot have that
 * again, so the simulation ends here, as good as a program that ran to its end. */
static __attribute__((noreturn)) void restart(void)
{
    sim_say("the program restarted the chip; the simulation ends here");
    sim_die(0);
}

static bool is_memory(uintptr_t start, uintptr_t end)
{
    return sim_space_is_memory(start, end) || sim_banks_is_memory(start, end);
}

static void *host_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void words_joined(uintptr_t start, uintptr_t end)
{
    sim_check_add(start, end - start, SIM_CHECK_MIXED);
}

static struct idf_platform platform = {
    .milliseconds = milliseconds,
    .microseconds = microseconds,
    .cycles = cycles,
    .console = console,
    .report = sim_write_report,
    .panic = panic,
    .restart = restart,
    .is_memory = is_memory,
    .words_joined = words_joined,
    .cache = sim_cache_enable,
    .host_memory = host_memory,
    .callers = sim_callers_of,
    .code_name = sim_code_name,
    .tasks = &sim_threads,
};

const struct idf_platform *sim_platform_start(struct em_bank_mmu *bank_mmu, const struct idf_fence *fence)
{
    boot_nanoseconds = nanoseconds();
    platform.bank_mmu = bank_mmu;
    platform.fence = fence;
    return &platform;
}
