/* Fragmentation, heaps inside heaps, and what stands between holes. See espmem/shape.h.
 *
 * Must not know who holds a block.
 *
 * One idea: one walk finds the two largest holes, a second one goes from the first to the other. */
#include "espmem/shape.h"

#include "core/caps/pool.h"

/* ---- figures --------------------------------------------------------------------------------- */

unsigned em_fragmentation(const struct em_heap_info *info)
{
    enum { ONE_BLOCK = 16 };
    if (info->free_bytes < ONE_BLOCK || info->largest_free >= info->free_bytes) {
        return 0;
    }
    size_t part = info->largest_free, whole = info->free_bytes, rest;
    while (whole > SIZE_MAX / 128) { /* so that 100 times the part does not overflow */
        part >>= 1;
        whole >>= 1;
    }
    return 100u - (unsigned)em_divide(part * 100, whole, &rest);
}

unsigned em_caps_fragmentation(struct em_pool *pool, uint32_t caps)
{
    struct em_heap_info info;
    em_caps_get_info(pool, &info, caps);
    return em_fragmentation(&info);
}

/* ---- heaps inside heaps ---------------------------------------------------------------------- */

/* The innermost region around another, or NULL. */
static const struct em_caps_heap *region_around(struct em_pool *pool, const struct em_caps_heap *heap)
{
    const struct em_caps_heap *around = NULL;
    for (const struct em_caps_heap *other = EM_LOAD(&pool->first); other != NULL; other = other->next) {
        bool holds = other != heap && other->start <= heap->start && heap->end <= other->end;
        if (holds && (around == NULL || other->end - other->start < around->end - around->start)) {
            around = other;
        }
    }
    return around;
}

bool em_caps_next_reserve(struct em_pool *pool, struct em_reserve *reserve)
{
    struct em_caps_heap *heap = reserve->heap;
    while ((heap = em_caps_next(pool, heap, 0)) != NULL) {
        const struct em_caps_heap *around = region_around(pool, heap);
        if (around != NULL) {
            reserve->heap = heap;
            reserve->around = around;
            em_guard_get_info(heap->heap, &reserve->info);
            return true;
        }
    }
    return false;
}

/* ---- between two holes ----------------------------------------------------------------------- */

static bool note_hole(void *context, const struct em_block_view *block)
{
    struct em_gap *gap = context;
    unsigned smaller = gap->hole_bytes[0] <= gap->hole_bytes[1] ? 0 : 1;
    if (block->used || block->size <= gap->hole_bytes[smaller]) {
        return true;
    }
    if (smaller == 0) { /* the walk goes by address, so the new one is the last */
        gap->hole[0] = gap->hole[1];
        gap->hole_bytes[0] = gap->hole_bytes[1];
    }
    gap->hole[1] = (uintptr_t)block->address;
    gap->hole_bytes[1] = block->size;
    return true;
}

struct between {
    const struct em_gap *gap;
    em_heap_visitor *visit;
    void *context;
};

static bool show_between(void *context, const struct em_block_view *block)
{
    const struct between *between = context;
    uintptr_t address = (uintptr_t)block->address;
    if (address >= between->gap->hole[1]) {
        return false;
    }
    return address <= between->gap->hole[0] || !block->used || between->visit(between->context, block);
}

void em_caps_walk_gap(const struct em_gap *gap, em_heap_visitor *visit, void *context)
{
    struct between between = {gap, visit, context};
    em_heap_walk(EM_LOAD(&gap->heap->heap), show_between, &between);
}

static bool count_block(void *context, const struct em_block_view *block)
{
    struct em_gap *gap = context;
    gap->blocks++;
    gap->bytes += block->size;
    return true;
}

bool em_caps_find_gap(const struct em_caps_heap *heap, struct em_gap *gap)
{
    struct em_heap *started = EM_LOAD(&heap->heap);
    *gap = (struct em_gap){.heap = heap};
    if (started == NULL) {
        return false;
    }
    em_heap_walk(started, note_hole, gap);
    if (gap->hole_bytes[0] == 0) {
        return false;
    }
    gap->joined_bytes = gap->hole[1] + gap->hole_bytes[1] - gap->hole[0];
    em_caps_walk_gap(gap, count_block, gap);
    return true;
}
