/* What plain malloc, realloc and memalign of a program become.
 *
 * The policy is the core's; here is only by which name and with which capabilities a failure is told.
 *
 * One idea: while external memory is not enabled, the chip's malloc is heap_caps_malloc for DEFAULT and
 * INTERNAL memory, and fails by that name. */
#include <stdbool.h>

#include "allocation.h"
#include "blocks.h"
#include "caller.h"
#include "chip.h"
#include "esp_heap_caps.h"

static bool external_enabled(void)
{
    return idf_chip.pool.external_limit != EM_LIMIT_NEVER_EXTERNAL;
}

/* The chip keeps the limit in an int, where its largest size_t is -1: never. */
void heap_caps_malloc_extmem_enable(size_t limit)
{
    long kept = limit > (size_t)INT32_MAX ? INT32_MAX : (long)limit; /* no heap is bigger */
    bool never = limit == SIZE_MAX || limit == UINT32_MAX;
    em_pool_limit_external(&idf_chip.pool, never ? EM_LIMIT_NEVER_EXTERNAL : kept);
}

void *heap_caps_malloc_default(size_t size)
{
    IDF_ENTRY;
    if (!external_enabled())
        return heap_caps_malloc(size, MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL);
    void *block = idf_block_out(em_caps_allocate_default(&idf_chip.pool, size), size, 4);
    return block || size == 0 ? block : idf_not_served(4, size, MALLOC_CAP_DEFAULT, __func__);
}

static void *resize(void *block, size_t size, uint32_t caps)
{
    (void)caps; /* the policy's */
    return em_caps_reallocate_default(&idf_chip.pool, block, size);
}

void *heap_caps_realloc_default(void *ptr, size_t size)
{
    IDF_ENTRY;
    if (!external_enabled())
        return heap_caps_realloc(ptr, size, MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL);
    void *block = idf_block_resize(ptr, size, 0, resize);
    return block || size == 0 ? block : idf_not_served(4, size, MALLOC_CAP_DEFAULT, __func__);
}

void *heap_caps_aligned_alloc_default(size_t alignment, size_t size)
{
    IDF_ENTRY;
    if (!external_enabled())
        return heap_caps_aligned_alloc(alignment, size, MALLOC_CAP_DEFAULT | MALLOC_CAP_INTERNAL);
    if (idf_cannot_align(alignment, size))
        return NULL;
    void *block = idf_block_out(em_caps_allocate_aligned_default(&idf_chip.pool, alignment, size), size, alignment);
    return block ? block : idf_not_served(alignment, size, MALLOC_CAP_DEFAULT, __func__);
}
