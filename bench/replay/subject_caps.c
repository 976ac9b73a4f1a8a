/* The subject that is a pool of one region, asked by capability: what heap_caps_malloc rests on.
 * With -DBENCH_GUARD=EM_GUARD_LIGHT its blocks are guarded.
 *
 * No watcher listens. The memory has the ESP32's capabilities of plain DRAM, and the request is for bytes. */
#include "espmem/caps.h"

#include "subject.h"

enum { WANTED = EM_CAP_8BIT, RECORDS = 1 };

static const struct em_memory_type dram = {
    .name = "DRAM",
    .caps = {EM_CAP_8BIT | EM_CAP_DEFAULT, EM_CAP_INTERNAL | EM_CAP_DMA | EM_CAP_32BIT, 0},
};
static const struct em_chip chip = {
    .name = "bench",
    .title = "one memory",
    .cores = 1,
    .largest_request = (size_t)1 << 30,
    .types = &dram,
    .type_count = 1,
    .heap_record_bytes = 36,
};

static struct em_pool pool;
static struct em_caps_heap heaps[RECORDS];
static struct em_caps_edge edges[EM_POOL_EDGES(RECORDS)];

bool bench_open(void *region, size_t bytes)
{
    const struct em_pool_storage storage = {.heaps = heaps, .edges = edges, .capacity = RECORDS};
    const struct em_region_use use = {
        .start = (uintptr_t)region, .end = (uintptr_t)region + bytes, .type = &dram, .startup_stack = false};
    em_pool_open(&pool, &chip, &BENCH_ENGINE, &storage);
    em_pool_set_guard(&pool, BENCH_GUARD);
    return em_pool_start(&pool, &use, 1) == EM_OK;
}

void *bench_malloc(size_t size)
{
    return em_caps_allocate(&pool, size, WANTED);
}

void bench_free(void *address)
{
    em_caps_free(&pool, address);
}

void *bench_realloc(void *address, size_t size)
{
    return em_caps_reallocate(&pool, address, size, WANTED);
}
