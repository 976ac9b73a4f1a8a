/* A subcommand of espmem, as the table in main.c lists it.
 *
 * One file a subcommand; none knows another. One idea: the table is the whole command line, so help,
 * the listing and the choice can never disagree. */
#ifndef TOOL_COMMAND_H
#define TOOL_COMMAND_H

/* What the program's exit status says. */
enum exit_status {
    STATUS_GOOD = 0,
    STATUS_NEGATIVE = 1,  /* it ran, and the answer is no: mismatches, does not fit, faults found */
    STATUS_BAD_INPUT = 2, /* it could not run: arguments or files that make no sense */
};

struct command {
    const char *name;
    const char *summary; /* one line for the listing */
    const char *usage;   /* what `espmem NAME --help` prints, with its ends of line */
    /* Gets the arguments after its name. Returns the exit status; has said why where it is not 0. */
    int (*run)(int count, char **arguments);
};

extern const struct command boards_command;
extern const struct command golden_command;

/* One sentence to stderr, as `espmem: …`; returns STATUS_BAD_INPUT. */
int bad_input(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
