/* The files that a command line means. See files.h. */
#include "tool/golden/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tool/command.h"

enum { DEPTH_MOST = 64 }; /* deeper is a loop of links */

struct walk {
    void (*visit)(const char *file, void *context);
    void *context;
    unsigned files;
    bool failed;
};

static void fail(struct walk *walk, const char *path, const char *why)
{
    bad_input("%s: it cannot be read: %s.", path, why);
    walk->failed = true;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *entry)
{
    return !is_dots(entry->d_name);
}

static void visit_path(struct walk *walk, const char *path, unsigned depth);

// NOLINTNEXTLINE(misc-no-recursion)
static void visit_directory(struct walk *walk, const char *path, unsigned depth)
{
    struct dirent **entries = NULL;
    int count = depth < DEPTH_MOST ? scandir(path, &entries, is_entry, by_name) : -1;
    if (count < 0)
        fail(walk, path, depth < DEPTH_MOST ? strerror(errno) : "too many directories in each other");
    for (int i = 0; i < count; i++) {
        char *child = NULL;
        const char *slash = path[strlen(path) - 1] == '/' ? "" : "/";
        if (asprintf(&child, "%s%s%s", path, slash, entries[i]->d_name) >= 0) {
            visit_path(walk, child, depth + 1);
            free(child);
        } else {
            fail(walk, path, strerror(ENOMEM));
        }
        free(entries[i]);
    }
    free(entries);
}

// NOLINTNEXTLINE(misc-no-recursion)
static void visit_path(struct walk *walk, const char *path, unsigned depth)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        fail(walk, path, strerror(errno));
    } else if (S_ISDIR(status.st_mode)) {
        visit_directory(walk, path, depth);
    } else {
        walk->files++;
        walk->visit(path, walk->context);
    }
}

bool golden_files_visit(const char *path, void (*visit)(const char *file, void *context), void *context)
{
    struct walk walk = {visit, context, 0, false};
    if (*path == '\0')
        fail(&walk, "''", strerror(ENOENT));
    else
        visit_path(&walk, path, 0);
    if (walk.files == 0 && !walk.failed)
        fail(&walk, path, "there is no file in it");
    return !walk.failed;
}
