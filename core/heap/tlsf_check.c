/* What can be wrong with the chip-exact engine's tables, said place by place.
 *
 * Must not change anything, and follows no link before it has looked where it leads.
 *
 * One idea: each free block is checked against its two neighbours in the list, each class against its
 * first block; then a list can hold nothing that no walk has met. */
#include "core/heap/tlsf_tables.h"

static bool contradicts(struct em_fault *fault, const void *where, uintptr_t expected, uintptr_t found)
{
    fault->kind = EM_FAULT_BAD_LINK;
    fault->address = (uintptr_t)where;
    fault->expected = expected;
    fault->found = found;
    return false;
}

/* Whether a link leads to a place where a block can start, or to the slot of this class. */
static bool link_is_good(const struct em_heap *heap, uint32_t link, unsigned class)
{
    const struct em_block *block = em_link_from(heap, link);
    if (block == slot_as_block(slots(heap) + class)) {
        return true;
    }
    uintptr_t last = (uintptr_t)em_end_block(heap) - EM_BLOCK_MINIMUM; /* where both links are still inside */
    return block >= em_first_block(heap) && (uintptr_t)block <= last && em_is_multiple((uintptr_t)block, 4);
}

bool em_tlsf_check_free(struct em_heap *heap, struct em_block *block, struct em_fault *fault)
{
    unsigned class = class_of(heap, em_block_size_of(block));
    uint32_t self = em_link_to(heap, block);
    if (!link_is_good(heap, block->previous_link, class)) {
        return contradicts(fault, &block->previous_link, 0, block->previous_link);
    }
    struct em_block *before = em_link_from(heap, block->previous_link);
    if (before->next_link != self) {
        return contradicts(fault, &before->next_link, self, before->next_link);
    }
    if (block->next_link == 0) {
        return true;
    }
    if (!link_is_good(heap, block->next_link, class)) {
        return contradicts(fault, &block->next_link, 0, block->next_link);
    }
    const struct em_block *after = em_link_from(heap, block->next_link);
    return after->previous_link == self || contradicts(fault, &after->previous_link, self, after->previous_link);
}

static bool check_class(struct em_heap *heap, unsigned class, struct em_fault *fault)
{
    uint32_t *slot = slots(heap) + class, *word = class_words(heap) + class / WORD_CLASSES;
    bool marked = (*word & class_bit(class)) != 0;
    if (marked != (*slot != 0)) {
        return contradicts(fault, word, *slot != 0, marked);
    }
    if (*slot == 0) {
        return true;
    }
    const struct em_block *block = em_link_from(heap, *slot);
    if (!link_is_good(heap, *slot, class) || block < em_first_block(heap)) {
        return contradicts(fault, slot, 0, *slot);
    }
    if (!em_block_is_free(block) || class_of(heap, em_block_size_of(block)) != class) {
        return contradicts(fault, block, class, block->header);
    }
    uint32_t back = em_link_to(heap, slot_as_block(slot));
    return block->previous_link == back || contradicts(fault, &block->previous_link, back, block->previous_link);
}

bool em_tlsf_check_tables(struct em_heap *heap, struct em_fault *fault)
{
    for (unsigned class = 0; class < class_count(heap); class ++) {
        if (!check_class(heap, class, fault)) {
            return false;
        }
    }
    for (unsigned word = 0; word < heap->rows; word++) {
        bool marked = (heap->word_bits >> word & 1u) != 0;
        if (marked != (class_words(heap)[word] != 0)) {
            return contradicts(fault, &heap->word_bits, !marked, marked);
        }
    }
    return true;
}
