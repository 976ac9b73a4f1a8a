/* Checks the tables of the engine "bins", and answers what they say about the largest block.
 *
 * Must not change anything; never follows a link out of the heap.
 *
 * One idea: each free block is checked against its two neighbours in the list, each class against its
 * first block; then a list can hold nothing that no walk has met. */
#include "core/heap/bins_tables.h"

/* Of the highest class with a block, what fits all that may be in it; or the recent block, if it has more. */
size_t em_bins_largest(const struct em_heap *heap)
{
    const struct em_block *recent = recent_block(heap);
    size_t largest = recent == NULL ? 0 : em_block_size_of(recent);
    for (unsigned word = CLASS_WORDS; word-- > 0;) {
        uint32_t bits = class_words(heap)[word];
        if (bits != 0) {
            size_t start = class_start(word * CLASSES_A_WORD + em_highest_bit(bits));
            return start > largest ? start : largest;
        }
    }
    return largest;
}

static bool contradicts(struct em_fault *fault, const void *where, uintptr_t expected, uintptr_t found)
{
    fault->kind = EM_FAULT_BAD_LINK;
    fault->address = (uintptr_t)where;
    fault->expected = expected;
    fault->found = found;
    return false;
}

/* Whether a link leads to a place where a listed block can start. */
static bool is_block(const struct em_heap *heap, const struct em_block *block)
{
    return block >= em_first_block(heap) && block < em_end_block(heap) && em_is_multiple((uintptr_t)block, 4);
}

/* The last word, where it is not the link to the block itself, which every walk checks. */
static bool last_word_is_good(const struct em_block *block, size_t size)
{
    uint32_t last = ((const uint32_t *)block)[size / 4];
    return size < SMALLEST ? last == block->header : size > SMALLEST || (last & PREVIOUS_MARK) != 0;
}

static bool check_place(struct em_heap *heap, struct em_block *block, unsigned class, struct em_fault *fault)
{
    uint32_t self = em_link_to(heap, block);
    const struct em_block *before = previous_of(heap, block->previous_link);
    if (before != slot_as_block(slot_of(heap, class)) && !is_block(heap, before)) {
        return contradicts(fault, &block->previous_link, 0, block->previous_link);
    }
    if (before->next_link != self) {
        return contradicts(fault, &before->next_link, self, before->next_link);
    }
    if (block->next_link == 0) {
        return true;
    }
    const struct em_block *after = em_link_from(heap, block->next_link);
    if (!is_block(heap, after)) {
        return contradicts(fault, &block->next_link, 0, block->next_link);
    }
    uint32_t back = previous_to(heap, block);
    return after->previous_link == back || contradicts(fault, &after->previous_link, back, after->previous_link);
}

bool em_bins_check_free(struct em_heap *heap, struct em_block *block, struct em_fault *fault)
{
    size_t size = em_block_size_of(block);
    if (size < SMALLEST || block != recent_block(heap)) {
        const uint32_t *last = (const uint32_t *)block + size / 4;
        if (!last_word_is_good(block, size)) {
            return contradicts(fault, last, size < SMALLEST ? block->header : PREVIOUS_MARK, *last);
        }
        return size < SMALLEST || check_place(heap, block, class_of(size), fault);
    }
    return true;
}

static bool check_class(struct em_heap *heap, unsigned class, struct em_fault *fault)
{
    uint32_t *slot = slot_of(heap, class), *word = class_words(heap) + class / CLASSES_A_WORD;
    bool marked = (*word & class_bit(class)) != 0;
    if (marked != (*slot != 0)) {
        return contradicts(fault, word, *slot != 0, marked);
    }
    if (*slot == 0) {
        return true;
    }
    const struct em_block *block = em_link_from(heap, *slot);
    if (!is_block(heap, block)) {
        return contradicts(fault, slot, 0, *slot);
    }
    if (!em_block_is_free(block) || class_of(em_block_size_of(block)) != class) {
        return contradicts(fault, block, class, block->header);
    }
    uint32_t back = previous_to(heap, slot_as_block(slot));
    return block->previous_link == back || contradicts(fault, &block->previous_link, back, block->previous_link);
}

/* The recent block, if any, is a free one of a size that could be in a list. */
static bool check_recent(struct em_heap *heap, struct em_fault *fault)
{
    const struct em_block *recent = recent_block(heap);
    if (recent == NULL) {
        return true;
    }
    const uint32_t *link = slot_of(heap, FIRST_CLASS) - 1;
    if (!is_block(heap, recent)) {
        return contradicts(fault, link, 0, *link);
    }
    return (em_block_is_free(recent) && em_block_size_of(recent) >= SMALLEST) || contradicts(fault, recent, 1, recent->header);
}

bool em_bins_check_tables(struct em_heap *heap, struct em_fault *fault)
{
    for (unsigned class = FIRST_CLASS; class < heap->rows; class ++) {
        if (!check_class(heap, class, fault)) {
            return false;
        }
    }
    for (unsigned class = 0; class < CLASS_WORDS * CLASSES_A_WORD; class ++) {
        bool exists = class >= FIRST_CLASS && class < heap->rows;
        const uint32_t *word = class_words(heap) + class / CLASSES_A_WORD;
        if (!exists && (*word & class_bit(class)) != 0) {
            return contradicts(fault, word, 0, *word);
        }
    }
    return check_recent(heap, fault);
}
