/* What the files of core/guard share: where the marks of a block lie, and words at any address.
 *
 * Knows the heap's records, not what an operation does with them.
 *
 * One idea: a word that is aligned is read and written whole, since some memory knows nothing smaller;
 * an unaligned one (a tail behind an odd size) lies in memory that knows bytes. */
#ifndef EM_GUARD_MARKS_H
#define EM_GUARD_MARKS_H

#include "core/heap/state.h"
#include "espmem/guard.h"

struct em_guard_head {
    uint32_t mark, size; /* as asked for */
};

struct em_unaligned_word {
    uint32_t value;
} __attribute__((packed));

static inline uint32_t em_word_at(uintptr_t at)
{
    return em_is_multiple(at, 4) ? *(const uint32_t *)at : ((const struct em_unaligned_word *)at)->value;
}

static inline void em_set_word_at(uintptr_t at, uint32_t value)
{
    if (em_is_multiple(at, 4)) {
        *(uint32_t *)at = value;
    } else {
        __asm__("" : "+r"(value)); /* so that a constant is stored at once where the machine can */
        ((struct em_unaligned_word *)at)->value = value;
    }
}

static inline void *em_guard_raw(const void *address)
{
    return (void *)((uintptr_t)address - EM_GUARD_HEAD_BYTES);
}

static inline struct em_guard_head *em_guard_head_of(const void *address)
{
    return em_guard_raw(address);
}

/* Whether both marks stand. Reads nothing outside the heap's region, wherever the address is and
 * whatever size the head holds; which of them is wrong is em_guard_tell's to find out. */
static inline bool em_guard_is_intact(const struct em_heap *heap, const void *address)
{
    uintptr_t offset = (uintptr_t)em_guard_raw(address) - (uintptr_t)heap;
    size_t first = heap->first_block, last = heap->size - EM_BLOCK_MINIMUM;
    if (EM_UNLIKELY(offset - first > last - first || !em_is_multiple(offset, 4))) {
        return false;
    }
    const struct em_guard_head *head = em_guard_head_of(address);
    if (EM_UNLIKELY(head->mark != EM_GUARD_HEAD_MARK || head->size > heap->size - EM_GUARD_BYTES - offset)) {
        return false;
    }
    return EM_LIKELY(em_word_at((uintptr_t)address + head->size) == EM_GUARD_TAIL_MARK);
}

_Static_assert((int)EM_PAYLOAD_MINIMUM >= (int)EM_GUARD_BYTES, "every block has room for the marks");

/* The same of a live block of this size, whose header is sound. */
static inline bool em_guard_marks_stand(const void *raw, size_t full_size)
{
    const struct em_guard_head *head = raw;
    if (EM_UNLIKELY(head->mark != EM_GUARD_HEAD_MARK || head->size > full_size - EM_GUARD_BYTES)) {
        return false;
    }
    return EM_LIKELY(em_word_at((uintptr_t)raw + EM_GUARD_HEAD_BYTES + head->size) == EM_GUARD_TAIL_MARK);
}

/* ---- fill.c ---- */

/* The bytes of a word in [from, from + bytes), `from` at any address. */
void em_guard_fill(uintptr_t from, size_t bytes, uint32_t word);
/* The first place in [*from, end) that does not hold the free fill: a word, or a byte where no word is
 * left; *from is moved behind it. False iff there is none. The fault's place and values are set. */
bool em_guard_find_unfilled(uintptr_t *from, uintptr_t end, struct em_fault *fault);

/* ---- tell.c ---- */

/* Finds out what is wrong with an address that is no live block between marks, and tells it. O(blocks). */
void em_guard_tell(struct em_heap *heap, const void *address, enum em_operation during);

#endif
