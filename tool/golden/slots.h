/* The pointers that a recording keeps by number.
 *
 * One idea: a table that grows with the highest number used, up to a limit that no recording reaches. */
#ifndef TOOL_GOLDEN_SLOTS_H
#define TOOL_GOLDEN_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GOLDEN_SLOT_LIMIT = 1 << 20 };

/* All zero: every slot is empty. */
struct golden_slots {
    void **pointers;
    size_t count;
};

/* What the slot holds; NULL where it is empty. `slot` is below GOLDEN_SLOT_LIMIT. */
void *golden_slot(const struct golden_slots *slots, int64_t slot);

/* Fills or empties (NULL) a slot. Whether there was memory for it. */
bool golden_slot_set(struct golden_slots *slots, int64_t slot, void *pointer);

void golden_slots_clear(struct golden_slots *slots); /* all empty again */
void golden_slots_close(struct golden_slots *slots);

#endif
