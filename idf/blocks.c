/* See blocks.h. Knows no way to allocate, but the one to free.
 *
 * One idea: limits and failures are the chip's, since each block is the chip's; only the bytes that the
 * program sees may lie somewhere else. */
#include "blocks.h"

#include <string.h>

#include "chip.h"

static const struct idf_fence *fence(void)
{
    return idf_chip.platform ? idf_chip.platform->fence : NULL;
}

/* A heap that the program has made of a stand-in's bytes has blocks of its own there. */
static bool is_fenced(const void *address)
{
    return fence() && fence()->holds((uintptr_t)address) && !em_caps_heap_of(&idf_chip.pool, (uintptr_t)address);
}

void *idf_block_out(void *block, size_t size, size_t alignment)
{
    return block && fence() ? fence()->raise(block, size, alignment) : block;
}

void *idf_block_behind(const void *address)
{
    size_t size;
    void *block = is_fenced(address) ? fence()->behind(address, &size) : NULL;
    return block ? block : (void *)(uintptr_t)address;
}

uintptr_t idf_charged(uintptr_t address)
{
    return fence() && fence()->holds(address) ? fence()->charged(address) : address;
}

void idf_block_free(void *address)
{
    if (is_fenced(address))
        address = fence()->lower(address, EM_DURING_FREE); /* NULL after a fault */
    em_caps_free(&idf_chip.pool, address);
}

/* The bytes go from stand-in to stand-in; the chip's own copy of nothing does no harm. */
static void *resize_fenced(void *address, size_t size, uint32_t caps, idf_resize *resize)
{
    size_t old_size;
    void *block = fence()->behind(address, &old_size);
    if (!block)
        return fence()->lower(address, EM_DURING_REALLOCATE); /* tells the fault */
    block = resize(block, size, caps);
    if (!block)
        return NULL;
    void *moved = fence()->raise(block, size, 4);
    memcpy(moved, address, size < old_size ? size : old_size);
    fence()->lower(address, EM_DURING_REALLOCATE);
    return moved;
}

void *idf_block_resize(void *address, size_t size, uint32_t caps, idf_resize *resize)
{
    if (!address || !is_fenced(address)) {
        void *block = resize(address, size, caps);
        return address ? block : idf_block_out(block, size, 4);
    }
    if (size > 0)
        return resize_fenced(address, size, caps, resize);
    idf_block_free(address);
    return NULL;
}
