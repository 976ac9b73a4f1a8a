/* espmem golden: replays recorded operations and compares.
 *
 * Knows the command line; the work is in tool/golden/. One idea: its last line is always the totals,
 * and its exit status says the same. */
#include <string.h>

#include "tool/command.h"
#include "tool/golden/files.h"
#include "tool/golden/run.h"

static void replay(const char *file, void *context)
{
    golden_replay(file, context);
}

/* Takes the options off the front; how many words they are, or -1 with a sentence. */
static int take_options(int count, char **arguments, struct golden_totals *totals)
{
    for (int i = 0; i < count; i++) {
        if (strcmp(arguments[i], "--") == 0)
            return i + 1;
        if (arguments[i][0] != '-')
            return i;
        if (strcmp(arguments[i], "--all") != 0) {
            bad_input("golden: there is no option '%s'; see 'espmem help golden'.", arguments[i]);
            return -1;
        }
        totals->show_all = true;
    }
    return count;
}

static int run(int count, char **arguments)
{
    struct golden_totals totals = {0};
    int first = take_options(count, arguments, &totals);
    if (first < 0)
        return STATUS_BAD_INPUT;
    if (first == count)
        return bad_input("golden: name at least one file or directory to replay; see 'espmem help golden'.");
    for (int i = first; i < count; i++) {
        if (!golden_files_visit(arguments[i], replay, &totals))
            totals.bad_input = true;
    }
    golden_report_totals(&totals);
    if (totals.bad_input)
        return STATUS_BAD_INPUT;
    return totals.mismatches > 0 ? STATUS_NEGATIVE : STATUS_GOOD;
}

const struct command golden_command = {
    .name = "golden",
    .summary = "replay recorded heap operations and compare each outcome",
    .usage = "usage: espmem golden [--all] FILE|DIR…\n\n"
             "Replays files of the golden format, plain or gzip, through ESP-IDF's functions, each on a fresh\n"
             "chip with the file's own board, and compares every outcome. Directories are searched for files,\n"
             "in order of their names. Lines marked !peer are performed and not compared.\n\n"
             "Prints the first mismatches in full (--all: every one), and as its last line\n"
             "    files F operations N mismatches M\n\n"
             "Exit status: 0 no mismatch, 1 some, 2 a file that cannot be replayed (all others still are).\n",
    .run = run,
};
