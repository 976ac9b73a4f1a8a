/* The subject that is an engine alone, chosen by the build (BENCH_ENGINE): its own functions, on a heap
 * without a lock. */
#include "core/heap/state.h"
#include "subject.h"

static struct em_heap *heap;

bool bench_open(void *region, size_t bytes)
{
    heap = em_heap_create(region, bytes, &BENCH_ENGINE);
    return heap != NULL;
}

void *bench_malloc(size_t size)
{
    return BENCH_ENGINE.allocate(heap, size);
}

void bench_free(void *address)
{
    BENCH_ENGINE.release(heap, address);
}

void *bench_realloc(void *address, size_t size)
{
    return em_heap_reallocate(heap, address, size);
}
