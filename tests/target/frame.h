/* How a test on a bare machine says what it found: check.h without a libc.
 *
 * A case is a function; CHECK leaves it at the first thing that is wrong. Each file has one table of its
 * cases. What is printed is what host tests print, so one script counts both.
 *
 * One idea: a table of functions needs nothing from the machine but a console. */
#ifndef TESTS_TARGET_FRAME_H
#define TESTS_TARGET_FRAME_H

#include "ports/bare/bare.h"

struct target_case {
    const char *name;
    void (*run)(void);
};

/* Notes that the running case has failed. */
void target_fail(const char *file, unsigned line, const char *what);

#define CHECK(condition)                                                                                                       \
    do {                                                                                                                       \
        if (!(condition)) {                                                                                                    \
            target_fail(__FILE__, __LINE__, #condition);                                                                       \
            return;                                                                                                            \
        }                                                                                                                      \
    } while (0)

/* Runs one case and prints what came of it; false iff it failed. */
bool target_run(const struct target_case *it);

/* The tables, each ended by a case without a name. */
extern const struct target_case heap_cases[], caps_cases[], port_cases[], himem_cases[], golden_cases[];

/* The machine's banks, opened once for all cases. */
const struct bare_banks *target_banks(void);

/* Faults that were told since the last call; from the first call on they no longer end the program. */
unsigned target_faults(void);
/* The kind of the last one. */
enum em_fault_kind target_last_fault(void);

/* The next number of a fixed sequence. *state must not be 0. */
static inline uint32_t target_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* A number below `limit`, up to 65536, without a division. */
static inline uint32_t target_random_below(uint32_t *state, uint32_t limit)
{
    return ((target_random(state) & 0xFFFF) * limit) >> 16;
}

/* A heap's engine, with its name for messages. */
struct target_engine {
    const char *name;
    const struct em_engine *engine;
};
extern const struct target_engine target_engines[]; /* all there are; ended by one without a name */

#endif
