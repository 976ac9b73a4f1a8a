/* The records of the books of owners: what booking and reading share.
 *
 * Records are named by numbers from 1, 0 being none, so that they are half as big on 64-bit machines. */
#ifndef EM_WATCH_OWNERS_H
#define EM_WATCH_OWNERS_H

#include "espmem/owners.h"

struct em_owner_block {
    uintptr_t place, address;
    uint32_t size;
    uint32_t share;
    uint32_t chained; /* the next of its chain, or of the free ones */
    uint32_t older, newer;
    bool displaced; /* it has moved, and its place is another block's already; the news of it is under way */
};

struct em_owner_share {
    const void *heap;
    size_t current, peak;
    uint32_t task, blocks;
    uint32_t next; /* of the task, or of the free ones */
    uint32_t oldest, newest;
};

enum em_owner_phase { EM_OWNER_LIVES, EM_OWNER_CONDEMNED, EM_OWNER_ENDED };

struct em_owner_task {
    uintptr_t handle;
    uint32_t life;
    uint32_t serial; /* 0: the record is free */
    char name[EM_OWNER_NAME];
    enum em_owner_phase phase;
    size_t current, peak;
    uint32_t heaps, blocks;
    uint32_t share_first, share_last;
    uint32_t chained; /* the next of its chain, of the idle, or of the free ones */
};

static inline struct em_owner_block *em_owner_block_at(const struct em_owners *owners, uint32_t number)
{
    return &owners->blocks[number - 1];
}

static inline struct em_owner_task *em_owner_task_at(const struct em_owners *owners, uint32_t number)
{
    return &owners->tasks[number - 1];
}

static inline struct em_owner_share *em_owner_share_at(const struct em_owners *owners, uint32_t number)
{
    return &owners->shares[number - 1];
}

/* With the lock held: the block booked at the place, 0 if none is. */
uint32_t em_owner_find_block(const struct em_owners *owners, uintptr_t place, bool displaced);

#endif
