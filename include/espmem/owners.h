/* Who owns which live block: totals by task and heap, and the blocks themselves.
 *
 * The books lie in memory that the caller gives; nothing of them is in a heap. They know tasks by a
 * handle and heaps by any pointer, and ask neither anything.
 *
 * One idea: a block belongs to a share, which is what one task has of one heap, and keeps it: so a free
 * by anybody, also long after the task has ended and its handle is another's, is taken off where the
 * block was booked.
 *
 * Unless said otherwise: callable from any task, also while a reader reads; O(1) expected, the books'
 * own lock held for that long. */
#ifndef ESPMEM_OWNERS_H
#define ESPMEM_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/port.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { EM_OWNER_NAME = 16, EM_OWNER_CHAINS = 256 };

/* What the books have room for. A share is one task's part of one heap. */
struct em_owners_limits {
    uint32_t blocks, tasks, shares;
};

/* A task, as whoever books something knows it. */
struct em_owner {
    uintptr_t handle; /* 0: no task; never ends */
    uint32_t life;    /* no two tasks have the same, also where they have the same handle */
    const char *name; /* copied, cut to EM_OWNER_NAME - 1 */
};

/* A block. */
struct em_owned {
    const void *heap;
    uintptr_t place;   /* where it lies: no two live blocks have the same */
    uintptr_t address; /* what its user holds */
    size_t size;       /* below 4 GiB */
};

struct em_owner_block;
struct em_owner_task;
struct em_owner_share;

/* A reader's place in the blocks of a share; lies on the reader's stack. */
struct em_owners_cursor {
    struct em_owners_cursor *next;
    uint32_t at;   /* the next block to show, 0 at the end */
    uint32_t left; /* no more than were there at the start: a reader cannot be kept busy for ever */
};

/* The fields are the core's. */
struct em_owners {
    struct em_lock lock;
    struct em_owners_limits limits, fresh; /* how many of each there are, and have ever been used */
    uint32_t free_block, free_task, free_share;
    struct em_owner_block *blocks;
    struct em_owner_task *tasks;
    struct em_owner_share *shares;
    uint32_t *block_chains; /* by place */
    uint32_t block_chain_mask;
    uint32_t task_chains[EM_OWNER_CHAINS]; /* of tasks that have not ended, by handle */
    uint32_t idle_first, idle_last;        /* ended and without blocks, kept for listings; oldest first */
    uint32_t serial;
    uint32_t lost;
    bool keep_ended;
    struct em_owners_cursor *cursors;
};

/* Bytes of memory that books of these limits take, 0 iff that overflows or a limit is 0. */
size_t em_owners_bytes(const struct em_owners_limits *limits);

/* Empty books in `memory`, which has em_owners_bytes and the alignment of a pointer, stays the caller's
 * and may hold anything. keep_ended: tasks that have ended stay listed until their room is needed. Else
 * they are gone from the list at once, though what they own stays booked. O(limits->blocks). */
void em_owners_open(struct em_owners *owners, void *memory, const struct em_owners_limits *limits, bool keep_ended);

/* ---- booking --------------------------------------------------------------------------------- */

/* A block is the owner's now. False iff the books are full: then it is not booked, only counted as lost. */
bool em_owners_add(struct em_owners *owners, const struct em_owned *block, const struct em_owner *owner);

/* The block that lay at `old_place` is this one now, and this owner's, in one step: no peak sees both.
 * The block that another task has got at the old place meanwhile is not mistaken for it. */
bool em_owners_move(struct em_owners *owners, uintptr_t old_place, const struct em_owned *block, const struct em_owner *owner);

/* A block is nobody's from now on; unknown places are ignored. A task whose handle is this address, its
 * control block then, has ended. */
void em_owners_remove(struct em_owners *owners, uintptr_t place, uintptr_t address);

/* The task is listed as ended; what it still does until em_owners_end is booked as its own. */
void em_owners_condemn(struct em_owners *owners, uintptr_t handle, uint32_t life);
/* It does nothing any more: whoever has this handle from now on is another task. */
void em_owners_end(struct em_owners *owners, uintptr_t handle, uint32_t life);

/* Blocks that were not booked since the start because the books were full. */
uint32_t em_owners_lost(struct em_owners *owners);

/* ---- reading --------------------------------------------------------------------------------- */

/* A task as it stood at one moment. */
struct em_owner_view {
    uint32_t entry, serial;
    uintptr_t handle;
    uint32_t life;
    char name[EM_OWNER_NAME];
    bool alive;
    size_t current, peak; /* bytes over all heaps */
    uint32_t heaps;       /* that it has ever used */
    uint32_t blocks;
};

/* What it has of one heap. */
struct em_owner_part {
    uint32_t share;
    const void *heap;
    size_t current, peak;
    uint32_t blocks;
    bool last; /* of the task's */
};

/* The listed task behind `after` (NULL: the first) by descending handle, the younger first where handles
 * are equal. False at the end. O(tasks), the lock held for one at a time. */
bool em_owners_next(struct em_owners *owners, const struct em_owner_view *after, struct em_owner_view *next);

/* The listed task with this handle and this life; `life` NULL: the one that lives, else the youngest. Cost
 * as next. */
bool em_owners_find(struct em_owners *owners, uintptr_t handle, const uint32_t *life, struct em_owner_view *view);

/* How many listed tasks there are, and how many shares and blocks they have. Cost as next. */
struct em_owners_limits em_owners_count(struct em_owners *owners);

/* The next heap of the task, in the order in which it first used them; part->share is 0 before the first.
 * False at the end, or where the task has been forgotten meanwhile. */
bool em_owners_next_part(struct em_owners *owners, const struct em_owner_view *task, struct em_owner_part *part);

/* The blocks of a part, in the order in which they were booked or moved. Each is given once, whatever
 * comes and goes meanwhile; those that come later are not. Each open needs its close. */
void em_owners_open_blocks(struct em_owners *owners, const struct em_owner_view *task, const struct em_owner_part *part,
                           struct em_owners_cursor *cursor);
bool em_owners_next_block(struct em_owners *owners, struct em_owners_cursor *cursor, struct em_owned *block);
void em_owners_close_blocks(struct em_owners *owners, struct em_owners_cursor *cursor);

/* The block that is booked at this place, and its owner's handle; false iff none is. */
bool em_owners_lookup(struct em_owners *owners, uintptr_t place, struct em_owned *block, uintptr_t *handle);

#ifdef __cplusplus
}
#endif
#endif
