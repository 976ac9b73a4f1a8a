/* A set of short strings of bytes, in the order in which they came.
 *
 * For searches that visit every state once: millions of states in a few bytes each.
 *
 * One idea: the strings stand one behind the other in one array, which is the queue of the search as
 * well; the table beside it holds places in that array. */
#ifndef TESTS_CORE_STATE_SET_H
#define TESTS_CORE_STATE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct state_set {
    unsigned char *bytes; /* each string with its length in front */
    size_t used, room;
    uint32_t *table; /* places + 1; 0: empty */
    size_t slots, count;
};

void state_set_open(struct state_set *set);
void state_set_close(struct state_set *set);

/* True iff it was not there yet. At most 255 bytes. Ends the program where memory does. */
bool state_set_add(struct state_set *set, const unsigned char *state, size_t length);

/* The state at *place (0: the first), with its length; *place moves on to the next. NULL at the end.
 * Valid until the next add. */
const unsigned char *state_set_next(const struct state_set *set, size_t *place, size_t *length);

#endif
