/* See cache.h. Flash is nowhere in this simulation: an access to it faults anyway.
 *
 * One idea: who asks before accesses finds a rule; for the rest the host protects the window, and shows it
 * as it was when the cache is back. */
#include "cache.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "banks.h"
#include "check.h"
#include "idf/chip.h"

static pid_t disabled_by; /* the thread; 0: enabled */

static pid_t this_thread(void)
{
    return (pid_t)syscall(SYS_gettid);
}

static void wait_a_moment(void)
{
    struct timespec moment = {0, 20000};
    nanosleep(&moment, NULL);
}

static size_t window_bytes(void)
{
    const struct em_bank_window *window = &idf_chip.board.chip->psram;
    return window->banks * window->bank_size;
}

static void disable(uintptr_t window)
{
    pid_t nobody = 0, self = this_thread();
    while (!__atomic_compare_exchange_n(&disabled_by, &nobody, self, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        if (nobody == self)
            return;
        nobody = 0;
        wait_a_moment();
    }
    sim_check_add(window, window_bytes(), SIM_CHECK_CACHE_OFF);
    if (mprotect((void *)window, window_bytes(), PROT_NONE) != 0)
        abort(); /* accesses that must fault would go through */
}

static void enable(uintptr_t window)
{
    if (__atomic_load_n(&disabled_by, __ATOMIC_ACQUIRE) != this_thread())
        return;
    if (!sim_banks_show_again())
        abort(); /* the host has shown all of it before */
    sim_check_lift(window, window_bytes(), SIM_CHECK_CACHE_OFF);
    __atomic_store_n(&disabled_by, 0, __ATOMIC_RELEASE);
}

void sim_cache_enable(bool enabled)
{
    if (idf_chip.board.psram_bytes == 0)
        return;
    uintptr_t window = idf_chip.board.chip->psram.start;
    if (enabled)
        enable(window);
    else
        disable(window);
}

enum sim_cache_verdict sim_cache_judge(uintptr_t address)
{
    pid_t owner = __atomic_load_n(&disabled_by, __ATOMIC_ACQUIRE);
    if (owner == 0 || !sim_banks_view(address).in_window)
        return SIM_CACHE_IS_ON;
    if (owner == this_thread())
        return SIM_CACHE_IS_OFF;
    while (__atomic_load_n(&disabled_by, __ATOMIC_ACQUIRE) == owner)
        wait_a_moment();
    return SIM_CACHE_WAS_WAITED_FOR;
}

void sim_cache_child_forked(void)
{
    disabled_by = 0;
    if (idf_chip.board.psram_bytes > 0)
        sim_check_lift(idf_chip.board.chip->psram.start, window_bytes(), SIM_CHECK_CACHE_OFF);
}
