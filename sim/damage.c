/* See damage.h.
 *
 * One idea: a program that crashes inside malloc did its damage long before; the heap still shows where. */
#include "damage.h"

#include <stdbool.h>
#include <stdio.h>

#include "idf/chip.h"
#include "ports/linux/port.h"

struct first {
    bool found;
    struct em_fault fault;
};

static void keep_first(void *context, const struct em_fault *fault)
{
    struct first *first = context;
    if (!first->found)
        first->fault = *fault;
    first->found = true;
}

static bool describe_heap(const struct em_caps_heap *heap, char *text, size_t room)
{
    struct first first = {.found = false};
    em_guard_check(heap->heap, keep_first, &first);
    if (!first.found)
        return false;
    char reason[256];
    em_linux_fault_text(&first.fault, reason, sizeof reason);
    snprintf(text, room, "; the heap %s is damaged: %s", heap->type_name, reason);
    return true;
}

void sim_damage_describe(char *text, size_t room)
{
    static bool checking;
    text[0] = '\0';
    if (!idf_chip.heaps_open || __atomic_exchange_n(&checking, true, __ATOMIC_ACQ_REL))
        return;
    for (struct em_caps_heap *heap = em_caps_next(&idf_chip.pool, NULL, EM_CAP_INVALID); heap;
         heap = em_caps_next(&idf_chip.pool, heap, EM_CAP_INVALID))
        if (describe_heap(heap, text, room))
            return;
}
