/* The core's lock on Linux: two words in the owner's memory, no kernel object behind them.
 *
 * Knows nothing of what it protects. Allocates nothing and needs no set-up: all zero is unlocked.
 *
 * One idea: a thread has a number of its own that fork copies along with its stack, so that a lock
 * which is held across fork is held by the child's only thread as well, and can be given back there.
 * (A thread's kernel id would have changed.) */
#include <linux/futex.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "espmem/port.h"

/* word[0]: 0 unlocked, else owner's number * 2, + 1 where somebody may sleep on it.
 * word[1]: how often the owner has taken it beyond the first time; only the owner touches it. */
enum { WAITED_FOR = 1, SPINS = 100 };

static uint32_t numbers_given;
static _Thread_local uint32_t own_number;

static uint32_t thread_number(void)
{
    if (own_number == 0)
        own_number = 2 * __atomic_add_fetch(&numbers_given, 1, __ATOMIC_RELAXED);
    return own_number;
}

static bool take(uint32_t *word, uint32_t value)
{
    uint32_t unlocked = 0;
    return __atomic_compare_exchange_n(word, &unlocked, value, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static void pause_briefly(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static bool take_by_spinning(uint32_t *word, uint32_t me)
{
    for (int i = 0; i < SPINS; i++) {
        if (__atomic_load_n(word, __ATOMIC_RELAXED) == 0 && take(word, me))
            return true;
        pause_briefly();
    }
    return false;
}

/* Whoever has slept takes the lock as "waited for": it cannot know whether others still sleep. */
static void take_by_sleeping(uint32_t *word, uint32_t me)
{
    while (!take(word, me | WAITED_FOR)) {
        uint32_t seen = __atomic_load_n(word, __ATOMIC_RELAXED);
        if (seen == 0)
            continue;
        if (!(seen & WAITED_FOR) &&
            !__atomic_compare_exchange_n(word, &seen, seen | WAITED_FOR, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            continue;
        /* Woken, interrupted or too late: the loop looks again in each case. */
        syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, seen | WAITED_FOR, NULL, NULL, 0);
    }
}

void em_port_lock(struct em_lock *lock)
{
    uint32_t me = thread_number();
    uint32_t *word = &lock->word[0];
    if (take(word, me))
        return;
    if ((__atomic_load_n(word, __ATOMIC_RELAXED) & ~(uint32_t)WAITED_FOR) == me) {
        lock->word[1]++;
        return;
    }
    if (!take_by_spinning(word, me))
        take_by_sleeping(word, me);
}

void em_port_unlock(struct em_lock *lock)
{
    if (lock->word[1] > 0) {
        lock->word[1]--;
        return;
    }
    uint32_t was = __atomic_exchange_n(&lock->word[0], 0, __ATOMIC_RELEASE);
    if (was & WAITED_FOR)
        syscall(SYS_futex, &lock->word[0], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
