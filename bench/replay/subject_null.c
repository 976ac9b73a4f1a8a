/* The subject that does nothing: what it costs is the harness. */
#include "subject.h"

static char nowhere[16];

bool bench_open(void *region, size_t bytes)
{
    (void)region;
    return bytes > 0;
}

void *bench_malloc(size_t size)
{
    (void)size;
    return nowhere;
}

void bench_free(void *address)
{
    (void)address;
}

void *bench_realloc(void *address, size_t size)
{
    (void)size;
    return address;
}
