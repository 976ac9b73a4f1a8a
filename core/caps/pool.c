/* The pool: which heaps there are and in which order they are asked.
 *
 * Must not know how a heap shares out its memory, nor who listens.
 *
 * One idea: records are only ever added, and each becomes visible when it is complete: readers of the
 * list and of the index take no lock. */
#include "core/caps/pool.h"

#define RECORD_CAPS (EM_CAP_8BIT | EM_CAP_INTERNAL) /* where the chip keeps its records */

void em_pool_open(struct em_pool *pool, const struct em_chip *chip, const struct em_engine *engine,
                  const struct em_pool_storage *storage)
{
    *pool = (struct em_pool){
        .chip = chip,
        .largest_plain = chip->largest_request,
        .largest_guarded = chip->largest_request,
        .largest = chip->largest_request,
        .engine = engine,
        .storage = *storage,
        .external_limit = -1,
    };
    em_index_open(pool);
}

void em_pool_set_guard(struct em_pool *pool, enum em_guard guard)
{
    pool->guard = guard;
    pool->largest_plain = guard == EM_GUARD_OFF ? pool->largest_guarded : 0;
}

/* Nothing is plain any more: requests and frees take the paths that look at owner_bytes. */
void em_pool_charge_owners(struct em_pool *pool)
{
    pool->owner_bytes = EM_OWNER_WORD;
    pool->largest = pool->chip->largest_request - EM_OWNER_WORD;
    pool->largest_plain = pool->largest_guarded = 0;
}

static struct em_caps_heap *new_record(struct em_pool *pool, const uint32_t caps[EM_PRIORITIES], uintptr_t start, uintptr_t end)
{
    if (pool->count == pool->storage.capacity) {
        return NULL;
    }
    struct em_caps_heap *heap = &pool->storage.heaps[pool->count++];
    *heap = (struct em_caps_heap){
        .start = start,
        .end = end,
        .type_name = "",
        .alias = em_alias_of_data(pool->chip, start, end),
    };
    for (unsigned i = 0; i < EM_PRIORITIES; i++) {
        heap->caps[i] = caps[i];
        heap->all_caps |= caps[i];
    }
    return heap;
}

static bool start_heap(struct em_pool *pool, struct em_caps_heap *record)
{
    struct em_heap *heap = em_heap_create((void *)record->start, record->end - record->start, pool->engine);
    if (heap == NULL || !em_guard_set(heap, pool->guard)) {
        return false;
    }
    em_heap_set_lock(heap, &record->lock);
    if (pool->startup_over) {
        em_heap_set_minimum(heap, 0); /* as the chip says of heaps that were not there from the start */
    }
    EM_PUBLISH(&record->heap, heap);
    size_t whole = record->has_inner || pool->owner_bytes != 0 ? 0 : record->end - record->start;
    EM_PUBLISH(pool->guard == EM_GUARD_OFF ? &record->whole : &record->guarded, whole);
    return true;
}

/* ---- at start -------------------------------------------------------------------------------- */

static size_t length_of(const struct em_caps_heap *heap)
{
    return heap->end - heap->start;
}

/* Shortest first: small requests then leave the long heaps whole. */
static void insert_by_length(struct em_pool *pool, struct em_caps_heap *heap)
{
    struct em_caps_heap **place = &pool->first;
    while (*place != NULL && length_of(*place) <= length_of(heap)) {
        place = &(*place)->next;
    }
    heap->next = *place;
    *place = heap;
}

/* One that tracks tasks has a word more, for the heap's name. */
static size_t record_bytes(const struct em_pool *pool)
{
    size_t bytes = pool->chip->heap_record_bytes;
    return bytes == 0 ? 0 : bytes + pool->owner_bytes;
}

/* The records of all heaps stand in one block of the lowest one that fits. */
static bool charge_records(struct em_pool *pool, unsigned count)
{
    size_t bytes;
    if (!em_multiply(&bytes, record_bytes(pool), count)) {
        return false;
    }
    for (unsigned i = 0; i < pool->count && bytes != 0; i++) {
        struct em_caps_heap *record = &pool->storage.heaps[i];
        if (em_caps_match(record, RECORD_CAPS)) {
            return em_guard_allocate(record->heap, bytes + pool->owner_bytes) != NULL;
        }
    }
    return bytes == 0;
}

enum em_error em_pool_start(struct em_pool *pool, const struct em_region_use *pieces, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct em_caps_heap *record = new_record(pool, pieces[i].type->caps, pieces[i].start, pieces[i].end);
        if (record == NULL) {
            return EM_NO_MEM;
        }
        record->type_name = pieces[i].type->name;
        record->startup_stack = pieces[i].startup_stack;
        if (!record->startup_stack && !start_heap(pool, record)) {
            return EM_INVALID_SIZE;
        }
        em_index_add(pool, record);
    }
    if (!charge_records(pool, count)) {
        return EM_NO_MEM;
    }
    for (unsigned i = 0; i < count; i++) {
        insert_by_length(pool, &pool->storage.heaps[i]);
    }
    return EM_OK;
}

void em_pool_end_startup(struct em_pool *pool)
{
    em_port_lock(&pool->lock);
    for (struct em_caps_heap *record = pool->first; record != NULL; record = record->next) {
        if (record->heap == NULL) {
            start_heap(pool, record);
        }
    }
    pool->startup_over = true;
    em_port_unlock(&pool->lock);
}

/* ---- later ----------------------------------------------------------------------------------- */

bool em_region_may_join(uintptr_t heap_start, uintptr_t heap_end, uintptr_t start, uintptr_t end)
{
    if (start < heap_start && end > heap_start) {
        return false; /* crosses the lower edge */
    }
    if (start < heap_end && end > heap_end) {
        return false; /* crosses the upper edge */
    }
    return start != heap_start || end != heap_end;
}

static bool may_join_all(struct em_pool *pool, uintptr_t start, uintptr_t end)
{
    for (const struct em_caps_heap *heap = EM_LOAD(&pool->first); heap != NULL; heap = heap->next) {
        if (!em_region_may_join(heap->start, heap->end, start, end)) {
            return false;
        }
    }
    return true;
}

/* Once more under the lock, since another task may have been faster. */
static enum em_error join(struct em_pool *pool, const uint32_t caps[EM_PRIORITIES], uintptr_t start, uintptr_t end)
{
    em_port_lock(&pool->lock);
    enum em_error error = may_join_all(pool, start, end) ? EM_OK : EM_FAIL;
    struct em_caps_heap *record = error == EM_OK ? new_record(pool, caps, start, end) : NULL;
    if (error == EM_OK && record == NULL) {
        error = EM_NO_MEM;
    } else if (error == EM_OK && !start_heap(pool, record)) {
        pool->count--;
        error = EM_INVALID_SIZE;
    }
    if (error == EM_OK) {
        em_index_add(pool, record);
        record->next = pool->first;
        EM_PUBLISH(&pool->first, record);
    }
    em_port_unlock(&pool->lock);
    return error;
}

enum em_error em_pool_add(struct em_pool *pool, const uint32_t caps[EM_PRIORITIES], uintptr_t start, uintptr_t end)
{
    if (caps == NULL || start == 0 || end == 0 || end <= start) {
        return EM_INVALID_ARG;
    }
    if (!may_join_all(pool, start, end)) {
        return EM_FAIL;
    }
    void *charge = NULL;
    if (record_bytes(pool) != 0) {
        charge = em_caps_allocate(pool, record_bytes(pool), RECORD_CAPS);
        if (charge == NULL) {
            return EM_NO_MEM;
        }
    }
    enum em_error error = join(pool, caps, start, end);
    if (error != EM_OK) {
        em_caps_free(pool, charge);
    }
    return error;
}

enum em_error em_pool_add_region(struct em_pool *pool, uintptr_t start, uintptr_t end)
{
    if (start == 0) {
        return EM_INVALID_ARG;
    }
    for (unsigned i = 0; i < pool->chip->region_count; i++) {
        const struct em_region *region = &pool->chip->regions[i];
        if (start >= region->start && start - region->start < region->size) {
            return em_pool_add(pool, pool->chip->types[region->type].caps, start, end);
        }
    }
    return EM_NOT_FOUND;
}

/* ---- watchers -------------------------------------------------------------------------------- */

/* Where it hangs, or the end of the list. */
static struct em_watcher **place_of(struct em_pool *pool, const struct em_watcher *watcher)
{
    struct em_watcher **place = &pool->watchers;
    while (*place != NULL && *place != watcher) {
        place = &(*place)->next;
    }
    return place;
}

void em_pool_watch(struct em_pool *pool, struct em_watcher *watcher)
{
    em_port_lock(&pool->lock);
    struct em_watcher **place = place_of(pool, watcher);
    if (*place == NULL) {
        watcher->next = NULL;
        EM_PUBLISH(place, watcher);
    }
    em_port_unlock(&pool->lock);
}

void em_pool_unwatch(struct em_pool *pool, struct em_watcher *watcher)
{
    em_port_lock(&pool->lock);
    struct em_watcher **place = place_of(pool, watcher);
    if (*place != NULL) {
        EM_PUBLISH(place, watcher->next);
    }
    em_port_unlock(&pool->lock);
}

__attribute__((noinline)) void em_announce(struct em_pool *pool, struct em_event event)
{
    for (struct em_watcher *watcher = EM_LOAD(&pool->watchers); watcher != NULL; watcher = EM_LOAD(&watcher->next)) {
        watcher->notify(watcher, &event);
    }
}

/* ---- whose address --------------------------------------------------------------------------- */

struct em_caps_heap *em_caps_heap_of(struct em_pool *pool, uintptr_t address)
{
    struct em_caps_heap *heap = em_index_find(pool, address);
    if (heap == NULL) {
        const struct em_alias *alias = em_alias_of_code(pool->chip, address);
        heap = alias == NULL ? NULL : em_index_find(pool, em_alias_data_address(alias, address));
    }
    return heap == NULL || EM_LOAD(&heap->heap) == NULL ? NULL : heap;
}
