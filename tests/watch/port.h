/* The port of these tests: one thread, locks that are counted, faults that are counted. */
#ifndef TESTS_WATCH_PORT_H
#define TESTS_WATCH_PORT_H

#include "espmem/port.h"

extern unsigned test_locks_held;  /* now */
extern unsigned test_locks_taken; /* so far */
extern unsigned test_faults;
extern struct em_fault test_last_fault;

#endif
