/* The funnel that every allocation, resize and free by capability passes.
 *
 * Must not know tables, names or who listens to events.
 *
 * One idea: a request goes to the heaps by priority, then in their order; each either serves it or has
 * one reason not to. What happened is told once, with the pointer that the caller holds. */
#include "core/caps/pool.h"

/* ---- the choice of a heap -------------------------------------------------------------------- */

/* Why a heap is passed over at a priority; in this order. */
enum refusal {
    ASKED,         /* it may try */
    NOT_THIS_TURN, /* it has none of the caps at this priority: its turn comes, or came, at another */
    LACKS_CAPS,    /* not all of the caps at any priority */
    NOT_STARTED,   /* its start-up stack is still in use */
};

static inline enum refusal refusal_of(const struct em_caps_heap *record, unsigned priority, uint32_t caps,
                                      struct em_heap **heap)
{
    if ((record->caps[priority] & caps) == 0) {
        return NOT_THIS_TURN;
    }
    if ((caps & ~record->all_caps) != 0) {
        return LACKS_CAPS;
    }
    *heap = EM_LOAD(&record->heap);
    return *heap == NULL ? NOT_STARTED : ASKED;
}

static void *plain_block(struct em_heap *heap, size_t size, size_t alignment)
{
    return alignment <= 4 ? em_guard_allocate(heap, size) : em_guard_allocate_aligned(heap, size, alignment, 0);
}

/* A block in this heap, by the address that the caller is to hold. */
static void *serve(const struct em_caps_heap *record, struct em_heap *heap, const struct em_request *request)
{
    if (!request->instruction_view || record->alias == NULL) {
        return plain_block(heap, request->size, request->alignment);
    }
    size_t size = request->size + EM_ALIAS_WORD;
    void *block = plain_block(heap, size, request->alignment);
    return block == NULL ? NULL : em_alias_hand_out(record->alias, block, size);
}

/* What a request wants of a heap: */
enum wish {
    ANYTHING,      /* see the request */
    GUARDED_ROOM,  /* nothing but room */
    UNGUARDED_ROOM /* the same, of a pool in which no heap is guarded */
};

/* Inlined for each wish, since most requests want nothing but room. */
__attribute__((always_inline)) static inline void *served(const struct em_caps_heap *record, struct em_heap *heap,
                                                          const struct em_request *request, enum wish wish)
{
    switch (wish) {
    case UNGUARDED_ROOM:
        return em_heap_allocate(heap, request->size);
    case GUARDED_ROOM:
        return em_guard_allocate(heap, request->size);
    case ANYTHING:
        break;
    }
    return serve(record, heap, request);
}

__attribute__((always_inline)) static inline void *choose_as(struct em_pool *pool, const struct em_request *request,
                                                             enum wish wish)
{
    struct em_caps_heap *first = EM_LOAD(&pool->first);
    for (unsigned priority = 0; priority < EM_PRIORITIES; priority++) {
        for (struct em_caps_heap *record = first; record != NULL; record = record->next) {
            struct em_heap *heap;
            if (refusal_of(record, priority, request->caps, &heap) != ASKED) {
                continue;
            }
            void *address = served(record, heap, request, wish);
            if (EM_LIKELY(address != NULL)) {
                return address;
            }
        }
    }
    return NULL;
}

static void *choose(struct em_pool *pool, const struct em_request *request)
{
    return choose_as(pool, request, ANYTHING);
}

/* ---- events ---------------------------------------------------------------------------------- */

static inline void tell(struct em_pool *pool, enum em_event_kind kind, void *address, void *old,
                        const struct em_request *request)
{
    if (em_is_watched(pool)) {
        em_announce(pool, (struct em_event){kind, address, old, request->size, request->alignment, request->caps});
    }
}

static void report_fault(enum em_fault_kind kind, enum em_operation during, const void *address)
{
    em_port_fault(&(struct em_fault){.kind = kind, .during = during, .address = (uintptr_t)address});
}

/* ---- allocate -------------------------------------------------------------------------------- */

/* One attempt; a success is told, a failure is not yet: another attempt may follow. */
static void *attempt(struct em_pool *pool, size_t alignment, size_t size, uint32_t caps, struct em_request *request)
{
    if (!em_request_make(request, pool->chip, alignment, size, caps)) {
        return NULL;
    }
    void *address = choose(pool, request);
    if (address != NULL) {
        tell(pool, EM_ALLOCATED, address, NULL, request);
    }
    return address;
}

static void *told(struct em_pool *pool, void *address, size_t size, size_t alignment, uint32_t caps)
{
    if (address == NULL && size != 0) {
        tell(pool, EM_FAILED, NULL, NULL, &(struct em_request){size, alignment, caps, false});
    }
    return address;
}

void *em_caps_allocate_aligned(struct em_pool *pool, size_t alignment, size_t size, uint32_t caps)
{
    struct em_request request;
    return told(pool, attempt(pool, alignment, size, caps, &request), size, alignment, caps);
}

__attribute__((noinline)) static void *told_plain(struct em_pool *pool, void *address, size_t size, uint32_t caps)
{
    em_announce(pool, (struct em_event){address == NULL ? EM_FAILED : EM_ALLOCATED, address, NULL, size, 4, caps});
    return address;
}

__attribute__((always_inline)) static inline void *allocate_plain(struct em_pool *pool, size_t size, uint32_t caps,
                                                                  enum wish wish)
{
    const struct em_request request = {size, 4, caps, false};
    void *address = choose_as(pool, &request, wish);
    return em_is_watched(pool) ? told_plain(pool, address, size, caps) : address;
}

__attribute__((noinline)) static void *allocate_other(struct em_pool *pool, size_t size, uint32_t caps)
{
    return em_caps_allocate_aligned(pool, 4, size, caps);
}

/* Whatever wants more than room, and all requests where heaps are guarded. */
__attribute__((noinline)) static void *allocate_guarded(struct em_pool *pool, size_t size, uint32_t caps)
{
    if (EM_UNLIKELY(!em_request_is_plain(caps) || size - 1 >= pool->chip->largest_request)) {
        return allocate_other(pool, size, caps);
    }
    return allocate_plain(pool, size, caps, GUARDED_ROOM);
}

void *em_caps_allocate(struct em_pool *pool, size_t size, uint32_t caps)
{
    if (EM_UNLIKELY(!em_request_is_plain(caps) || size - 1 >= pool->largest_plain)) {
        return allocate_guarded(pool, size, caps);
    }
    return allocate_plain(pool, size, caps, UNGUARDED_ROOM);
}

/* ---- free ------------------------------------------------------------------------------------ */

/* A live block, found from either of its addresses. */
struct place {
    struct em_caps_heap *heap;
    void *block;
    size_t usable; /* bytes that the caller may use */
    bool by_alias;
};

/* By an instruction address: false iff no block was handed out there. */
static bool locate_code(struct em_pool *pool, void *address, struct place *place)
{
    const struct em_alias *alias = em_alias_of_code(pool->chip, (uintptr_t)address);
    size_t bytes;
    if (alias == NULL || em_caps_heap_of(pool, (uintptr_t)address) == NULL) {
        return false; /* before the alias is read: behind it there may be no memory */
    }
    if (!em_alias_take_back(alias, address, &place->block, &bytes)) {
        return false;
    }
    place->by_alias = true;
    place->usable = bytes == 0 ? 0 : bytes - EM_ALIAS_WORD;
    place->heap = em_index_find(pool, (uintptr_t)place->block);
    return place->heap != NULL;
}

/* Without a word about faults: false iff the address is of no heap or carries no block behind it. */
static inline bool locate(struct em_pool *pool, void *address, struct place *place)
{
    *place = (struct place){em_index_find(pool, (uintptr_t)address), address, 0, false};
    if (EM_LIKELY(place->heap != NULL)) {
        return EM_LOAD(&place->heap->heap) != NULL;
    }
    return locate_code(pool, address, place);
}

static size_t usable_bytes(const struct place *place)
{
    if (place->usable != 0) {
        return place->usable;
    }
    size_t size = em_guard_block_size(place->heap->heap, place->block);
    return place->by_alias && size >= EM_ALIAS_WORD ? size - EM_ALIAS_WORD : size;
}

__attribute__((noinline)) static void tell_free(struct em_pool *pool, void *address)
{
    em_announce(pool, (struct em_event){.kind = EM_FREED, .address = address});
}

__attribute__((noinline)) static void release_watched(struct em_pool *pool, void *address, struct em_heap *heap, void *block)
{
    tell_free(pool, address); /* while it is still the caller's */
    em_guard_free(heap, block);
}

static inline void release(struct em_pool *pool, void *address, struct em_heap *heap, void *block)
{
    if (em_is_watched(pool)) {
        release_watched(pool, address, heap, block);
    } else {
        em_guard_free(heap, block);
    }
}

/* Whatever is not simply in the heap that was asked last. */
__attribute__((noinline)) static void release_other(struct em_pool *pool, void *address)
{
    struct place place;
    if (address == NULL) {
        return;
    }
    if (!locate(pool, address, &place)) {
        report_fault(EM_FAULT_FOREIGN_POINTER, EM_DURING_FREE, address);
        return;
    }
    release(pool, address, place.heap->heap, place.block);
}

__attribute__((noinline)) static void release_guarded(struct em_pool *pool, void *address, const struct em_caps_heap *last)
{
    if (EM_LIKELY(em_index_is_guarded(last, (uintptr_t)address))) {
        release(pool, address, last->heap, address);
    } else {
        release_other(pool, address);
    }
}

void em_caps_free(struct em_pool *pool, void *address)
{
    const struct em_caps_heap *last = EM_LOAD(&pool->last_found);
    if (EM_UNLIKELY(!em_index_is_unguarded(last, (uintptr_t)address))) {
        release_guarded(pool, address, last);
        return;
    }
    if (em_is_watched(pool)) {
        tell_free(pool, address); /* while it is still the caller's */
    }
    em_heap_free(last->heap, address);
}

/* ---- reallocate ------------------------------------------------------------------------------ */

/* Whether the heap may keep a block that from now on needs these caps. */
static bool may_stay(const struct place *place, const struct em_request *request)
{
    return !place->by_alias && request->alignment <= 4 && (place->heap->all_caps & request->caps) == request->caps;
}

/* Bytes whose contents count: in a guarded heap those asked for, since a mark may follow. */
static size_t asked_bytes(const struct place *place)
{
    return place->by_alias ? usable_bytes(place) : em_guard_asked_size(place->heap->heap, place->block);
}

static void *move(struct em_pool *pool, void *address, const struct place *place, const struct em_request *request)
{
    size_t old_size = asked_bytes(place);
    void *moved = old_size == 0 ? NULL : choose(pool, request);
    if (moved == NULL) {
        return NULL;
    }
    tell(pool, EM_ALLOCATED, moved, NULL, request);
    em_port_copy(moved, address, request->size < old_size ? request->size : old_size);
    em_caps_free(pool, address);
    return moved;
}

static void *attempt_resize(struct em_pool *pool, void *address, size_t size, uint32_t caps, struct em_request *request)
{
    struct place place;
    if (!em_request_make(request, pool->chip, 4, size, caps)) {
        return NULL;
    }
    if (!locate(pool, address, &place)) {
        report_fault(EM_FAULT_FOREIGN_POINTER, EM_DURING_REALLOCATE, address);
        return NULL;
    }
    if (may_stay(&place, request)) {
        void *resized = em_guard_reallocate(place.heap->heap, place.block, request->size);
        if (resized != NULL) {
            tell(pool, EM_RESIZED, resized, address, request);
            return resized;
        }
    }
    return move(pool, address, &place, request);
}

/* Neither NULL nor size 0, which are an allocate and a free, reaches attempt_resize. */
static void *attempt_reallocate(struct em_pool *pool, void *address, size_t size, uint32_t caps, struct em_request *request)
{
    if (address == NULL) {
        return attempt(pool, 4, size, caps, request);
    }
    if (size == 0) {
        em_caps_free(pool, address);
        return NULL;
    }
    return attempt_resize(pool, address, size, caps, request);
}

void *em_caps_reallocate(struct em_pool *pool, void *address, size_t size, uint32_t caps)
{
    struct em_request request;
    return told(pool, attempt_reallocate(pool, address, size, caps, &request), size, 4, caps);
}

/* ---- plain malloc's policy ------------------------------------------------------------------- */

void em_pool_limit_external(struct em_pool *pool, long limit)
{
    EM_PUBLISH(&pool->external_limit, limit);
}

/* The caps to try first and then; 0 where there is nothing left to try. */
static void default_caps(struct em_pool *pool, size_t size, uint32_t caps[2])
{
    long limit = EM_LOAD(&pool->external_limit);
    bool internal = limit < 0 || size <= (size_t)limit;
    caps[0] = EM_CAP_DEFAULT | (internal ? EM_CAP_INTERNAL : EM_CAP_SPIRAM);
    caps[1] = limit < 0 ? 0 : EM_CAP_DEFAULT;
}

void *em_caps_allocate_aligned_default(struct em_pool *pool, size_t alignment, size_t size)
{
    uint32_t caps[2];
    struct em_request request;
    default_caps(pool, size, caps);
    void *address = attempt(pool, alignment, size, caps[0], &request);
    if (address == NULL && caps[1] != 0) {
        address = attempt(pool, alignment, size, caps[1], &request);
    }
    return told(pool, address, size, alignment, caps[1] != 0 ? caps[1] : caps[0]);
}

void *em_caps_allocate_default(struct em_pool *pool, size_t size)
{
    return em_caps_allocate_aligned_default(pool, 4, size);
}

void *em_caps_reallocate_default(struct em_pool *pool, void *address, size_t size)
{
    uint32_t caps[2];
    struct em_request request;
    default_caps(pool, size, caps);
    void *moved = attempt_reallocate(pool, address, size, caps[0], &request);
    if (moved == NULL && size != 0 && caps[1] != 0) {
        moved = attempt_reallocate(pool, address, size, caps[1], &request);
    }
    return told(pool, moved, size, 4, caps[1] != 0 ? caps[1] : caps[0]);
}

/* ---- sizes of blocks ------------------------------------------------------------------------- */

size_t em_caps_block_size(struct em_pool *pool, const void *address)
{
    struct place place;
    if (!locate(pool, (void *)(uintptr_t)address, &place)) {
        report_fault(EM_FAULT_FOREIGN_POINTER, EM_DURING_QUERY, address);
        return 0;
    }
    return usable_bytes(&place);
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
