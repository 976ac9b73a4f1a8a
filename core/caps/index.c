/* Which heap an address belongs to: a sorted list of edges, searched by halves.
 *
 * Must not touch any heap's memory, so that any pointer may be asked for.
 *
 * A region may lie inside another, never across its edge; the inner one then owns its addresses:
 *
 *   regions        [ A …………………………………… ]        [ C … ]
 *                        [ B …… ]
 *   edges      -     A     B      A       -        C     -      one from each edge on
 *
 * One idea: edges are only ever added. A change is written to the index that nobody reads and
 * published by a version; a reader whose version has passed meanwhile looks again. */
#include "core/caps/pool.h"

void em_index_open(struct em_pool *pool)
{
    for (unsigned i = 0; i < 2; i++) {
        pool->index[i].edges = pool->storage.edges + i * (EM_POOL_EDGES(pool->storage.capacity) / 2u);
        pool->index[i].edges[0] = (struct em_caps_edge){0, NULL};
        pool->index[i].count = 1;
    }
    pool->storage.heaps[0] = (struct em_caps_heap){0};
    pool->last_found = &pool->storage.heaps[0];
}

static void put(struct em_caps_index *index, unsigned *count, uintptr_t from, struct em_caps_heap *owner)
{
    __atomic_store_n(&index->edges[*count].from, from, __ATOMIC_RELAXED);
    __atomic_store_n(&index->edges[*count].owner, owner, __ATOMIC_RELAXED);
    (*count)++;
}

/* The caller holds the pool's lock, and the region crosses no edge that is there. */
void em_index_add(struct em_pool *pool, struct em_caps_heap *heap)
{
    unsigned version = pool->index_version;
    const struct em_caps_index *old = &pool->index[version & 1u];
    struct em_caps_index *new = &pool->index[(version + 1u) & 1u];
    const struct em_caps_edge *edges = old->edges;
    unsigned count = 0, i = 0;
    struct em_caps_heap *around = NULL;
    for (; i < old->count && edges[i].from < heap->start; i++) {
        around = edges[i].owner;
        put(new, &count, edges[i].from, edges[i].owner);
    }
    if (i < old->count && edges[i].from == heap->start) {
        around = edges[i++].owner;
    }
    if (around != NULL) {
        around->has_inner = true;
        __atomic_store_n(&around->whole, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&around->guarded, 0, __ATOMIC_RELAXED);
    }
    put(new, &count, heap->start, heap);
    if (i == old->count || edges[i].from != heap->end) {
        put(new, &count, heap->end, around);
    }
    for (; i < old->count; i++) {
        put(new, &count, edges[i].from, edges[i].owner);
    }
    __atomic_store_n(&new->count, count, __ATOMIC_RELAXED);
    EM_PUBLISH(&pool->index_version, version + 1u);
}

/* The owner of the last edge at or below the address; the first edge is at 0. Each load is done before
 * the caller looks at the version again. */
static inline struct em_caps_heap *search(const struct em_caps_index *index, uintptr_t address)
{
    const struct em_caps_edge *edge = index->edges;
    for (unsigned left = EM_LOAD(&index->count), half; left > 1; left -= half) {
        half = left / 2;
        edge += EM_LOAD(&edge[half].from) <= address ? half : 0;
    }
    return EM_LOAD(&edge->owner);
}

struct em_caps_heap *em_index_find(struct em_pool *pool, uintptr_t address)
{
    unsigned version = EM_LOAD(&pool->index_version);
    for (;;) {
        struct em_caps_heap *owner = search(&pool->index[version & 1u], address);
        unsigned now = EM_LOAD(&pool->index_version);
        if (EM_LIKELY(now == version)) {
            if (owner != NULL) {
                EM_PUBLISH(&pool->last_found, owner);
            }
            return owner;
        }
        version = now;
    }
}
