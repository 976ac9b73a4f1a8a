/* The console, the clock and the end of the program: what everything else in idf/ prints and stops with.
 *
 * Knows the platform only. One idea: nothing here allocates or takes a lock, so that it works before the
 * heaps are there, inside every lock, and when all is lost. */
#include <stdint.h>
#include <stdio.h>

#include "idf/chip.h"
#include "idf/console.h"

#include "esp_cpu.h"
#include "esp_rom_sys.h"
#include "esp_timer.h"

enum { LINE_ROOM = 256, TEXT_ROOM = 4096, TICKS_PER_MICROSECOND = 160 };

static void to_console(const char *text, size_t length)
{
    if (idf_chip.platform)
        idf_chip.platform->console(text, length);
}

static size_t cut(int wanted, size_t room)
{
    return (size_t)wanted < room ? (size_t)wanted : room - 1;
}

/* Apart, so that the usual short line costs no 4 KiB of stack. */
__attribute__((noinline, format(printf, 1, 0))) static void print_long(const char *format, va_list arguments)
{
    char text[TEXT_ROOM];
    int wanted = vsnprintf(text, sizeof text, format, arguments);
    if (wanted > 0)
        to_console(text, cut(wanted, sizeof text));
}

__attribute__((format(printf, 1, 0))) int idf_console_print(const char *format, va_list arguments)
{
    char text[LINE_ROOM];
    va_list again;
    va_copy(again, arguments);
    int wanted = vsnprintf(text, sizeof text, format, arguments);
    if (wanted >= (int)sizeof text)
        print_long(format, again);
    else if (wanted > 0)
        to_console(text, (size_t)wanted);
    va_end(again);
    return wanted;
}

void idf_report(const char *format, ...)
{
    if (!idf_chip.platform)
        return;
    char text[TEXT_ROOM / 4];
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(text, sizeof text - 1, format, arguments);
    va_end(arguments);
    if (wanted < 0)
        return;
    size_t length = cut(wanted, sizeof text - 1);
    text[length] = '\n';
    idf_chip.platform->report(text, length + 1);
}

_Noreturn void idf_panic(const char *reason)
{
    if (idf_chip.platform)
        idf_chip.platform->panic(reason);
    __builtin_trap();
}

_Noreturn void idf_abort(const void *caller)
{
    char reason[80];
    snprintf(reason, sizeof reason, "abort() was called at PC 0x%08llx on core %d", (unsigned long long)(uintptr_t)caller,
             esp_cpu_get_core_id());
    idf_panic(reason);
}

_Bool idf_is_strict(void)
{
    return idf_chip.board.manner == EM_MANNER_STRICT;
}

int esp_rom_printf(const char *fmt, ...)
{
    va_list arguments;
    va_start(arguments, fmt);
    int wanted = idf_console_print(fmt, arguments);
    va_end(arguments);
    return wanted;
}

int ets_printf(const char *fmt, ...)
{
    va_list arguments;
    va_start(arguments, fmt);
    int wanted = idf_console_print(fmt, arguments);
    va_end(arguments);
    return wanted;
}

int64_t esp_timer_get_time(void)
{
    return idf_chip.platform ? (int64_t)idf_chip.platform->microseconds() : 0;
}

void esp_rom_delay_us(uint32_t us)
{
    if (!idf_chip.platform)
        return;
    uint64_t end = idf_chip.platform->microseconds() + us + 1; /* the first microsecond may be over already */
    while (idf_chip.platform->microseconds() < end)
        continue;
}

void ets_delay_us(uint32_t us)
{
    esp_rom_delay_us(us);
}

uint32_t esp_rom_get_cpu_ticks_per_us(void)
{
    return TICKS_PER_MICROSECOND;
}

uint32_t ets_get_cpu_frequency(void)
{
    return TICKS_PER_MICROSECOND;
}

esp_cpu_cycle_count_t esp_cpu_get_cycle_count(void)
{
    return idf_chip.platform ? idf_chip.platform->cycles() : 0;
}
