/* The funnel that every allocation, resize and free by capability passes.
 *
 * Must not know tables, names or who listens to events.
 *
 * One idea: a request goes to the heaps by priority, then in their order; each either serves it or has
 * one reason not to. What happened is told once, with the pointer that the caller holds. */
#include "core/caps/pool.h"

/* ---- the choice of a heap -------------------------------------------------------------------- */

/* What lies behind the owner word is aligned, and the caller's. */
static void *plain_block(struct em_heap *heap, size_t size, size_t alignment, size_t owner_bytes)
{
    size += owner_bytes; /* no overflow: a request is far below */
    char *block =
        alignment <= 4 ? em_guard_allocate(heap, size) : em_guard_allocate_aligned(heap, size, alignment, owner_bytes);
    return block == NULL ? NULL : block + owner_bytes;
}

/* A block in this heap, by the address that the caller is to hold. */
static void *serve(const struct em_caps_heap *record, struct em_heap *heap, const struct em_request *request,
                   size_t owner_bytes)
{
    if (!request->instruction_view || record->alias == NULL) {
        return plain_block(heap, request->size, request->alignment, owner_bytes);
    }
    size_t size = request->size + EM_ALIAS_WORD;
    void *block = plain_block(heap, size, request->alignment, owner_bytes);
    return block == NULL ? NULL : em_alias_hand_out(record->alias, block, size);
}

/* What a request wants of a heap: */
enum wish {
    ANYTHING,      /* see the request */
    GUARDED_ROOM,  /* nothing but room */
    UNGUARDED_ROOM /* the same, of a pool in which no heap is guarded */
};

/* Inlined for each wish, since most requests want nothing but room. */
__attribute__((always_inline)) static inline void *served(const struct em_pool *pool, const struct em_caps_heap *record,
                                                          struct em_heap *heap, const struct em_request *request,
                                                          enum wish wish)
{
    switch (wish) {
    case UNGUARDED_ROOM:
        return em_heap_allocate(heap, request->size);
    case GUARDED_ROOM:
        return em_guard_allocate(heap, request->size);
    case ANYTHING:
        break;
    }
    return serve(record, heap, request, pool->owner_bytes);
}

__attribute__((always_inline)) static inline void *choose_as(struct em_pool *pool, const struct em_request *request,
                                                             enum wish wish)
{
    struct em_caps_heap *first = EM_LOAD(&pool->first);
    for (unsigned priority = 0; priority < EM_PRIORITIES; priority++) {
        for (struct em_caps_heap *record = first; record != NULL; record = record->next) {
            struct em_heap *heap;
            if (em_turn_of(record, priority, request->caps, &heap) != EM_TURN_ASKED) {
                continue;
            }
            void *address = served(pool, record, heap, request, wish);
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

/* What the caller asked for, and what became of it. */
struct asked {
    size_t size;
    uint32_t caps;
    struct em_request request;
};

static inline void tell(struct em_pool *pool, enum em_event_kind kind, void *address, void *old, const struct asked *asked)
{
    if (em_is_watched(pool)) {
        const struct em_request *request = &asked->request;
        em_announce(pool, (struct em_event){kind, address, old, asked->size, request->size, request->alignment, asked->caps,
                                            request->caps});
    }
}

static void report_fault(enum em_fault_kind kind, enum em_operation during, const void *address)
{
    em_port_fault(&(struct em_fault){.kind = kind, .during = during, .address = (uintptr_t)address});
}

/* ---- allocate -------------------------------------------------------------------------------- */

static inline bool ask(struct asked *asked, const struct em_pool *pool, size_t alignment, size_t size, uint32_t caps)
{
    asked->size = size;
    asked->caps = caps;
    return em_request_make(&asked->request, pool, alignment, size, caps) == EM_NO_FLAW;
}

/* One attempt; a failure is told as such only by whoever tries nothing else. */
static void *attempt(struct em_pool *pool, size_t alignment, size_t size, uint32_t caps)
{
    struct asked asked;
    bool possible = ask(&asked, pool, alignment, size, caps);
    void *address = possible ? choose(pool, &asked.request) : NULL;
    if (size != 0) {
        tell(pool, address == NULL ? EM_REFUSED : EM_ALLOCATED, address, NULL, &asked);
    }
    return address;
}

static void tell_failure(struct em_pool *pool, size_t size, size_t alignment, uint32_t caps)
{
    tell(pool, EM_FAILED, NULL, NULL, &(struct asked){size, caps, {size, alignment, caps, false}});
}

static void *told(struct em_pool *pool, void *address, size_t size, size_t alignment, uint32_t caps)
{
    if (address == NULL && size != 0) {
        tell_failure(pool, size, alignment, caps);
    }
    return address;
}

void *em_caps_allocate_aligned(struct em_pool *pool, size_t alignment, size_t size, uint32_t caps)
{
    return told(pool, attempt(pool, alignment, size, caps), size, alignment, caps);
}

__attribute__((noinline)) static void *told_plain(struct em_pool *pool, void *address, size_t size, uint32_t caps)
{
    const struct asked asked = {size, caps, {size, 4, caps, false}};
    tell(pool, address == NULL ? EM_REFUSED : EM_ALLOCATED, address, NULL, &asked);
    return told(pool, address, size, 4, caps);
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
    if (EM_UNLIKELY(!em_request_is_plain(caps) || size - 1 >= pool->largest_guarded)) {
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

/* By an instruction address: false iff no block was handed out there. */
static bool locate_code(struct em_pool *pool, void *address, struct em_place *place)
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
    place->block = (char *)place->block - pool->owner_bytes;
    return place->heap != NULL;
}

/* See pool.h; inlined where every call counts. */
__attribute__((always_inline)) static inline bool locate(struct em_pool *pool, void *address, struct em_place *place)
{
    *place = (struct em_place){em_index_find(pool, (uintptr_t)address), (char *)address - pool->owner_bytes, 0, false};
    if (EM_LIKELY(place->heap != NULL)) {
        return EM_LOAD(&place->heap->heap) != NULL;
    }
    return locate_code(pool, address, place);
}

bool em_locate(struct em_pool *pool, void *address, struct em_place *place)
{
    return locate(pool, address, place);
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
    struct em_place place;
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
static bool may_stay(const struct em_place *place, const struct em_request *request)
{
    return !place->by_alias && request->alignment <= 4 && (place->heap->all_caps & request->caps) == request->caps;
}

/* Bytes whose contents count: in a guarded heap those asked for, since a mark may follow. */
static size_t asked_bytes(const struct em_pool *pool, const struct em_place *place)
{
    return place->by_alias ? em_place_usable(pool, place)
                           : em_less(em_guard_asked_size(place->heap->heap, place->block), pool->owner_bytes);
}

/* To another heap. Told while the old block is still the caller's. */
static void *move(struct em_pool *pool, void *address, const struct em_place *place, const struct asked *asked)
{
    size_t old_size = asked_bytes(pool, place), size = asked->request.size;
    void *moved = old_size == 0 ? NULL : choose(pool, &asked->request);
    if (moved == NULL) {
        return NULL;
    }
    em_port_copy(moved, address, size < old_size ? size : old_size);
    tell(pool, EM_RESIZED, moved, address, asked);
    em_guard_free(place->heap->heap, place->block);
    return moved;
}

struct resizing {
    struct em_move_teller teller;
    struct em_pool *pool;
    void *address;
    const struct asked *asked;
};

static void tell_moved(struct em_move_teller *teller, void *moved)
{
    const struct resizing *resizing = (const struct resizing *)teller; /* its first member */
    void *address = (char *)moved + resizing->pool->owner_bytes;
    tell(resizing->pool, EM_RESIZED, address, resizing->address, resizing->asked);
}

__attribute__((noinline)) static void *resize_watched(struct em_pool *pool, const struct em_place *place, void *address,
                                                      const struct asked *asked, size_t size)
{
    struct asked exact = *asked;
    exact.request.size = size;
    struct resizing resizing = {{tell_moved}, pool, address, &exact};
    char *resized = em_guard_reallocate_telling(place->heap->heap, place->block, size + pool->owner_bytes, &resizing.teller);
    if (resized == place->block) {
        tell(pool, EM_RESIZED, address, address, &exact);
    }
    return resized;
}

/* In its heap. The size does not grow to whole words there, as 32BIT has it for new blocks. */
static inline void *resize_within(struct em_pool *pool, const struct em_place *place, void *address, const struct asked *asked)
{
    size_t size = (asked->caps & EM_ALIGNED_CAPS) == 0 ? asked->size : asked->request.size;
    char *resized = em_is_watched(pool)
                        ? resize_watched(pool, place, address, asked, size)
                        : em_guard_reallocate_telling(place->heap->heap, place->block, size + pool->owner_bytes, NULL);
    return resized == NULL ? NULL : resized + pool->owner_bytes;
}

static void *resize_or_move(struct em_pool *pool, void *address, const struct asked *asked)
{
    struct em_place place;
    if (!locate(pool, address, &place)) {
        report_fault(EM_FAULT_FOREIGN_POINTER, EM_DURING_REALLOCATE, address);
        return NULL;
    }
    void *resized = may_stay(&place, &asked->request) ? resize_within(pool, &place, address, asked) : NULL;
    return resized != NULL ? resized : move(pool, address, &place, asked);
}

static void *attempt_resize(struct em_pool *pool, void *address, size_t size, uint32_t caps)
{
    struct asked asked;
    bool possible = ask(&asked, pool, 4, size, caps);
    void *resized = possible ? resize_or_move(pool, address, &asked) : NULL;
    if (resized == NULL) {
        tell(pool, EM_REFUSED, NULL, address, &asked);
    }
    return resized;
}

/* Neither NULL nor size 0, which are an allocate and a free, reaches attempt_resize. */
void *em_caps_try(struct em_pool *pool, void *address, size_t size, uint32_t caps)
{
    if (address == NULL) {
        return attempt(pool, 4, size, caps);
    }
    if (size == 0) {
        em_caps_free(pool, address);
        return NULL;
    }
    return attempt_resize(pool, address, size, caps);
}

void em_caps_give_up(struct em_pool *pool, size_t size, uint32_t caps)
{
    tell_failure(pool, size, 4, caps);
}

void *em_caps_reallocate(struct em_pool *pool, void *address, size_t size, uint32_t caps)
{
    return told(pool, em_caps_try(pool, address, size, caps), size, 4, caps);
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
    default_caps(pool, size, caps);
    void *address = attempt(pool, alignment, size, caps[0]);
    if (address == NULL && caps[1] != 0) {
        address = attempt(pool, alignment, size, caps[1]);
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
    default_caps(pool, size, caps);
    void *moved = em_caps_try(pool, address, size, caps[0]);
    if (moved == NULL && size != 0 && caps[1] != 0) {
        moved = em_caps_try(pool, address, size, caps[1]);
    }
    return told(pool, moved, size, 4, caps[1] != 0 ? caps[1] : caps[0]);
}
