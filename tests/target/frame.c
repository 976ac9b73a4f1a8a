/* What cases share: see frame.h. */
#include "frame.h"

#include "espmem/heap.h"

#ifndef TARGET_ENGINES
#define TARGET_ENGINES                                                                                                         \
    {                                                                                                                          \
        "tlsf", &em_engine_tlsf                                                                                                \
    }
#endif

const struct target_engine target_engines[] = {TARGET_ENGINES, {NULL, NULL}};

static const char *running;
static bool failed;
static unsigned faults;
static enum em_fault_kind last_fault;

void target_fail(const char *file, unsigned line, const char *what)
{
    failed = true;
    bare_print("FAIL ");
    bare_print(running);
    bare_print(": ");
    bare_print(file);
    bare_print(":");
    bare_print_number(line);
    bare_print(": ");
    bare_print(what);
    bare_print("\n");
}

static void note_fault(const struct em_fault *fault)
{
    faults++;
    last_fault = fault->kind;
}

unsigned target_faults(void)
{
    unsigned told = faults;
    bare_handle_faults(note_fault);
    faults = 0;
    return told;
}

enum em_fault_kind target_last_fault(void)
{
    return last_fault;
}

const struct bare_banks *target_banks(void)
{
    static struct bare_banks banks;
    if (banks.mmu == NULL) {
        bare_banks_open(&banks);
    }
    return &banks;
}

bool target_run(const struct target_case *it)
{
    running = it->name;
    failed = false;
    it->run();
    bare_handle_faults(NULL);
    if (!failed) {
        bare_print("ok ");
        bare_print(running);
        bare_print("\n");
    }
    return !failed;
}
