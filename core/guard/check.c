/* Checking the marks of all live blocks, and the fill of all free ones.
 *
 * Must not change a heap, and never follows a size out of it.
 *
 * One idea: a place is looked at under the lock, a mark or a few words of fill at a time; what is found
 * is told after the lock is given back. What a free block holds is known at any moment, so it does not
 * matter that others take and free meanwhile. */
#include "core/guard/marks.h"

enum { WORDS_AT_ONCE = 64 };

enum look { GOOD, WRONG, END };

struct look_out {
    struct em_cursor cursor;
    struct em_block *block; /* that was looked at last */
    size_t seen;            /* its first bytes, where it is free: they have been looked at */
};

static void note(struct em_fault *fault, const void *address, enum em_fault_kind kind, uintptr_t at, size_t expected,
                 size_t found)
{
    fault->kind = fault->sign = kind;
    fault->block = (uintptr_t)address;
    fault->address = at;
    fault->expected = expected;
    fault->found = found;
    fault->width = sizeof(uint32_t);
}

static enum look look_at_marks(const void *raw, size_t size, struct em_fault *fault)
{
    const struct em_guard_head *head = raw;
    uintptr_t address = (uintptr_t)raw + EM_GUARD_HEAD_BYTES, tail = address + head->size;
    size_t most = size < EM_GUARD_BYTES ? 0 : size - EM_GUARD_BYTES;
    if (head->mark != EM_GUARD_HEAD_MARK) {
        note(fault, (void *)address, EM_FAULT_BAD_HEAD, (uintptr_t)raw, EM_GUARD_HEAD_MARK, head->mark);
    } else if (head->size > most) {
        note(fault, (void *)address, EM_FAULT_BAD_SIZE, (uintptr_t)&head->size, most, head->size);
    } else if (em_word_at(tail) != EM_GUARD_TAIL_MARK) {
        note(fault, (void *)address, EM_FAULT_BAD_TAIL, tail, EM_GUARD_TAIL_MARK, em_word_at(tail));
    } else {
        return GOOD;
    }
    return WRONG;
}

/* A few words of a free block; look->seen says how far it has come, all of `size` where it is through. */
static enum look look_at_fill(struct em_heap *heap, uintptr_t payload, size_t size, struct look_out *look,
                              struct em_fault *fault)
{
    const struct em_engine *engine = em_heap_engine(heap);
    if (size <= (size_t)engine->links_in_front + engine->links_at_end) {
        look->seen = size; /* nothing but links, or too short even for these */
        return GOOD;
    }
    size_t from = look->seen > engine->links_in_front ? look->seen : engine->links_in_front;
    size_t end = size - engine->links_at_end;
    size_t stop = end > from + 4u * WORDS_AT_ONCE ? from + 4u * WORDS_AT_ONCE : end;
    uintptr_t at = payload + from;
    bool wrong = from < stop && em_guard_find_unfilled(&at, payload + stop, fault);
    look->seen = at - payload < end ? at - payload : size;
    return wrong ? WRONG : GOOD;
}

static enum look look_at_block(struct em_heap *heap, struct em_block *block, struct look_out *look, struct em_fault *fault)
{
    size_t size = em_block_size_of(block);
    uintptr_t payload = (uintptr_t)em_block_payload(block);
    if (em_block_is_free(block) && heap->guard == EM_GUARD_COMPREHENSIVE) {
        return look_at_fill(heap, payload, size, look, fault);
    }
    look->seen = size;
    return em_block_is_free(block) ? GOOD : look_at_marks((void *)payload, size, fault);
}

/* One hold of the lock. It ends where the way is lost too: the heap's own check has told that. */
static enum look look_once(struct em_heap *heap, struct look_out *look, struct em_fault *fault)
{
    em_heap_lock(heap);
    struct em_block *block = look->cursor.block;
    enum look result = END;
    look->seen = block == look->block ? look->seen : 0;
    look->block = block;
    if (block < em_end_block(heap) && em_size_is_sane(heap, block)) {
        result = look_at_block(heap, block, look, fault);
        if (look->seen >= em_block_size_of(block)) {
            look->cursor.block = em_block_next(block);
        }
    }
    em_heap_unlock(heap);
    return result;
}

static bool check_contents(struct em_heap *heap, em_fault_reporter *report, void *context)
{
    struct look_out look = {.seen = 0};
    bool intact = true;
    em_cursor_open(heap, &look.cursor);
    for (;;) {
        struct em_fault fault = {.during = EM_DURING_CHECK, .heap = (uintptr_t)heap};
        enum look result = look_once(heap, &look, &fault);
        if (result == END) {
            break;
        }
        intact = intact && result == GOOD;
        if (result == WRONG && report != NULL) {
            report(context, &fault);
        }
    }
    em_cursor_close(heap, &look.cursor);
    return intact;
}

bool em_guard_check(struct em_heap *heap, em_fault_reporter *report, void *context)
{
    bool intact = em_heap_check(heap, report, context);
    return heap->guard == EM_GUARD_OFF ? intact : check_contents(heap, report, context) && intact;
}
