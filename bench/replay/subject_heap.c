/* The subject that is one heap through its public face: totals kept, a lock set, the engine chosen by
 * the build (BENCH_ENGINE). */
#include "espmem/heap.h"

#include "subject.h"

static struct em_heap *heap;
static struct em_lock lock;

bool bench_open(void *region, size_t bytes)
{
    heap = em_heap_create(region, bytes, &BENCH_ENGINE);
    if (!heap) {
        return false;
    }
    em_heap_set_lock(heap, &lock);
    return true;
}

void *bench_malloc(size_t size)
{
    return em_heap_allocate(heap, size);
}

void bench_free(void *address)
{
    em_heap_free(heap, address);
}

void *bench_realloc(void *address, size_t size)
{
    return em_heap_reallocate(heap, address, size);
}
