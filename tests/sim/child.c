/* See child.h. */
#include "child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VARIABLES = 256, ARGUMENTS = 16, SETTINGS = 512 };

extern char **environ;

/* The environment without ESPMEM_*, then the settings; `text` is cut into them. */
static void make_environment(char **result, char *text)
{
    unsigned count = 0;
    for (char **one = environ; *one && count < VARIABLES - 16; one++)
        if (strncmp(*one, "ESPMEM_", 7) != 0)
            result[count++] = *one;
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word && count < VARIABLES - 1; word = strtok_r(NULL, " ", &rest))
        result[count++] = word;
    result[count] = NULL;
}

static void make_arguments(char **result, char *program, const char *const *arguments)
{
    unsigned count = 0;
    result[count++] = program;
    for (; arguments && *arguments && count < ARGUMENTS - 1; arguments++) {
        union {
            const char *from;
            char *to; /* posix_spawn writes to none of them */
        } argument = {*arguments};
        result[count++] = argument.to;
    }
    result[count] = NULL;
}

/* Reads both pipes until both are closed; what does not fit is dropped. */
static void collect(struct child *child, int out, int err)
{
    struct pollfd pipes[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    char *texts[2] = {child->out, child->err};
    size_t lengths[2] = {0, 0};
    while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
        poll(pipes, 2, -1);
        for (int i = 0; i < 2; i++) {
            char piece[1024];
            if (pipes[i].fd < 0 || !pipes[i].revents)
                continue;
            ssize_t got = read(pipes[i].fd, piece, sizeof piece);
            if (got <= 0) {
                pipes[i].fd = -1;
                continue;
            }
            size_t left = sizeof child->out - 1 - lengths[i];
            size_t kept = (size_t)got < left ? (size_t)got : left;
            memcpy(texts[i] + lengths[i], piece, kept);
            lengths[i] += kept;
            texts[i][lengths[i]] = '\0';
        }
    }
}

void child_run(struct child *child, const char *program, const char *settings, const char *const *arguments)
{
    char path[1024] = "", text[SETTINGS], *environment[VARIABLES], *list[ARGUMENTS];
    int out[2], err[2];
    pid_t process;
    posix_spawn_file_actions_t actions;
    *child = (struct child){.status = -1};
    if (program)
        snprintf(path, sizeof path, "%s", program);
    else if (readlink("/proc/self/exe", path, sizeof path - 1) < 0)
        return;
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
        return;
    snprintf(text, sizeof text, "%s", settings);
    make_environment(environment, text);
    make_arguments(list, path, arguments);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    bool started = posix_spawn(&process, path, &actions, NULL, list, environment) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err[1]);
    int status = 0;
    if (started) {
        collect(child, out[0], err[0]);
        if (waitpid(process, &status, 0) == process)
            child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    close(out[0]);
    close(err[0]);
}

void child_run_self(struct child *child, const char *settings, const char *argument)
{
    child_run(child, NULL, settings, (const char *const[]){argument, NULL});
}
