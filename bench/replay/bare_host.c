/* The machine of bare.h as an ordinary process with a libc, for what runs on the host.
 *
 * One idea: the same programs build for a bare processor and for the host. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bare.h"

void bare_print(const char *text)
{
    fputs(text, stdout);
}

void bare_exit(int status)
{
    exit(status);
}

int bare_open(const char *path)
{
    return open(path, O_RDONLY);
}

long bare_read(int file, void *to, size_t bytes)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t part = read(file, (char *)to + done, bytes - done);
        if (part < 0) {
            return -1;
        }
        if (part == 0) {
            break;
        }
        done += (size_t)part;
    }
    return (long)done;
}

void *bare_memory(size_t bytes)
{
    return calloc(1, bytes); /* never given back: the process is about to end */
}
