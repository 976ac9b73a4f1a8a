/* Runs the espmem command that was built beside the tests, and keeps what it said. */
#ifndef TESTS_TOOL_COMMAND_RUN_H
#define TESTS_TOOL_COMMAND_RUN_H

/* A folder of this test's own, empty at first, removed at its end; no slash behind. */
const char *test_folder(void);

/* Writes a file into that folder; its path, good until the next call but three. */
const char *test_file(const char *name, const char *text);

struct said {
    int status;       /* of its exit; 128 and more: a signal */
    char out[65536];  /* stdout */
    char error[8192]; /* stderr */
    const char *last; /* the last line of stdout, without its end */
};

/* Runs `espmem ARGUMENTS`, a line for the shell in which %s is `path`. One result at a time. */
const struct said *espmem(const char *arguments, const char *path);

/* How often `part` is in `text`. */
unsigned times_in(const char *text, const char *part);

#endif
