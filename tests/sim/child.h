/* Runs the test program itself again, as a program of its own with other variables.
 *
 * One idea: how a program starts and ends can only be seen from outside. */
#ifndef TESTS_SIM_CHILD_H
#define TESTS_SIM_CHILD_H

#ifdef __cplusplus
extern "C" {
#endif

struct child {
    int status;     /* its exit status, or 128 + the signal that ended it; -1: it did not start */
    char out[8192]; /* what it wrote to stdout, cut */
    char err[8192]; /* and to stderr */
};

/* Runs `program` (NULL: this one) with `arguments` (NULL-terminated, its name excluded). `settings` are
 * NAME=value strings, separated by blanks, that are added to the tester's environment, which is passed
 * on without ESPMEM_* variables. */
void child_run(struct child *child, const char *program, const char *settings, const char *const *arguments);

/* This program with one argument. */
void child_run_self(struct child *child, const char *settings, const char *argument);

#ifdef __cplusplus
}
#endif
#endif
