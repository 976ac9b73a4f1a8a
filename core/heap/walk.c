/* Walking a heap's blocks, and checking all of its invariants, while others go on using it.
 *
 * Must not change a heap, and never follows a size out of it.
 *
 * One idea: a walk holds the lock for one block at a time. Its place is a cursor that is registered
 * in the heap, and whoever merges the block at the cursor away moves the cursor on. */
#include "core/heap/state.h"

/* ---- cursors --------------------------------------------------------------------------------- */

void em_cursor_open(struct em_heap *heap, struct em_cursor *cursor)
{
    em_heap_lock(heap);
    cursor->block = em_first_block(heap);
    cursor->disturbed = false;
    cursor->next = em_far_get(&heap->cursors);
    em_far_set(&heap->cursors, cursor);
    em_heap_unlock(heap);
}

void em_cursor_close(struct em_heap *heap, struct em_cursor *cursor)
{
    em_heap_lock(heap);
    struct em_cursor *other = em_far_get(&heap->cursors);
    if (other == cursor) {
        em_far_set(&heap->cursors, cursor->next);
    } else {
        while (other->next != cursor) {
            other = other->next;
        }
        other->next = cursor->next;
    }
    em_heap_unlock(heap);
}

void em_cursors_tell(struct em_heap *heap, const struct em_block *start, struct em_block *end)
{
    for (struct em_cursor *cursor = em_far_get(&heap->cursors); cursor != NULL; cursor = cursor->next) {
        cursor->disturbed = true;
        if (cursor->block > start && cursor->block < end) {
            cursor->block = end;
        }
    }
}

/* ---- walking --------------------------------------------------------------------------------- */

enum step { STEP_BLOCK, STEP_END, STEP_ASTRAY };

/* The block at the cursor; the cursor moves behind it where its size allows that. */
static enum step step(struct em_heap *heap, struct em_cursor *cursor, struct em_block_view *view)
{
    em_heap_lock(heap);
    struct em_block *block = cursor->block;
    enum step result = block >= em_end_block(heap) ? STEP_END : STEP_BLOCK;
    if (result == STEP_BLOCK) {
        *view = (struct em_block_view){em_block_payload(block), em_block_size_of(block), !em_block_is_free(block)};
        if (em_size_is_sane(heap, block)) {
            cursor->block = em_block_next(block);
        } else {
            result = STEP_ASTRAY;
        }
    }
    em_heap_unlock(heap);
    return result;
}

bool em_heap_walk(struct em_heap *heap, em_heap_visitor *visit, void *context)
{
    struct em_cursor cursor;
    struct em_block_view view;
    em_cursor_open(heap, &cursor);
    enum step last = step(heap, &cursor, &view);
    while (last != STEP_END && visit(context, &view) && last == STEP_BLOCK) {
        last = step(heap, &cursor, &view);
    }
    em_cursor_close(heap, &cursor);
    return last != STEP_ASTRAY;
}

struct search {
    uintptr_t address;
    struct em_block_view *found;
    bool holds;
};

static bool holds(void *context, const struct em_block_view *block)
{
    struct search *search = context;
    uintptr_t start = (uintptr_t)block->address;
    if (search->address < start) {
        return false; /* between two payloads, or before the first */
    }
    if (search->address - start >= block->size) {
        return true;
    }
    search->holds = block->used;
    *search->found = *block;
    return false;
}

bool em_heap_find_block(struct em_heap *heap, const void *address, struct em_block_view *found)
{
    struct search search = {(uintptr_t)address, found, false};
    em_heap_walk(heap, holds, &search);
    return search.holds;
}

void *em_heap_containing_block(struct em_heap *heap, const void *address)
{
    struct em_block_view found;
    return em_heap_find_block(heap, address, &found) ? found.address : NULL;
}

/* ---- checking -------------------------------------------------------------------------------- */

struct sums {
    size_t blocks, free_blocks, free_bytes;
};

static bool wrong(struct em_fault *fault, enum em_fault_kind kind, const void *where, uintptr_t expected, uintptr_t found)
{
    fault->kind = kind;
    fault->address = (uintptr_t)where;
    fault->expected = expected;
    fault->found = found;
    return false;
}

/* One block against its successor and, if free, against its place in the engine's tables. */
static bool check_block(struct em_heap *heap, struct em_block *block, struct em_fault *fault)
{
    if (!em_size_is_sane(heap, block)) {
        return wrong(fault, EM_FAULT_BAD_HEADER, block, 0, block->header);
    }
    if (block == em_first_block(heap) && em_block_prev_is_free(block)) {
        return wrong(fault, EM_FAULT_BAD_HEADER, block, 0, EM_BLOCK_PREV_FREE); /* there is none */
    }
    struct em_block *next = em_block_next(block);
    if (em_block_is_free(block) != em_block_prev_is_free(next)) {
        return wrong(fault, EM_FAULT_BAD_HEADER, next, em_block_is_free(block), em_block_prev_is_free(next));
    }
    if (!em_block_is_free(block)) {
        return true;
    }
    if (em_block_is_free(next)) {
        return wrong(fault, EM_FAULT_BAD_HEADER, next, 0, next->header); /* two free neighbours */
    }
    if (em_block_size_of(block) >= EM_PAYLOAD_MINIMUM && em_block_previous(heap, next) != block) {
        return wrong(fault, EM_FAULT_BAD_LINK, (uint32_t *)next - 1, em_link_to(heap, block), ((uint32_t *)next)[-1]);
    }
    return em_heap_engine(heap)->check_free(heap, block, fault);
}

/* The end mark has no size and is never free, else the last block would merge with what lies behind. */
static bool check_end(struct em_heap *heap, struct em_fault *fault)
{
    const struct em_block *end = em_end_block(heap);
    return (end->header & ~EM_BLOCK_PREV_FREE) == 0 || wrong(fault, EM_FAULT_BAD_HEADER, end, 0, end->header);
}

/* Checks the block at the cursor and moves on; false at the end and where the way is lost. */
static bool check_step(struct em_heap *heap, struct em_cursor *cursor, struct sums *sums, struct em_fault *fault, bool *good)
{
    em_heap_lock(heap);
    struct em_block *block = cursor->block;
    bool more = block < em_end_block(heap);
    *good = more ? check_block(heap, block, fault) : check_end(heap, fault);
    if (more) {
        bool is_free = em_block_is_free(block);
        sums->blocks++;
        sums->free_blocks += is_free;
        sums->free_bytes += is_free ? em_block_size_of(block) + EM_HEADER_BYTES : 0;
        more = em_size_is_sane(heap, block);
        cursor->block = more ? em_block_next(block) : block;
    }
    em_heap_unlock(heap);
    return more;
}

/* The counters against what a walk over a still heap has summed up. The last header of all and what
 * rounding left over count as free, though nothing can take them. */
static bool check_totals(struct em_heap *heap, const struct sums *sums, struct em_fault *fault)
{
    size_t never = heap->size - (size_t)((uintptr_t)em_end_block(heap) - (uintptr_t)heap);
    if (heap->blocks != sums->blocks) {
        return wrong(fault, EM_FAULT_BAD_TOTALS, &heap->blocks, sums->blocks, heap->blocks);
    }
    if (heap->free_blocks != sums->free_blocks) {
        return wrong(fault, EM_FAULT_BAD_TOTALS, &heap->free_blocks, sums->free_blocks, heap->free_blocks);
    }
    return heap->free_bytes == sums->free_bytes + never ||
           wrong(fault, EM_FAULT_BAD_TOTALS, &heap->free_bytes, sums->free_bytes + never, heap->free_bytes);
}

/* The tables, and the totals if the heap has stood still since the cursor was opened. */
static bool check_whole(struct em_heap *heap, const struct em_cursor *cursor, const struct sums *sums, struct em_fault *fault)
{
    em_heap_lock(heap);
    bool good = em_heap_engine(heap)->check_tables(heap, fault);
    if (good && !cursor->disturbed) {
        good = check_totals(heap, sums, fault);
    }
    em_heap_unlock(heap);
    return good;
}

static bool told(bool good, em_fault_reporter *report, void *context, const struct em_fault *fault)
{
    if (!good && report != NULL) {
        report(context, fault);
    }
    return good;
}

bool em_heap_check(struct em_heap *heap, em_fault_reporter *report, void *context)
{
    struct em_fault fault = {.during = EM_DURING_CHECK, .heap = (uintptr_t)heap};
    struct sums sums = {0, 0, 0};
    struct em_cursor cursor;
    em_cursor_open(heap, &cursor);
    bool intact = true, good = true;
    for (bool more = true; more;) {
        more = check_step(heap, &cursor, &sums, &fault, &good);
        intact = told(good, report, context, &fault) && intact;
    }
    if (intact) {
        intact = told(check_whole(heap, &cursor, &sums, &fault), report, context, &fault);
    }
    em_cursor_close(heap, &cursor);
    return intact;
}
