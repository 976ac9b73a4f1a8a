/* A set of states: see state_set.h. */
#include "state_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *obtain(void *old, size_t bytes)
{
    void *memory = realloc(old, bytes);
    if (!memory) {
        printf("no memory for %zu bytes of states\n", bytes);
        abort();
    }
    return memory;
}

void state_set_open(struct state_set *set)
{
    *set = (struct state_set){.room = 1 << 16, .slots = 1 << 12};
    set->bytes = obtain(NULL, set->room);
    set->table = obtain(NULL, set->slots * sizeof set->table[0]);
    memset(set->table, 0, set->slots * sizeof set->table[0]);
}

void state_set_close(struct state_set *set)
{
    free(set->bytes);
    free(set->table);
    *set = (struct state_set){0};
}

static size_t hash(const unsigned char *state, size_t length)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++)
        value = (value ^ state[i]) * UINT64_C(0x100000001b3);
    return (size_t)(value ^ value >> 29);
}

/* Where the state is or would be. */
static size_t slot_of(const struct state_set *set, const unsigned char *state, size_t length)
{
    size_t slot = hash(state, length) & (set->slots - 1);
    for (; set->table[slot] != 0; slot = (slot + 1) & (set->slots - 1)) {
        const unsigned char *other = set->bytes + set->table[slot] - 1;
        if (other[0] == length && memcmp(other + 1, state, length) == 0)
            break;
    }
    return slot;
}

static void grow_table(struct state_set *set)
{
    set->slots *= 2;
    set->table = obtain(set->table, set->slots * sizeof set->table[0]);
    memset(set->table, 0, set->slots * sizeof set->table[0]);
    size_t length;
    for (size_t place = 0, next = 0; state_set_next(set, &next, &length); place = next)
        set->table[slot_of(set, set->bytes + place + 1, length)] = (uint32_t)place + 1;
}

bool state_set_add(struct state_set *set, const unsigned char *state, size_t length)
{
    size_t slot = slot_of(set, state, length);
    if (set->table[slot] != 0)
        return false;
    if (set->used + length + 1 > set->room) {
        set->room *= 2;
        set->bytes = obtain(set->bytes, set->room);
    }
    set->table[slot] = (uint32_t)set->used + 1;
    set->bytes[set->used] = (unsigned char)length;
    memcpy(set->bytes + set->used + 1, state, length);
    set->used += length + 1;
    if (++set->count * 2 > set->slots)
        grow_table(set);
    return true;
}

const unsigned char *state_set_next(const struct state_set *set, size_t *place, size_t *length)
{
    if (*place >= set->used)
        return NULL;
    const unsigned char *state = set->bytes + *place;
    *length = state[0];
    *place += *length + 1;
    return state + 1;
}
