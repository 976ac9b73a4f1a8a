/* The port that the core's tests run on: it keeps count, and stops the program where the core breaks
 * a promise of espmem/port.h.
 *
 * Knows nothing of heaps. Two kinds of lock: counting, for tests of one thread (the state at the
 * start), and real mutexes.
 *
 * One idea: a broken promise of the core is no test's business, so it ends the program. */
#ifndef TESTS_CORE_PORT_H
#define TESTS_CORE_PORT_H

#include <stdbool.h>

#include "espmem/port.h"

struct test_port {
    unsigned locks;        /* taken since the reset, nested ones included */
    unsigned held;         /* now */
    unsigned copies;       /* since the reset */
    size_t copied;         /* bytes of the last copy */
    unsigned faults;       /* since the reset */
    struct em_fault fault; /* the last one */
    /* Called once, when the last lock has been given back for the (skip + 1)th time: the moment at which
     * another task may come between two steps of an operation. May set itself again. */
    void (*between)(void);
    unsigned skip;
};
extern struct test_port test_port;

/* Sets all counters to 0 and forgets `between`. A lock that is held ends the program. */
void test_port_reset(void);

/* From now on locks are mutexes; nothing but faults and copies is counted any more. */
void test_port_use_threads(void);

#endif
