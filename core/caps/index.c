/* Which heap an address belongs to: a sorted list of edges, searched by halves.
 *
 * Must not touch any heap's memory, so that any pointer may be asked for.
 *
 * A region may lie inside another, never across its edge; the inner one then owns its addresses:
 *
 *   regions    [ A …………………………………… ]        [ C … ]
 *                    [ B …… ]
 *   edges      A     B      A       -        C     -      one from each edge on
 *
 * One idea: edges are only ever added. A change is written to the half of the storage that nobody
 * reads and published by a version; a reader whose version has passed meanwhile looks again. */
#include "core/caps/pool.h"

static struct em_caps_edge *half_of(const struct em_pool *pool, unsigned version)
{
    return pool->storage.edges + (version & 1u) * (2u * pool->storage.capacity + 1u);
}

static void put(struct em_caps_edge *edges, unsigned *count, uintptr_t from, struct em_caps_heap *owner)
{
    __atomic_store_n(&edges[*count].from, from, __ATOMIC_RELAXED);
    __atomic_store_n(&edges[*count].owner, owner, __ATOMIC_RELAXED);
    (*count)++;
}

/* The caller holds the pool's lock, and the region crosses no edge that is there. */
void em_index_add(struct em_pool *pool, struct em_caps_heap *heap)
{
    unsigned version = pool->edge_version;
    const struct em_caps_edge *old = half_of(pool, version);
    struct em_caps_edge *new = half_of(pool, version + 1);
    unsigned old_count = pool->edge_count[version & 1u], count = 0, i = 0;
    struct em_caps_heap *around = NULL;
    for (; i < old_count && old[i].from < heap->start; i++) {
        around = old[i].owner;
        put(new, &count, old[i].from, old[i].owner);
    }
    if (i < old_count && old[i].from == heap->start) {
        around = old[i++].owner;
    }
    put(new, &count, heap->start, heap);
    if (i == old_count || old[i].from != heap->end) {
        put(new, &count, heap->end, around);
    }
    for (; i < old_count; i++) {
        put(new, &count, old[i].from, old[i].owner);
    }
    __atomic_store_n(&pool->edge_count[(version + 1) & 1u], count, __ATOMIC_RELAXED);
    EM_PUBLISH(&pool->edge_version, version + 1);
}

/* The owner of the last edge at or below the address. */
static struct em_caps_heap *search(const struct em_caps_edge *edges, unsigned count, uintptr_t address)
{
    unsigned low = 0; /* edges below `low` are at or below the address */
    while (low < count) {
        unsigned middle = low + (count - low) / 2;
        if (__atomic_load_n(&edges[middle].from, __ATOMIC_RELAXED) <= address) {
            low = middle + 1;
        } else {
            count = middle;
        }
    }
    return low == 0 ? NULL : __atomic_load_n(&edges[low - 1].owner, __ATOMIC_RELAXED);
}

struct em_caps_heap *em_index_find(struct em_pool *pool, uintptr_t address)
{
    for (;;) {
        unsigned version = EM_LOAD(&pool->edge_version);
        unsigned count = __atomic_load_n(&pool->edge_count[version & 1u], __ATOMIC_RELAXED);
        struct em_caps_heap *owner = search(half_of(pool, version), count, address);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (__atomic_load_n(&pool->edge_version, __ATOMIC_RELAXED) == version) {
            return owner;
        }
    }
}
