/* The subject that is the process's own malloc: the C library's, or one that was preloaded. */
#include <stdlib.h>

#include "subject.h"

bool bench_open(void *region, size_t bytes)
{
    (void)region;
    return bytes > 0;
}

void *bench_malloc(size_t size)
{
    return malloc(size);
}

void bench_free(void *address)
{
    free(address);
}

void *bench_realloc(void *address, size_t size)
{
    return realloc(address, size);
}
