/* Runs the espmem command for tests. See command_run.h. */
#include "command_run.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/espmem-test-XXXXXX";

static void remove_folder(void)
{
    char command[80];
    snprintf(command, sizeof command, "rm -r %s", folder);
    if (system(command) != 0)
        perror(folder);
}

const char *test_folder(void)
{
    static const char *made;
    if (!made) {
        made = mkdtemp(folder);
        atexit(remove_folder);
    }
    return made;
}

const char *test_file(const char *name, const char *text)
{
    static char paths[4][120];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", test_folder(), name);
    FILE *file = fopen(path, "w");
    if (!file)
        return NULL;
    fputs(text, file);
    fclose(file);
    return path;
}

/* The tests are in tests/bin of the build, the command in bin. */
static const char *espmem_path(void)
{
    static char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 32);
    path[length < 0 ? 0 : length] = '\0';
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash : path, "/../../bin/espmem");
    return path;
}

static void read_file(const char *path, char *text, size_t room)
{
    FILE *file = fopen(path, "r");
    size_t length = file ? fread(text, 1, room - 1, file) : 0;
    text[length] = '\0';
    if (file)
        fclose(file);
}

static const char *last_line(char *text)
{
    size_t length = strlen(text);
    static char line[400];
    while (length > 0 && text[length - 1] == '\n')
        length--;
    size_t start = length;
    while (start > 0 && text[start - 1] != '\n')
        start--;
    snprintf(line, sizeof line, "%.*s", (int)(length - start), text + start);
    return line;
}

const struct said *espmem(const char *arguments, const char *path)
{
    static struct said said;
    char rest[1000], command[PATH_MAX + 1400], out[120], error[120];
    const char *here = strstr(arguments, "%s");
    int before = here ? (int)(here - arguments) : (int)strlen(arguments);
    snprintf(rest, sizeof rest, "%.*s%s%s", before, arguments, here ? path : "", here ? here + 2 : "");
    snprintf(out, sizeof out, "%s/.out", test_folder());
    snprintf(error, sizeof error, "%s/.error", test_folder());
    snprintf(command, sizeof command, "(%s %s) >%s 2>%s </dev/null", espmem_path(), rest, out, error);
    int status = system(command);
    said.status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
    read_file(out, said.out, sizeof said.out);
    read_file(error, said.error, sizeof said.error);
    said.last = last_line(said.out);
    unlink(out);
    unlink(error);
    return &said;
}

unsigned times_in(const char *text, const char *part)
{
    unsigned count = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        count++;
    return count;
}
