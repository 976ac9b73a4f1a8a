/* What a pool knows of its heaps: sums by capability, and the monitored minimum.
 *
 * Must not change a heap, but for its minimum.
 *
 * One idea: every question is one loop over the heaps that match. */
#include "core/caps/pool.h"

bool em_caps_match(const struct em_caps_heap *heap, uint32_t caps)
{
    return EM_LOAD(&heap->heap) != NULL && (heap->all_caps & caps) == caps;
}

static struct em_caps_heap *next_matching(struct em_pool *pool, struct em_caps_heap *heap, uint32_t caps)
{
    heap = heap == NULL ? EM_LOAD(&pool->first) : heap->next;
    while (heap != NULL && !em_caps_match(heap, caps)) {
        heap = heap->next;
    }
    return heap;
}

struct em_caps_heap *em_caps_next(struct em_pool *pool, struct em_caps_heap *heap, uint32_t caps)
{
    return next_matching(pool, heap, caps == EM_CAP_INVALID ? 0 : caps);
}

size_t em_caps_total(struct em_pool *pool, uint32_t caps)
{
    size_t sum = 0;
    for (struct em_caps_heap *heap = NULL; (heap = next_matching(pool, heap, caps)) != NULL;) {
        sum += heap->end - heap->start;
    }
    return sum;
}

size_t em_caps_free_bytes(struct em_pool *pool, uint32_t caps)
{
    size_t sum = 0;
    for (struct em_caps_heap *heap = NULL; (heap = next_matching(pool, heap, caps)) != NULL;) {
        sum += em_guard_free_bytes(heap->heap);
    }
    return sum;
}

size_t em_caps_minimum_free(struct em_pool *pool, uint32_t caps)
{
    size_t sum = 0;
    for (struct em_caps_heap *heap = NULL; (heap = next_matching(pool, heap, caps)) != NULL;) {
        sum += em_guard_minimum_free(heap->heap);
    }
    return sum;
}

/* The chip takes the owner word off what it has found so far, once for each heap: recorded, so kept. */
static void raise_largest(const struct em_pool *pool, size_t *most, size_t largest)
{
    *most = em_less(largest > *most ? largest : *most, pool->owner_bytes);
}

size_t em_caps_largest_free(struct em_pool *pool, uint32_t caps)
{
    size_t most = 0;
    for (struct em_caps_heap *heap = NULL; (heap = next_matching(pool, heap, caps)) != NULL;) {
        raise_largest(pool, &most, em_guard_largest_free(heap->heap));
    }
    return most;
}

void em_caps_get_info(struct em_pool *pool, struct em_heap_info *info, uint32_t caps)
{
    *info = (struct em_heap_info){0};
    for (struct em_caps_heap *heap = NULL; (heap = next_matching(pool, heap, caps)) != NULL;) {
        struct em_heap_info one;
        em_guard_get_info(heap->heap, &one);
        info->free_bytes += em_less(one.free_bytes, pool->owner_bytes);
        info->allocated_bytes += em_less(one.allocated_bytes, one.allocated_blocks * pool->owner_bytes);
        info->minimum_free += em_less(one.minimum_free, pool->owner_bytes);
        info->allocated_blocks += one.allocated_blocks;
        info->free_blocks += one.free_blocks;
        info->total_blocks += one.total_blocks;
        raise_largest(pool, &info->largest_free, one.largest_free);
    }
}

/* ---- the monitored minimum ------------------------------------------------------------------- */

/* What is remembered stands in the heap's own record, so heaps that join meanwhile disturb nobody. */
enum em_error em_caps_monitor_start(struct em_pool *pool)
{
    em_port_lock(&pool->lock);
    for (struct em_caps_heap *heap = NULL; (heap = next_matching(pool, heap, 0)) != NULL;) {
        size_t old = em_heap_reset_minimum(heap->heap);
        heap->watched_minimum = heap->watched && heap->watched_minimum < old ? heap->watched_minimum : old;
        heap->watched = true;
    }
    pool->monitoring = true;
    em_port_unlock(&pool->lock);
    return EM_OK;
}

enum em_error em_caps_monitor_stop(struct em_pool *pool)
{
    em_port_lock(&pool->lock);
    enum em_error error = pool->monitoring ? EM_OK : EM_FAIL;
    for (struct em_caps_heap *heap = NULL; (heap = next_matching(pool, heap, 0)) != NULL;) {
        if (heap->watched) {
            em_heap_restore_minimum(heap->heap, heap->watched_minimum);
            heap->watched = false;
        }
    }
    pool->monitoring = false;
    em_port_unlock(&pool->lock);
    return error;
}
