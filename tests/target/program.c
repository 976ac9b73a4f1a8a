/* The program of a target: runs the cases of all tables, and ends with status 0 iff none failed.
 *
 * One idea: which tests there are is a list of tables. */
#include "frame.h"

static const struct target_case *const tables[] = {port_cases, heap_cases, caps_cases, himem_cases, golden_cases};

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    unsigned cases = 0, bad = 0;
    for (unsigned i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (const struct target_case *it = tables[i]; it->name != NULL; it++) {
            cases++;
            bad += !target_run(it);
        }
    }
    bare_print("cases ");
    bare_print_number(cases);
    bare_print(" failed ");
    bare_print_number(bad);
    bare_print("\n");
    return bad != 0;
}
