/* Why nobody serves a request. See espmem/explain.h.
 *
 * Must not write words, nor decide anything that an allocation decides: it asks the same functions.
 *
 * One idea: heaps are visited as an allocation visits them; each is judged once, at its first turn. */
#include "espmem/explain.h"

#include "core/caps/pool.h"

struct asking {
    struct em_pool *pool;
    struct em_explanation *explanation;
    struct em_request request;
    unsigned room;
};

/* ---- one heap -------------------------------------------------------------------------------- */

/* Bytes of a hole that are spent on something else than the request: owner, instruction view, alignment. */
static size_t overhead(const struct asking *asking, const struct em_caps_heap *record)
{
    size_t bytes = asking->pool->owner_bytes;
    if (asking->request.instruction_view && record->alias != NULL) {
        bytes += EM_ALIAS_WORD;
    }
    return bytes;
}

/* The largest request of this kind. With an alignment the heap looks for a multiple of it that holds all
 * of the block, its marks and a gap in front. */
static size_t largest_of_kind(const struct asking *asking, const struct em_caps_heap *record, struct em_heap *heap)
{
    enum { GAP = 16 };
    size_t alignment = asking->request.alignment, largest = em_guard_largest_free(heap);
    size_t marks = em_guard_of(heap) == EM_GUARD_OFF ? 0 : EM_GUARD_BYTES;
    if (alignment > 4) {
        largest = em_less(em_round_down(largest + marks, alignment), alignment + GAP + marks);
    }
    return em_less(largest, overhead(asking, record));
}

static void judge(const struct asking *asking, const struct em_caps_heap *record, struct em_refusing_heap *judged)
{
    size_t needed = asking->request.size + overhead(asking, record);
    struct em_heap *heap = EM_LOAD(&record->heap);
    judged->heap = record;
    judged->missing = asking->request.caps & ~record->all_caps;
    judged->free_bytes = heap == NULL ? 0 : em_guard_free_bytes(heap);
    judged->largest = heap == NULL ? 0 : largest_of_kind(asking, record, heap);
    if (judged->missing != 0) {
        judged->refusal = EM_LACKS_CAPS;
    } else if (heap == NULL) {
        judged->refusal = EM_NOT_STARTED;
    } else if (judged->largest >= asking->request.size) {
        judged->refusal = EM_WOULD_SERVE;
    } else {
        judged->refusal = judged->free_bytes < needed ? EM_TOO_SMALL : EM_FRAGMENTED;
    }
}

static unsigned count_bits(uint32_t bits)
{
    unsigned count = 0;
    for (; bits != 0; bits &= bits - 1u) {
        count++;
    }
    return count;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void note_what_would_fit(const struct asking *asking, const struct em_refusing_heap *judged)
{
    struct em_explanation *told = asking->explanation;
    if (judged->missing == 0 && (told->best == NULL || judged->largest > told->best_size)) {
        told->best = judged->heap;
        told->best_size = judged->largest;
    }
    bool has_room = judged->missing != 0 && judged->largest >= asking->request.size;
    if (has_room && (told->other == NULL || count_bits(judged->missing) < count_bits(told->dropped))) {
        told->other = judged->heap;
        told->dropped = judged->missing;
    }
}

static void add_heap(struct asking *asking, const struct em_caps_heap *record, unsigned priority)
{
    struct em_explanation *told = asking->explanation;
    struct em_refusing_heap judged = {.priority = priority};
    judge(asking, record, &judged);
    note_what_would_fit(asking, &judged);
    told->all++;
    if (told->count == asking->room) {
        return;
    }
    if (judged.refusal == EM_WOULD_SERVE && told->served_by == asking->room) {
        told->served_by = told->count;
    }
    told->heaps[told->count++] = judged;
}

/* The priority at which an allocation asks the heap first, or would if it had all the caps. */
static unsigned first_turn(const struct em_caps_heap *record, uint32_t caps)
{
    struct em_heap *heap;
    unsigned priority = 0;
    while (priority < EM_PRIORITIES && em_turn_of(record, priority, caps, &heap) == EM_TURN_NOT_NOW) {
        priority++;
    }
    return priority;
}

static void add_heaps(struct asking *asking)
{
    for (unsigned turn = 0; turn <= EM_PRIORITIES; turn++) {
        for (const struct em_caps_heap *record = EM_LOAD(&asking->pool->first); record != NULL; record = record->next) {
            if (first_turn(record, asking->request.caps) == turn) {
                add_heap(asking, record, turn);
            }
        }
    }
}

/* ---- capabilities ---------------------------------------------------------------------------- */

static bool some_heap_has(struct em_pool *pool, uint32_t caps)
{
    const struct em_caps_heap *record = EM_LOAD(&pool->first);
    while (record != NULL && (record->all_caps & caps) != caps) {
        record = record->next;
    }
    return record != NULL;
}

static uint32_t caps_of_no_heap(struct em_pool *pool, uint32_t caps)
{
    uint32_t nowhere = 0;
    for (uint32_t left = caps; left != 0; left &= left - 1u) {
        uint32_t one = left & (~left + 1u);
        nowhere |= some_heap_has(pool, one) ? 0 : one;
    }
    return nowhere;
}

/* The first two that exclude each other. */
static uint32_t clashing_pair(struct em_pool *pool, uint32_t caps)
{
    for (uint32_t left = caps; left != 0; left &= left - 1u) {
        uint32_t one = left & (~left + 1u);
        for (uint32_t rest = left & (left - 1u); rest != 0; rest &= rest - 1u) {
            uint32_t other = rest & (~rest + 1u);
            if (!some_heap_has(pool, one | other)) {
                return one | other;
            }
        }
    }
    return 0;
}

void em_caps_explain(struct em_pool *pool, size_t alignment, size_t size, uint32_t caps, struct em_refusing_heap *heaps,
                     unsigned room, struct em_explanation *explanation)
{
    struct asking asking = {.pool = pool, .explanation = explanation, .room = room};
    *explanation = (struct em_explanation){
        .size = size, .alignment = alignment, .caps = caps, .limit = pool->largest, .heaps = heaps, .served_by = room};
    explanation->flaw = em_request_make(&asking.request, pool, alignment, size, caps);
    explanation->rounded = asking.request.size;
    explanation->adjusted_caps = asking.request.caps;
    if (explanation->flaw == EM_NO_FLAW && asking.request.caps == 0) {
        explanation->flaw = EM_ASKS_FOR_NO_MEMORY;
    }
    if (explanation->flaw == EM_NO_FLAW) {
        add_heaps(&asking);
        explanation->nowhere = caps_of_no_heap(pool, asking.request.caps);
        explanation->never_together = clashing_pair(pool, asking.request.caps & ~explanation->nowhere);
    }
    if (explanation->served_by == room) {
        explanation->served_by = explanation->count;
    }
}
