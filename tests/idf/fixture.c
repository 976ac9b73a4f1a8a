/* See fixture.h. */
#ifndef ESPMEM_NO_BOOT
#define ESPMEM_NO_BOOT /* the fixture brings up the chip */
#endif
#include "fixture.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../../idf/boot.h"
#include "../../idf/chip.h"
#include "../../idf/fault_text.h"
#include "../../ports/linux/port.h"
#include "../../sim/banks.h"
#include "../../sim/psram.h"
#include "../../sim/space.h"
#include "esp_heap_caps_init.h"
#include "esp_private/esp_psram_extram.h"
#include "esp_psram.h"

enum { TEXT_ROOM = 65536 };

static char console_text[TEXT_ROOM], report_text[TEXT_ROOM], failure_text[TEXT_ROOM];
static jmp_buf back;
static char reason_text[512];
static bool may_jump;

static void keep(char *text, const char *more, size_t length)
{
    size_t used = strlen(text);
    if (used + length >= TEXT_ROOM)
        return;
    memcpy(text + used, more, length);
    text[used + length] = '\0';
}

static uint32_t milliseconds(void)
{
    return 7;
}

static uint64_t microseconds(void)
{
    return 7000;
}

static uint32_t cycles(void)
{
    static uint32_t now;
    return __atomic_add_fetch(&now, 100, __ATOMIC_RELAXED);
}

static void console(const char *text, size_t length)
{
    keep(console_text, text, length);
}

static void report(const char *text, size_t length)
{
    keep(report_text, text, length);
}

__attribute__((noreturn)) static void panic(const char *reason)
{
    if (!may_jump) {
        fprintf(stderr, "panic: %s\n", reason);
        abort();
    }
    may_jump = false;
    snprintf(reason_text, sizeof reason_text, "%s", reason);
    longjmp(back, 1);
}

__attribute__((noreturn)) static void restart(void)
{
    panic("restart");
}

static void fault_stop(const char *reason)
{
    panic(reason);
}

static bool is_memory(uintptr_t start, uintptr_t end)
{
    return sim_space_is_memory(start, end) || sim_banks_is_memory(start, end);
}

/* Not malloc, which is the chip's here. */
static void *host_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static struct idf_platform platform = {
    .milliseconds = milliseconds,
    .microseconds = microseconds,
    .cycles = cycles,
    .console = console,
    .report = report,
    .panic = panic,
    .restart = restart,
    .is_memory = is_memory,
    .host_memory = host_memory,
};

static void quit(const char *what)
{
    fprintf(stderr, "no chip for this test: %s\n", what);
    exit(2);
}

void fixture_reset(const char *text)
{
    static const struct em_linux_fault_handling faults = {.print = idf_fault_print, .stop = fault_stop};
    struct em_board board;
    char why[200];
    if (!em_board_parse(&board, text, why, sizeof why))
        quit(why);
    if (sim_space_reserve(board.chip) != NULL)
        quit("its addresses are taken");
    sim_banks_close();
    sim_psram_close();
    sim_space_clear(board.chip);
    platform.bank_mmu = NULL;
    if (board.psram_bytes > 0 && !sim_psram_open(board.psram_bytes))
        quit("no memory for the PSRAM");
    const struct sim_banks_manner manner = {.strict = board.manner == EM_MANNER_STRICT};
    if (board.psram_bytes > 0 && !(platform.bank_mmu = sim_banks_open(&board.chip->psram, manner)))
        quit("the PSRAM cannot be mapped");
    em_linux_handle_faults(&faults);
    idf_chip_close();
    idf_chip_reset(&board, &platform);
    fixture_forget();
}

void fixture_boot(void)
{
    bool psram = esp_psram_init() == ESP_OK;
    heap_caps_init();
    if (psram)
        esp_psram_extram_add_to_heap_allocator();
    if (&idf_himem_service)
        idf_himem_service.open();
    heap_caps_enable_nonos_stack_heaps();
}

void fixture_open(const char *board)
{
    fixture_reset(board);
    fixture_boot();
    fixture_forget();
}

const char *fixture_console(void)
{
    return console_text;
}

const char *fixture_reports(void)
{
    return report_text;
}

void fixture_forget(void)
{
    console_text[0] = report_text[0] = failure_text[0] = '\0';
}

const char *fixture_panic_of(void (*act)(void))
{
    if (setjmp(back) != 0)
        return reason_text;
    may_jump = true;
    act();
    may_jump = false;
    return NULL;
}

static void on_failure(size_t size, uint32_t caps, const char *function)
{
    char line[120];
    int length = snprintf(line, sizeof line, "%zu 0x%lx %s\n", size, (unsigned long)caps, function);
    keep(failure_text, line, (size_t)length);
}

void fixture_keep_failures(void)
{
    failure_text[0] = '\0';
    heap_caps_register_failed_alloc_callback(on_failure);
}

const char *fixture_failures(void)
{
    return failure_text;
}
