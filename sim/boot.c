/* The boot of the one running chip.
 *
 * Knows the order of ESP-IDF's start-up and what it says when a step fails; nothing of how a program
 * comes to be booted (sim/start).
 *
 * One idea: see boot.h. */
#include "boot.h"

#include <stdio.h>

#include "banks.h"
#include "check.h"
#include "diram.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "esp_log.h"
#include "esp_private/esp_psram_extram.h"
#include "esp_psram.h"
#include "fault.h"
#include "fence.h"
#include "fork.h"
#include "idf/boot.h"
#include "idf/chip.h"
#include "idf/freertos.h"
#include "platform.h"
#include "psram.h"

static struct sim_settings booted;

/* ---- power on ------------------------------------------------------------------------------- */

static bool refuse(char *why, size_t room, const struct em_board *board)
{
    snprintf(why, room, "the host has no memory for %zu KiB of PSRAM: choose a board with less", board->psram_bytes / 1024);
    return false;
}

static bool power_on(const struct sim_settings *settings, char *why, size_t room)
{
    const struct em_board *board = &settings->board;
    const struct sim_banks_manner manner = {
        .strict = board->manner == EM_MANNER_STRICT,
        .warns = settings->warns,
        .checked = sim_is_checked(),
    };
    if (!sim_psram_open(board->psram_bytes))
        return refuse(why, room, board);
    struct em_bank_mmu *bank_mmu = sim_banks_open(&board->chip->psram, manner);
    if (!bank_mmu) {
        sim_psram_close();
        return refuse(why, room, board);
    }
    sim_check_open(board->chip);
    sim_faults_start();
    sim_diram_open(board->chip);
    sim_fork_start();
    idf_chip_reset(board, sim_platform_start(bank_mmu, sim_fence_open(board)));
    return true;
}

/* ---- start-up code -------------------------------------------------------------------------- */

static _Noreturn void bail_out(const char *tag, const char *reason)
{
    ESP_LOGE(tag, "%s", reason);
    idf_chip.platform->panic(reason);
}

/* A board without PSRAM is no error for a program that does not insist on it. */
static void start_psram(void)
{
    if (booted.board.psram_bytes == 0 && booted.psram_wanted != SIM_YES)
        return;
    if (esp_psram_init() != ESP_OK) {
        if (booted.psram_wanted == SIM_YES && !booted.psram_may_be_missing)
            bail_out("spiram", "SPI RAM enabled but initialization failed. Bailing out.");
        return;
    }
    if (booted.psram_tested && !esp_psram_extram_test())
        bail_out("cpu_start", "External RAM failed memory test!");
    esp_psram_bss_init();
}

static void add_psram_to_heap(void)
{
    if (!esp_psram_is_initialized())
        return;
    if (esp_psram_extram_add_to_heap_allocator() != ESP_OK)
        bail_out("spiram", "External RAM could not be added to heap!");
    if (booted.psram_for_malloc && booted.board.malloc_limit != EM_LIMIT_NEVER_EXTERNAL)
        heap_caps_malloc_extmem_enable((size_t)booted.board.malloc_limit);
}

/* Only a program that uses himem has it linked. */
static void start_himem(void)
{
    if (!&idf_himem_service)
        return;
    idf_himem_service.open();
    if (idf_chip.himem_open)
        sim_banks_set_aside(idf_chip.himem.layout.first_page, idf_chip.himem.layout.pages);
}

bool sim_boot(const struct sim_settings *settings, char *why, size_t room)
{
    if (!power_on(settings, why, room))
        return false;
    booted = *settings;
    idf_chip.hooks_off = booted.hooks_off;
    idf_chip.follows_frames = booted.follows_frames;
    idf_chip.wants_callers = booted.board.explain;
    start_psram();
    heap_caps_init();
    add_psram_to_heap();
    start_himem();
    if (booted.ticks_per_second > 0)
        idf_set_tick_rate(booted.ticks_per_second);
    return true;
}

/* ---- the scheduler, and the main task ------------------------------------------------------- */

enum { MAIN_STACK = 3584, MAIN_PRIORITY = 1 };

/* What the chip starts by itself, in its order. */
static const struct system_task {
    const char *name;
    unsigned priority;
    int core;
    uint32_t stack_bytes;
    bool main;
} system_tasks[] = {
    {"ipc0", 24, 0, 1024, false}, {"ipc1", 24, 1, 1024, false}, {"main", MAIN_PRIORITY, 0, MAIN_STACK, true},
    {"IDLE0", 0, 0, 1536, false}, {"IDLE1", 0, 1, 1536, false},
};

static bool start_system_task(const struct system_task *task)
{
    bool charged = booted.board.system_tasks;
    if (task->main)
        return idf_task_adopt(task->name, task->priority, task->core, task->stack_bytes, charged);
    if (!charged || task->core >= (int)booted.board.cores)
        return true;
    return idf_task_stand_in(task->name, task->priority, task->core, task->stack_bytes);
}

static void start_system_tasks(void)
{
    for (size_t i = 0; i < sizeof system_tasks / sizeof system_tasks[0]; i++)
        if (!start_system_task(&system_tasks[i]))
            bail_out("app_start", "no memory for the system's own tasks");
    if (booted.board.system_tasks && !idf_timers_start(true))
        bail_out("app_start", "no memory for the timer task");
}

static void reserve_internal_pool(void)
{
    if (!esp_psram_is_initialized() || !booted.psram_for_malloc || booted.board.internal_pool == 0)
        return;
    esp_err_t error = esp_psram_extram_reserve_dma_pool(booted.board.internal_pool);
    if (error == ESP_OK)
        return;
    ESP_LOGE("cpu_start", "Could not reserve internal/DMA pool (error 0x%x)", (unsigned)error);
    idf_chip.platform->panic("could not reserve internal/DMA pool");
}

void sim_boot_main_task(void)
{
    start_system_tasks();
    heap_caps_enable_nonos_stack_heaps();
    reserve_internal_pool();
}
