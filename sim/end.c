/* See end.h.
 *
 * One idea: a function of on_exit is told the status; a call of exit inside it goes on with those that
 * remain, under another one. */
#include "end.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "backtrace.h"
#include "idf/boot.h"
#include "idf/chip.h"
#include "idf/misuse.h"
#include "platform.h"
#include "warnings.h"

static pid_t watched;

static void tell_left(const char *what, uintptr_t address, unsigned units, const void *maker)
{
    char name[SIM_CODE_TEXT];
    sim_say("left at the end: a himem %s at 0x%08lx of %zu KiB, made by %s", what, (unsigned long)address,
            units * idf_chip.himem.layout.bank_size / 1024, sim_code_text((uintptr_t)maker, name));
}

static bool found_anything(void)
{
    unsigned left = &idf_himem_service ? idf_himem_service.left(tell_left) : 0;
    unsigned warnings = sim_warnings(), misuses = idf_misuses();
    if (warnings > 0)
        sim_say("%u warning%s: what the chip lets through", warnings, warnings == 1 ? "" : "s");
    return left + warnings + misuses > 0;
}

static void at_end(int status, void *unused)
{
    (void)unused;
    bool strict = idf_chip.board.manner == EM_MANNER_STRICT;
    if (!idf_chip.platform || getpid() != watched)
        return; /* taken down by the program; or a copy, which leaves all to the original */
    if (found_anything() && strict && status == 0)
        exit(1);
}

void sim_watch_end(void)
{
    watched = getpid();
    on_exit(at_end, NULL);
}
