/* What a guarded heap says of itself.
 *
 * Must not change anything.
 *
 * One idea: a figure is the heap's own less what marks cost: once for what could be handed out, once a
 * block for what has been. */
#include "core/guard/marks.h"

static size_t without_marks(const struct em_heap *heap, size_t bytes)
{
    if (heap->guard == EM_GUARD_OFF) {
        return bytes;
    }
    return bytes > EM_GUARD_BYTES ? bytes - EM_GUARD_BYTES : 0;
}

size_t em_guard_free_bytes(struct em_heap *heap)
{
    return without_marks(heap, em_heap_free_bytes(heap));
}

size_t em_guard_minimum_free(struct em_heap *heap)
{
    return without_marks(heap, em_heap_minimum_free(heap));
}

size_t em_guard_largest_free(struct em_heap *heap)
{
    return without_marks(heap, em_heap_largest_free(heap));
}

void em_guard_get_info(struct em_heap *heap, struct em_heap_info *info)
{
    em_heap_get_info(heap, info);
    info->free_bytes = without_marks(heap, info->free_bytes);
    info->minimum_free = without_marks(heap, info->minimum_free);
    info->largest_free = without_marks(heap, info->largest_free);
    if (heap->guard != EM_GUARD_OFF) {
        info->allocated_bytes -= EM_GUARD_BYTES * info->allocated_blocks;
    }
}

void *em_guard_containing_block(struct em_heap *heap, const void *address)
{
    char *raw = em_heap_containing_block(heap, address);
    return raw == NULL || heap->guard == EM_GUARD_OFF ? raw : raw + EM_GUARD_HEAD_BYTES;
}

size_t em_guard_containing_size(struct em_heap *heap, const void *address)
{
    struct em_block_view found;
    return em_heap_find_block(heap, address, &found) ? without_marks(heap, found.size) : 0;
}
