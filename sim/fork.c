/* Forks of a process in which a chip runs. See fork.h.
 *
 * Holds every lock of the chip over the fork, in the order in which the chip takes them: tasks, himem,
 * pool, heaps, the books of owners, both
 * sides of D/IRAM. The one place that holds a lock over a copy: there is no other moment at which the copy
 * and the child's heaps would be of one instant. */
#include "fork.h"

#include <pthread.h>
#include <stdbool.h>

#include "banks.h"
#include "cache.h"
#include "diram.h"
#include "fence.h"
#include "idf/chip.h"
#include "idf/kernel.h"
#include "platform.h"
#include "psram.h"
#include "threads.h"

static bool started;

static void before_fork(void)
{
    if (!idf_chip.platform)
        return;
    idf_kernel_lock();
    if (idf_chip.himem_open)
        em_port_lock(&idf_chip.himem.lock);
    sim_fence_lock();
    em_port_lock(&idf_chip.pool.lock);
    for (struct em_caps_heap *heap = idf_chip.pool.first; heap; heap = heap->next)
        em_port_lock(&heap->lock);
    if (idf_chip.owners)
        em_port_lock(&idf_chip.owners->lock);
    sim_diram_lock();
    sim_psram_prepare_fork();
}

static void unlock_all(void)
{
    sim_diram_unlock();
    if (idf_chip.owners)
        em_port_unlock(&idf_chip.owners->lock);
    for (struct em_caps_heap *heap = idf_chip.pool.first; heap; heap = heap->next)
        em_port_unlock(&heap->lock);
    em_port_unlock(&idf_chip.pool.lock);
    sim_fence_unlock();
    if (idf_chip.himem_open)
        em_port_unlock(&idf_chip.himem.lock);
    idf_kernel_unlock();
}

static void after_fork_in_parent(void)
{
    if (!idf_chip.platform)
        return;
    sim_psram_parent_forked();
    unlock_all();
}

static void after_fork_in_child(void)
{
    if (!idf_chip.platform)
        return;
    sim_cache_child_forked();
    if (!sim_psram_child_forked() || !sim_banks_show_again())
        sim_refuse("the host has no memory for a second PSRAM of %zu KiB, which a forked process needs",
                   idf_chip.board.psram_bytes / 1024);
    sim_threads_child_forked();
    unlock_all();
    if (idf_chip.himem_open)
        em_himem_end_busy(&idf_chip.himem); /* the threads that were switching banks are not here */
}

void sim_fork_start(void)
{
    if (started)
        return;
    started = true;
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
