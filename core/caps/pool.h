/* What the files of core/caps share. Knows the heap's face, not its inside. */
#ifndef EM_CAPS_POOL_H
#define EM_CAPS_POOL_H

#include "core/base/atomic.h"
#include "core/base/bits.h"
#include "espmem/caps.h"
#include "espmem/explain.h"

/* A request as the heaps are asked for it: checked and rounded once. */
struct em_request {
    size_t size, alignment;
    uint32_t caps;
    bool instruction_view; /* EXEC: the caller is to get the instruction bus's address */
};

#define EM_ALIGNED_CAPS (EM_CAP_DMA | EM_CAP_DMA_DESC_AHB | EM_CAP_DMA_DESC_AXI | EM_CAP_CACHE_ALIGNED | EM_CAP_SIMD)

/* Whether a request without alignment goes to the heaps as it is: nothing to round, to drop or to add. */
static inline bool em_request_is_plain(uint32_t caps)
{
    return (caps & (EM_ALIGNED_CAPS | EM_CAP_EXEC | EM_CAP_32BIT)) == 0;
}

/* What is wrong with it in itself, so that nobody could serve it. */
enum em_flaw em_request_make(struct em_request *request, const struct em_pool *pool, size_t alignment, size_t size,
                             uint32_t caps);

/* ---- the choice of a heap ---- */

/* Why a heap is passed over at a priority; in this order. */
enum em_turn {
    EM_TURN_ASKED,       /* it may try */
    EM_TURN_NOT_NOW,     /* it has none of the caps at this priority: its turn comes, or came, at another */
    EM_TURN_LACKS_CAPS,  /* not all of the caps at any priority */
    EM_TURN_NOT_STARTED, /* its start-up stack is still in use */
};

static inline enum em_turn em_turn_of(const struct em_caps_heap *record, unsigned priority, uint32_t caps,
                                      struct em_heap **heap)
{
    if ((record->caps[priority] & caps) == 0) {
        return EM_TURN_NOT_NOW;
    }
    if ((caps & ~record->all_caps) != 0) {
        return EM_TURN_LACKS_CAPS;
    }
    *heap = EM_LOAD(&record->heap);
    return *heap == NULL ? EM_TURN_NOT_STARTED : EM_TURN_ASKED;
}

/* ---- index.c: who owns an address ---- */
void em_index_open(struct em_pool *pool);
void em_index_add(struct em_pool *pool, struct em_caps_heap *heap);
struct em_caps_heap *em_index_find(struct em_pool *pool, uintptr_t address);

/* Whether the address is in this started heap and nobody else's, by how it is guarded; false says
 * nothing. To be asked of the heap that was found last. A region with another inside it is not whole:
 * then only the search can tell. Who holds an address of the inner region has seen that, since it was
 * noted before that address existed. */
static inline bool em_index_is_unguarded(const struct em_caps_heap *heap, uintptr_t address)
{
    return EM_LIKELY(address - heap->start < EM_LOAD(&heap->whole));
}

static inline bool em_index_is_guarded(const struct em_caps_heap *heap, uintptr_t address)
{
    return EM_LIKELY(address - heap->start < EM_LOAD(&heap->guarded));
}

/* ---- alias.c: the same memory seen by the instruction bus ---- */

/* The view whose data side holds all of [start, end), or NULL. */
const struct em_alias *em_alias_of_data(const struct em_chip *chip, uintptr_t start, uintptr_t end);
/* The view whose instruction side holds the address, or NULL. */
const struct em_alias *em_alias_of_code(const struct em_chip *chip, uintptr_t address);
/* The data address of a word at an instruction address. */
uintptr_t em_alias_data_address(const struct em_alias *alias, uintptr_t code);

enum { EM_ALIAS_WORD = 4 }; /* in front of an instruction view: the block's data address */

/* Notes the block's data address in its own first instruction word and returns the address behind it.
 * `bytes` counts that word too. */
void *em_alias_hand_out(const struct em_alias *alias, void *block, size_t bytes);
/* Both back from an address that was handed out; false iff it was not: no word there, or a wrong one. */
bool em_alias_take_back(const struct em_alias *alias, const void *address, void **block, size_t *bytes);

/* ---- a live block, found from either of its addresses ---- */

struct em_place {
    struct em_caps_heap *heap;
    void *block;   /* its owner word in front, if there is one */
    size_t usable; /* bytes that the caller may use, 0: ask the heap */
    bool by_alias;
};

/* Without a word about faults: false iff the address is of no heap or carries no block behind it. */
bool em_locate(struct em_pool *pool, void *address, struct em_place *place);
/* Bytes that the caller may use. A fault and 0 where no intact block begins. */
size_t em_place_usable(const struct em_pool *pool, const struct em_place *place);

static inline size_t em_less(size_t bytes, size_t taken)
{
    return bytes > taken ? bytes - taken : 0;
}

/* ---- watchers ---- */
static inline bool em_is_watched(struct em_pool *pool)
{
    return EM_UNLIKELY(EM_LOAD(&pool->watchers) != NULL);
}

void em_announce(struct em_pool *pool, struct em_event event);

#endif
