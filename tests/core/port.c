/* The tests' port: see port.h. */
#include "port.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUTEXES = 256 };

struct test_port test_port;

static bool threads;
static pthread_mutex_t mutexes[MUTEXES];
static uint32_t mutexes_given;

static void die(const char *what)
{
    printf("the core broke a promise to its port: %s\n", what);
    fflush(stdout);
    abort();
}

void test_port_reset(void)
{
    if (test_port.held != 0)
        die("a lock is still held");
    test_port = (struct test_port){0};
}

void test_port_use_threads(void)
{
    pthread_mutexattr_t nesting;
    pthread_mutexattr_init(&nesting);
    pthread_mutexattr_settype(&nesting, PTHREAD_MUTEX_RECURSIVE);
    for (unsigned i = 0; i < MUTEXES; i++)
        pthread_mutex_init(&mutexes[i], &nesting);
    threads = true;
}

/* The mutex of a lock: word[0] is its number + 1, given at the first use. */
static pthread_mutex_t *mutex_of(struct em_lock *lock)
{
    uint32_t number = __atomic_load_n(&lock->word[0], __ATOMIC_ACQUIRE);
    if (number == 0) {
        uint32_t own = __atomic_add_fetch(&mutexes_given, 1, __ATOMIC_RELAXED);
        if (own > MUTEXES)
            die("more locks than these tests have");
        if (__atomic_compare_exchange_n(&lock->word[0], &number, own, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            number = own;
    }
    return &mutexes[number - 1];
}

void em_port_lock(struct em_lock *lock)
{
    if (threads) {
        pthread_mutex_lock(mutex_of(lock));
        return;
    }
    test_port.locks++;
    test_port.held++;
    lock->word[0]++;
}

void em_port_unlock(struct em_lock *lock)
{
    if (threads) {
        pthread_mutex_unlock(mutex_of(lock));
        return;
    }
    if (lock->word[0] == 0)
        die("a lock is given back that is not held");
    lock->word[0]--;
    test_port.held--;
    void (*between)(void) = test_port.between;
    if (test_port.held != 0 || !between || test_port.skip-- != 0)
        return;
    test_port.between = NULL;
    test_port.skip = 0;
    between();
}

static bool overlap(uintptr_t a, uintptr_t b, size_t bytes)
{
    return a < b + bytes && b < a + bytes;
}

void em_port_copy(void *to, const void *from, size_t bytes)
{
    if (((uintptr_t)to | (uintptr_t)from) % 4 != 0)
        die("a copy starts between two words");
    if (overlap((uintptr_t)to, (uintptr_t)from, bytes))
        die("a copy overlaps itself");
    if (test_port.held != 0)
        die("a copy under a lock");
    __atomic_add_fetch(&test_port.copies, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&test_port.copied, bytes, __ATOMIC_RELAXED);
    memcpy(to, from, bytes);
}

void em_port_fault(const struct em_fault *fault)
{
    if (test_port.held != 0)
        die("a fault is told under a lock");
    __atomic_add_fetch(&test_port.faults, 1, __ATOMIC_RELAXED);
    if (!threads)
        test_port.fault = *fault;
    else
        printf("fault %d during %d at %lx of the heap at %lx\n", (int)fault->kind, (int)fault->during,
               (unsigned long)fault->address, (unsigned long)fault->heap);
}
