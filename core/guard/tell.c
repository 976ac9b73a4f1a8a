/* What a broken mark means: the fault that is told to the port.
 *
 * Changes nothing. Whatever it reads lies in the heap's region.
 *
 * One idea: a mark only shows that something is wrong; a walk from the heap's start says what the
 * address is: a live block, the inside of one, or memory that is free. */
#include "core/guard/marks.h"

/* ---- what lies at an address ----------------------------------------------------------------- */

enum place { LIVE, INSIDE, FREE, UNKNOWN };

struct search {
    uintptr_t raw;
    enum place place;
    size_t size; /* of the live block */
};

static bool visit(void *context, const struct em_block_view *block)
{
    struct search *search = context;
    uintptr_t start = (uintptr_t)block->address;
    if (search->raw + EM_HEADER_BYTES < start) {
        return false;
    }
    if (search->raw + EM_HEADER_BYTES - start >= block->size + EM_HEADER_BYTES) {
        return true;
    }
    search->place = !block->used ? FREE : search->raw == start ? LIVE : INSIDE;
    search->size = block->size;
    return false;
}

static struct search search_for(struct em_heap *heap, const void *address)
{
    struct search search = {(uintptr_t)em_guard_raw(address), UNKNOWN, 0};
    em_heap_walk(heap, visit, &search);
    return search;
}

/* ---- what that means ------------------------------------------------------------------------- */

/* The sign is all there is to say of a live block, or where the way to the address is lost. */
static enum em_fault_kind meaning(enum place place, enum em_fault_kind sign)
{
    switch (place) {
    case FREE:
        return EM_FAULT_DOUBLE_FREE;
    case INSIDE:
        return EM_FAULT_NOT_A_BLOCK;
    case LIVE:
    case UNKNOWN:
        break;
    }
    return sign;
}

static void note(struct em_fault *fault, uintptr_t at, enum em_fault_kind sign, size_t expected, size_t found)
{
    fault->sign = sign;
    fault->address = at;
    fault->expected = expected;
    fault->found = found;
    fault->width = sizeof(uint32_t);
}

static bool can_be_read(const struct em_heap *heap, uintptr_t at, size_t bytes)
{
    uintptr_t offset = at - (uintptr_t)heap;
    return offset < heap->size && bytes <= heap->size - offset;
}

/* Behind a head that stands: its size leads too far, or its tail was overwritten. */
static void note_behind_head(const struct em_heap *heap, const void *address, const struct search *search,
                             struct em_fault *fault)
{
    uintptr_t size_at = (uintptr_t)address - sizeof(uint32_t);
    uint32_t size = em_word_at(size_at);
    size_t most = (size_t)((uintptr_t)heap + heap->size - (uintptr_t)address);
    if (search->place == LIVE) {
        most = search->size < EM_GUARD_BYTES ? 0 : search->size - EM_GUARD_BYTES;
    }
    uintptr_t tail = (uintptr_t)address + size;
    if (size > most || !can_be_read(heap, tail, sizeof(uint32_t))) {
        note(fault, size_at, EM_FAULT_BAD_SIZE, most, size);
    } else {
        note(fault, tail, EM_FAULT_BAD_TAIL, EM_GUARD_TAIL_MARK, em_word_at(tail));
    }
}

/* An address of somebody else's. The chip looks in front of it all the same, and finds no mark; of an
 * address below the heap it says nothing. */
static void note_foreign(const struct em_heap *heap, const void *address, struct em_fault *fault)
{
    fault->kind = EM_FAULT_FOREIGN_POINTER;
    fault->address = (uintptr_t)address;
    if ((uintptr_t)address > (uintptr_t)heap) {
        note(fault, (uintptr_t)em_guard_raw(address), EM_FAULT_BAD_HEAD, EM_GUARD_HEAD_MARK, 0);
        fault->width = 0;
    }
}

/* Marks that stand around what the heap does not take for a live block: its header is not what it was, or
 * the next one, which takes this block for free. */
static void note_header(const struct em_heap *heap, const void *address, struct em_fault *fault)
{
    struct em_block *block = em_block_of_payload(em_guard_raw(address));
    fault->kind = em_fault_of(heap, em_guard_raw(address));
    fault->address = (uintptr_t)address;
    if (fault->kind == EM_FAULT_DOUBLE_FREE) {
        return;
    }
    block = em_size_is_sane(heap, block) ? em_block_next(block) : block;
    fault->kind = EM_FAULT_BAD_HEADER;
    fault->address = (uintptr_t)block;
    fault->found = block->header;
}

static void diagnose(struct em_heap *heap, const void *address, struct em_fault *fault)
{
    uintptr_t raw = (uintptr_t)em_guard_raw(address);
    if (!can_be_read(heap, raw, sizeof(struct em_guard_head))) {
        note_foreign(heap, address, fault);
        return;
    }
    struct search search = search_for(heap, address);
    if (em_word_at(raw) != EM_GUARD_HEAD_MARK) {
        note(fault, raw, EM_FAULT_BAD_HEAD, EM_GUARD_HEAD_MARK, em_word_at(raw));
    } else if (em_guard_is_intact(heap, address)) {
        note_header(heap, address, fault);
        return;
    } else {
        note_behind_head(heap, address, &search, fault);
    }
    fault->kind = meaning(search.place, fault->sign);
}

void em_guard_tell(struct em_heap *heap, const void *address, enum em_operation during)
{
    struct em_fault fault = {.during = during, .heap = (uintptr_t)heap, .block = (uintptr_t)address};
    diagnose(heap, address, &fault);
    em_port_fault(&fault);
}
