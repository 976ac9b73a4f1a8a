/* See warnings.h. */
#include "warnings.h"

#include <stdbool.h>
#include <stdio.h>

#include "backtrace.h"
#include "place.h"
#include "platform.h"

enum { PLACES = 32 };

static unsigned count;
static uintptr_t places[PLACES];

/* Takes a slot for a place that was not told of; false for one that was, or if all slots are taken. */
static bool is_new(uintptr_t code)
{
    for (unsigned i = 0; i < PLACES; i++) {
        uintptr_t known = 0;
        if (__atomic_compare_exchange_n(&places[i], &known, code, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return true;
        if (known == code)
            return false;
    }
    return false;
}

void sim_count_warning(void)
{
    __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
}

void sim_warn(const char *kind, unsigned bytes, uintptr_t address, uintptr_t code)
{
    char known[448], name[SIM_CODE_TEXT], width[24] = "";
    sim_count_warning();
    if (!is_new(code))
        return;
    if (bytes > 0)
        snprintf(width, sizeof width, "%u-byte ", bytes);
    sim_place_describe(address, known, sizeof known);
    sim_say("warning: %s%s of 0x%08lx by %s: %s (manner chip)", width, kind, (unsigned long)address, sim_code_text(code, name),
            known);
}

unsigned sim_warnings(void)
{
    return __atomic_load_n(&count, __ATOMIC_RELAXED);
}
