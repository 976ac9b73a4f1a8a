/* The booking side of the books of owners. See espmem/owners.h.
 *
 * Must not know what a heap or a task is, nor print.
 *
 * One idea: every record is in exactly one list of its kind (a chain, the free ones, the idle tasks), and
 * each step moves a bounded number of records from one to another. */
#include "core/watch/owners.h"

#include "core/base/bits.h"

/* ---- memory ---------------------------------------------------------------------------------- */

static uint32_t chain_count(uint32_t blocks)
{
    uint32_t count = UINT32_C(1) << em_highest_bit(blocks);
    return count < 16 ? 16 : count;
}

/* The parts of the memory, those with the strictest alignment first. */
static bool lay_out(const struct em_owners_limits *limits, size_t at[4], size_t *bytes)
{
    const size_t sizes[] = {sizeof(struct em_owner_block), sizeof(struct em_owner_task), sizeof(struct em_owner_share),
                            sizeof(uint32_t)};
    if (limits->blocks == 0 || limits->tasks == 0 || limits->shares == 0) {
        return false;
    }
    const size_t counts[] = {limits->blocks, limits->tasks, limits->shares, chain_count(limits->blocks)};
    *bytes = 0;
    for (unsigned i = 0; i < 4; i++) {
        size_t part;
        at[i] = *bytes;
        if (!em_multiply(&part, sizes[i], counts[i]) || !em_add(bytes, *bytes, part)) {
            return false;
        }
    }
    return true;
}

size_t em_owners_bytes(const struct em_owners_limits *limits)
{
    size_t at[4], bytes;
    return lay_out(limits, at, &bytes) ? bytes : 0;
}

void em_owners_open(struct em_owners *owners, void *memory, const struct em_owners_limits *limits, bool keep_ended)
{
    size_t at[4] = {0, 0, 0, 0}, bytes = 0;
    *owners = (struct em_owners){.limits = *limits, .keep_ended = keep_ended};
    if (!lay_out(limits, at, &bytes)) {
        owners->limits = (struct em_owners_limits){0, 0, 0};
    }
    char *start = memory;
    owners->blocks = (void *)(start + at[0]);
    owners->tasks = (void *)(start + at[1]);
    owners->shares = (void *)(start + at[2]);
    owners->block_chains = (void *)(start + at[3]);
    owners->block_chain_mask = chain_count(limits->blocks) - 1;
    for (uint32_t i = 0; i <= owners->block_chain_mask; i++) {
        owners->block_chains[i] = 0;
    }
}

/* ---- chains ---------------------------------------------------------------------------------- */

/* The middle bits of a product depend on all of the address. */
static uint32_t spread(uintptr_t address)
{
    uint32_t product = (uint32_t)(address >> 2) * UINT32_C(0x9E3779B1);
    return product ^ product >> 15;
}

static uint32_t *block_chain(const struct em_owners *owners, uintptr_t place)
{
    return &owners->block_chains[spread(place) & owners->block_chain_mask];
}

uint32_t em_owner_find_block(const struct em_owners *owners, uintptr_t place, bool displaced)
{
    for (uint32_t i = *block_chain(owners, place); i != 0; i = em_owner_block_at(owners, i)->chained) {
        const struct em_owner_block *block = em_owner_block_at(owners, i);
        if (block->place == place && block->displaced == displaced) {
            return i;
        }
    }
    return 0;
}

static void chain_block(struct em_owners *owners, uint32_t number)
{
    struct em_owner_block *block = em_owner_block_at(owners, number);
    uint32_t *chain = block_chain(owners, block->place);
    block->chained = *chain;
    *chain = number;
}

static void unchain_block(struct em_owners *owners, uint32_t number)
{
    uint32_t *link = block_chain(owners, em_owner_block_at(owners, number)->place);
    while (*link != number) {
        link = &em_owner_block_at(owners, *link)->chained;
    }
    *link = em_owner_block_at(owners, number)->chained;
}

static uint32_t *task_chain(struct em_owners *owners, uintptr_t handle)
{
    return &owners->task_chains[spread(handle) % EM_OWNER_CHAINS];
}

/* A task that has not ended; `life` NULL: whichever it is. */
static uint32_t find_task(struct em_owners *owners, uintptr_t handle, const uint32_t *life)
{
    for (uint32_t i = *task_chain(owners, handle); i != 0; i = em_owner_task_at(owners, i)->chained) {
        const struct em_owner_task *task = em_owner_task_at(owners, i);
        if (task->handle == handle && (life == NULL || task->life == *life)) {
            return i;
        }
    }
    return 0;
}

/* ---- tasks that come and go ------------------------------------------------------------------ */

/* The record and all of its shares are free; it owns nothing and is in no chain. */
static void forget_task(struct em_owners *owners, uint32_t number)
{
    struct em_owner_task *task = em_owner_task_at(owners, number);
    if (task->share_first != 0) {
        em_owner_share_at(owners, task->share_last)->next = owners->free_share;
        owners->free_share = task->share_first;
    }
    task->serial = 0;
    task->chained = owners->free_task;
    owners->free_task = number;
}

/* What becomes of a task that has ended and owns nothing. */
static void retire(struct em_owners *owners, uint32_t number)
{
    if (!owners->keep_ended) {
        forget_task(owners, number);
        return;
    }
    em_owner_task_at(owners, number)->chained = 0;
    if (owners->idle_first == 0) {
        owners->idle_first = number;
    } else {
        em_owner_task_at(owners, owners->idle_last)->chained = number;
    }
    owners->idle_last = number;
}

/* The task that has been idle longest makes room; false iff none is. */
static bool make_room(struct em_owners *owners)
{
    uint32_t number = owners->idle_first;
    if (number == 0) {
        return false;
    }
    owners->idle_first = em_owner_task_at(owners, number)->chained;
    forget_task(owners, number);
    return true;
}

static void end_task(struct em_owners *owners, uint32_t number)
{
    struct em_owner_task *task = em_owner_task_at(owners, number);
    uint32_t *link = task_chain(owners, task->handle);
    while (*link != number) {
        link = &em_owner_task_at(owners, *link)->chained;
    }
    *link = task->chained;
    task->phase = EM_OWNER_ENDED;
    if (task->blocks == 0) {
        retire(owners, number);
    }
}

static uint32_t new_task_record(struct em_owners *owners)
{
    uint32_t number = owners->free_task;
    if (number != 0) {
        owners->free_task = em_owner_task_at(owners, number)->chained;
        return number;
    }
    return owners->fresh.tasks < owners->limits.tasks ? ++owners->fresh.tasks : 0;
}

static uint32_t add_task(struct em_owners *owners, const struct em_owner *owner)
{
    uint32_t number = new_task_record(owners);
    if (number == 0) {
        number = make_room(owners) ? new_task_record(owners) : 0;
    }
    if (number == 0) {
        return 0;
    }
    struct em_owner_task *task = em_owner_task_at(owners, number);
    uint32_t *chain = task_chain(owners, owner->handle);
    *task = (struct em_owner_task){.handle = owner->handle, .life = owner->life, .serial = ++owners->serial, .chained = *chain};
    for (unsigned i = 0; i < EM_OWNER_NAME - 1 && owner->name != NULL && owner->name[i] != '\0'; i++) {
        task->name[i] = owner->name[i];
    }
    *chain = number;
    return number;
}

/* A live task with this handle but another life has ended without a word. */
static uint32_t task_of(struct em_owners *owners, const struct em_owner *owner)
{
    uint32_t number = find_task(owners, owner->handle, &owner->life);
    if (number != 0) {
        return number;
    }
    uint32_t former = find_task(owners, owner->handle, NULL);
    if (former != 0) {
        end_task(owners, former);
    }
    return add_task(owners, owner);
}

/* ---- shares ---------------------------------------------------------------------------------- */

static uint32_t new_share_record(struct em_owners *owners)
{
    while (owners->free_share == 0 && owners->fresh.shares == owners->limits.shares) {
        if (!make_room(owners)) {
            return 0;
        }
    }
    uint32_t number = owners->free_share;
    if (number == 0) {
        return ++owners->fresh.shares;
    }
    owners->free_share = em_owner_share_at(owners, number)->next;
    return number;
}

static uint32_t add_share(struct em_owners *owners, uint32_t task_number, const void *heap)
{
    struct em_owner_task *task = em_owner_task_at(owners, task_number);
    uint32_t number = new_share_record(owners);
    if (number == 0) {
        return 0;
    }
    *em_owner_share_at(owners, number) = (struct em_owner_share){.heap = heap, .task = task_number};
    if (task->share_first == 0) {
        task->share_first = number;
    } else {
        em_owner_share_at(owners, task->share_last)->next = number;
    }
    task->share_last = number;
    task->heaps++;
    return number;
}

/* A task uses few heaps, so its shares are looked through. */
static uint32_t share_of(struct em_owners *owners, const void *heap, const struct em_owner *owner)
{
    uint32_t task = task_of(owners, owner);
    if (task == 0) {
        return 0;
    }
    uint32_t number = em_owner_task_at(owners, task)->share_first;
    while (number != 0 && em_owner_share_at(owners, number)->heap != heap) {
        number = em_owner_share_at(owners, number)->next;
    }
    return number != 0 ? number : add_share(owners, task, heap);
}

/* ---- blocks ---------------------------------------------------------------------------------- */

static uint32_t new_block_record(struct em_owners *owners)
{
    uint32_t number = owners->free_block;
    if (number != 0) {
        owners->free_block = em_owner_block_at(owners, number)->chained;
        return number;
    }
    return owners->fresh.blocks < owners->limits.blocks ? ++owners->fresh.blocks : 0;
}

static void free_block_record(struct em_owners *owners, uint32_t number)
{
    em_owner_block_at(owners, number)->chained = owners->free_block;
    owners->free_block = number;
}

static void raise_to(size_t *peak, size_t value)
{
    *peak = value > *peak ? value : *peak;
}

/* Into its chain and, as the newest, into its share. */
static void attach(struct em_owners *owners, uint32_t number, uint32_t share_number, const struct em_owned *owned)
{
    struct em_owner_share *share = em_owner_share_at(owners, share_number);
    struct em_owner_task *task = em_owner_task_at(owners, share->task);
    *em_owner_block_at(owners, number) = (struct em_owner_block){.place = owned->place,
                                                                 .address = owned->address,
                                                                 .size = (uint32_t)owned->size,
                                                                 .share = share_number,
                                                                 .older = share->newest};
    chain_block(owners, number);
    if (share->newest == 0) {
        share->oldest = number;
    } else {
        em_owner_block_at(owners, share->newest)->newer = number;
    }
    share->newest = number;
    share->blocks++;
    share->current += owned->size;
    raise_to(&share->peak, share->current);
    task->blocks++;
    task->current += owned->size;
    raise_to(&task->peak, task->current);
}

static void unlink_from_share(struct em_owners *owners, const struct em_owner_block *block, struct em_owner_share *share)
{
    if (block->older == 0) {
        share->oldest = block->newer;
    } else {
        em_owner_block_at(owners, block->older)->newer = block->newer;
    }
    if (block->newer == 0) {
        share->newest = block->older;
    } else {
        em_owner_block_at(owners, block->newer)->older = block->older;
    }
}

/* The opposite; readers that stand at the block go on to the next. The task may be forgotten by that. */
static void detach(struct em_owners *owners, uint32_t number)
{
    const struct em_owner_block *block = em_owner_block_at(owners, number);
    struct em_owner_share *share = em_owner_share_at(owners, block->share);
    struct em_owner_task *task = em_owner_task_at(owners, share->task);
    for (struct em_owners_cursor *cursor = owners->cursors; cursor != NULL; cursor = cursor->next) {
        cursor->at = cursor->at == number ? block->newer : cursor->at;
    }
    unchain_block(owners, number);
    unlink_from_share(owners, block, share);
    share->blocks--;
    share->current -= block->size;
    task->blocks--;
    task->current -= block->size;
    if (task->phase == EM_OWNER_ENDED && task->blocks == 0) {
        retire(owners, share->task);
    }
}

/* With the lock held. Whatever is booked at the place has moved away from there. */
static bool book(struct em_owners *owners, const struct em_owned *owned, const struct em_owner *owner)
{
    uint32_t former = em_owner_find_block(owners, owned->place, false);
    if (former != 0) {
        em_owner_block_at(owners, former)->displaced = true;
    }
    uint32_t number = new_block_record(owners);
    uint32_t share = number == 0 ? 0 : share_of(owners, owned->heap, owner);
    if (share == 0) {
        if (number != 0) {
            free_block_record(owners, number);
        }
        owners->lost++;
        return false;
    }
    attach(owners, number, share, owned);
    return true;
}

/* ---- what others call ------------------------------------------------------------------------ */

bool em_owners_add(struct em_owners *owners, const struct em_owned *block, const struct em_owner *owner)
{
    em_port_lock(&owners->lock);
    bool booked = book(owners, block, owner);
    em_port_unlock(&owners->lock);
    return booked;
}

bool em_owners_move(struct em_owners *owners, uintptr_t old_place, const struct em_owned *block, const struct em_owner *owner)
{
    em_port_lock(&owners->lock);
    uint32_t number = em_owner_find_block(owners, old_place, true);
    if (number == 0) {
        number = em_owner_find_block(owners, old_place, false);
    }
    if (number != 0) {
        detach(owners, number);
        free_block_record(owners, number);
    }
    bool booked = book(owners, block, owner);
    em_port_unlock(&owners->lock);
    return booked;
}

void em_owners_remove(struct em_owners *owners, uintptr_t place, uintptr_t address)
{
    em_port_lock(&owners->lock);
    uint32_t number = em_owner_find_block(owners, place, false);
    if (number != 0) {
        detach(owners, number);
        free_block_record(owners, number);
    }
    uint32_t task = address == 0 ? 0 : find_task(owners, address, NULL);
    if (task != 0) {
        end_task(owners, task);
    }
    em_port_unlock(&owners->lock);
}

void em_owners_condemn(struct em_owners *owners, uintptr_t handle, uint32_t life)
{
    em_port_lock(&owners->lock);
    uint32_t number = handle == 0 ? 0 : find_task(owners, handle, &life);
    if (number != 0) {
        em_owner_task_at(owners, number)->phase = EM_OWNER_CONDEMNED;
    }
    em_port_unlock(&owners->lock);
}

void em_owners_end(struct em_owners *owners, uintptr_t handle, uint32_t life)
{
    em_port_lock(&owners->lock);
    uint32_t number = handle == 0 ? 0 : find_task(owners, handle, &life);
    if (number != 0) {
        end_task(owners, number);
    }
    em_port_unlock(&owners->lock);
}

uint32_t em_owners_lost(struct em_owners *owners)
{
    em_port_lock(&owners->lock);
    uint32_t lost = owners->lost;
    em_port_unlock(&owners->lock);
    return lost;
}
