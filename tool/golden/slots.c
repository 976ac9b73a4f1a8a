/* The pointers that a recording keeps by number. See slots.h. */
#include "tool/golden/slots.h"

#include <stdlib.h>
#include <string.h>

void *golden_slot(const struct golden_slots *slots, int64_t slot)
{
    return (uint64_t)slot < slots->count ? slots->pointers[slot] : NULL;
}

static bool grow(struct golden_slots *slots, size_t count)
{
    size_t wanted = 2 * count;
    void **pointers = realloc(slots->pointers, wanted * sizeof *pointers);
    if (!pointers)
        return false;
    memset(pointers + slots->count, 0, (wanted - slots->count) * sizeof *pointers);
    slots->pointers = pointers;
    slots->count = wanted;
    return true;
}

bool golden_slot_set(struct golden_slots *slots, int64_t slot, void *pointer)
{
    if ((uint64_t)slot >= slots->count && (!pointer || !grow(slots, (size_t)slot + 64)))
        return !pointer; /* a slot beyond the table is empty already */
    slots->pointers[slot] = pointer;
    return true;
}

void golden_slots_clear(struct golden_slots *slots)
{
    for (size_t i = 0; i < slots->count; i++)
        slots->pointers[i] = NULL;
}

void golden_slots_close(struct golden_slots *slots)
{
    free(slots->pointers);
    *slots = (struct golden_slots){0};
}
