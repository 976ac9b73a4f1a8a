/* The reading side of the books of owners. See espmem/owners.h.
 *
 * Must not change anything but the list of readers.
 *
 * One idea: nothing is held between two steps. A task is named by its record and its serial number, which
 * no other task ever has; a place among blocks is a cursor that whoever removes a block moves on. */
#include "core/watch/owners.h"

/* With the lock held. */
static bool is_listed(const struct em_owners *owners, const struct em_owner_task *task)
{
    return task->serial != 0 && (owners->keep_ended || task->phase == EM_OWNER_LIVES);
}

static struct em_owner_view view_of(const struct em_owners *owners, uint32_t entry)
{
    const struct em_owner_task *task = em_owner_task_at(owners, entry);
    struct em_owner_view view = {
        .entry = entry,
        .serial = task->serial,
        .handle = task->handle,
        .life = task->life,
        .alive = task->phase == EM_OWNER_LIVES,
        .current = task->current,
        .peak = task->peak,
        .heaps = task->heaps,
        .blocks = task->blocks,
    };
    for (unsigned i = 0; i < EM_OWNER_NAME; i++) {
        view.name[i] = task->name[i];
    }
    return view;
}

/* The task in a record, if it is listed. False iff there is no such record; view->serial 0: not listed. */
static bool look_at(struct em_owners *owners, uint32_t entry, struct em_owner_view *view)
{
    em_port_lock(&owners->lock);
    bool there = entry <= owners->fresh.tasks;
    if (there) {
        *view = view_of(owners, entry);
        view->serial = is_listed(owners, em_owner_task_at(owners, entry)) ? view->serial : 0;
    }
    em_port_unlock(&owners->lock);
    return there;
}

static bool stands_before(const struct em_owner_view *a, const struct em_owner_view *b)
{
    return a->handle != b->handle ? a->handle > b->handle : a->serial > b->serial;
}

bool em_owners_next(struct em_owners *owners, const struct em_owner_view *after, struct em_owner_view *next)
{
    struct em_owner_view seen, best = {.serial = 0};
    for (uint32_t entry = 1; look_at(owners, entry, &seen); entry++) {
        if (seen.serial == 0 || (after != NULL && !stands_before(after, &seen))) {
            continue;
        }
        if (best.serial == 0 || stands_before(&seen, &best)) {
            best = seen;
        }
    }
    if (best.serial != 0) {
        *next = best;
    }
    return best.serial != 0;
}

bool em_owners_find(struct em_owners *owners, uintptr_t handle, const uint32_t *life, struct em_owner_view *view)
{
    struct em_owner_view seen, best = {.serial = 0};
    for (uint32_t entry = 1; look_at(owners, entry, &seen); entry++) {
        if (seen.serial == 0 || seen.handle != handle || (life != NULL && seen.life != *life)) {
            continue;
        }
        bool better = seen.alive != best.alive ? seen.alive : seen.serial > best.serial;
        if (best.serial == 0 || better) {
            best = seen;
        }
    }
    if (best.serial != 0) {
        *view = best;
    }
    return best.serial != 0;
}

struct em_owners_limits em_owners_count(struct em_owners *owners)
{
    struct em_owners_limits count = {0, 0, 0};
    struct em_owner_view seen;
    for (uint32_t entry = 1; look_at(owners, entry, &seen); entry++) {
        if (seen.serial != 0) {
            count.tasks++;
            count.shares += seen.heaps;
            count.blocks += seen.blocks;
        }
    }
    return count;
}

/* With the lock held: the task's record is still that task's. */
static bool is_same(const struct em_owners *owners, const struct em_owner_view *view)
{
    return em_owner_task_at(owners, view->entry)->serial == view->serial;
}

bool em_owners_next_part(struct em_owners *owners, const struct em_owner_view *task, struct em_owner_part *part)
{
    em_port_lock(&owners->lock);
    uint32_t number = 0;
    if (is_same(owners, task)) {
        number = part->share == 0 ? em_owner_task_at(owners, task->entry)->share_first
                                  : em_owner_share_at(owners, part->share)->next;
    }
    if (number != 0) {
        const struct em_owner_share *share = em_owner_share_at(owners, number);
        *part = (struct em_owner_part){number, share->heap, share->current, share->peak, share->blocks, share->next == 0};
    }
    em_port_unlock(&owners->lock);
    return number != 0;
}

void em_owners_open_blocks(struct em_owners *owners, const struct em_owner_view *task, const struct em_owner_part *part,
                           struct em_owners_cursor *cursor)
{
    em_port_lock(&owners->lock);
    const struct em_owner_share *share = em_owner_share_at(owners, part->share);
    bool same = is_same(owners, task);
    *cursor = (struct em_owners_cursor){owners->cursors, same ? share->oldest : 0, same ? share->blocks : 0};
    owners->cursors = cursor;
    em_port_unlock(&owners->lock);
}

/* With the lock held. */
static struct em_owned owned_of(const struct em_owners *owners, const struct em_owner_block *block)
{
    return (struct em_owned){em_owner_share_at(owners, block->share)->heap, block->place, block->address, block->size};
}

bool em_owners_next_block(struct em_owners *owners, struct em_owners_cursor *cursor, struct em_owned *block)
{
    em_port_lock(&owners->lock);
    bool more = cursor->at != 0 && cursor->left > 0;
    if (more) {
        const struct em_owner_block *record = em_owner_block_at(owners, cursor->at);
        *block = owned_of(owners, record);
        cursor->at = record->newer;
        cursor->left--;
    }
    em_port_unlock(&owners->lock);
    return more;
}

void em_owners_close_blocks(struct em_owners *owners, struct em_owners_cursor *cursor)
{
    em_port_lock(&owners->lock);
    struct em_owners_cursor **link = &owners->cursors;
    while (*link != cursor) {
        link = &(*link)->next;
    }
    *link = cursor->next;
    em_port_unlock(&owners->lock);
}

bool em_owners_lookup(struct em_owners *owners, uintptr_t place, struct em_owned *block, uintptr_t *handle)
{
    em_port_lock(&owners->lock);
    uint32_t number = em_owner_find_block(owners, place, false);
    if (number != 0) {
        const struct em_owner_block *record = em_owner_block_at(owners, number);
        *block = owned_of(owners, record);
        *handle = em_owner_task_at(owners, em_owner_share_at(owners, record->share)->task)->handle;
    }
    em_port_unlock(&owners->lock);
    return number != 0;
}
