/* Blocks, found from the addresses that their users hold: where they lie and how big they are.
 *
 * Must not change anything.
 *
 * One idea: an address is located once, by the same function that a free uses. */
#include "core/caps/pool.h"

size_t em_place_usable(const struct em_pool *pool, const struct em_place *place)
{
    if (place->usable != 0) {
        return place->usable;
    }
    size_t taken = pool->owner_bytes + (place->by_alias ? EM_ALIAS_WORD : 0);
    return em_less(em_guard_block_size(place->heap->heap, place->block), taken);
}

size_t em_caps_block_size(struct em_pool *pool, const void *address)
{
    struct em_place place;
    if (!em_locate(pool, (void *)(uintptr_t)address, &place)) {
        em_port_fault(
            &(struct em_fault){.kind = EM_FAULT_FOREIGN_POINTER, .during = EM_DURING_QUERY, .address = (uintptr_t)address});
        return 0;
    }
    return em_place_usable(pool, &place);
}

size_t em_caps_containing_block_size(struct em_pool *pool, const void *address)
{
    struct em_caps_heap *heap = em_caps_heap_of(pool, (uintptr_t)address);
    if (heap == NULL) {
        return 0;
    }
    const struct em_alias *alias = em_alias_of_code(pool->chip, (uintptr_t)address);
    uintptr_t data = alias == NULL ? (uintptr_t)address : em_alias_data_address(alias, (uintptr_t)address);
    return em_guard_containing_size(heap->heap, (const void *)data);
}

bool em_caps_find_place(struct em_pool *pool, const void *address, struct em_caps_block *block)
{
    struct em_place place;
    if (!em_locate(pool, (void *)(uintptr_t)address, &place)) {
        return false;
    }
    size_t head = em_guard_of(place.heap->heap) == EM_GUARD_OFF ? 0 : EM_GUARD_HEAD_BYTES;
    *block = (struct em_caps_block){place.heap, (uintptr_t)place.block - head, 0};
    return true;
}

bool em_caps_find_block(struct em_pool *pool, const void *address, struct em_caps_block *block)
{
    struct em_place place;
    if (!em_locate(pool, (void *)(uintptr_t)address, &place) || !em_caps_find_place(pool, address, block)) {
        return false;
    }
    block->size = em_guard_full_size(place.heap->heap, place.block);
    return true;
}

uintptr_t em_caps_user_address(const struct em_pool *pool, uintptr_t place)
{
    return place + (pool->guard == EM_GUARD_OFF ? 0 : EM_GUARD_HEAD_BYTES) + pool->owner_bytes;
}
