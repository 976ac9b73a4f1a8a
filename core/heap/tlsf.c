/* The engine that places every block where the ESP32 does: two-level segregated fit.
 *
 * Must not know locks, totals or guards. Nothing here loops over blocks: every operation is O(1).
 *
 * One idea: a request is rounded up to its class, so that the first block found is large enough;
 * no list is ever searched. */
#include "core/heap/tlsf_tables.h"
#include "espmem/guard.h"

enum {
    CHIP_HEAP_BYTES = 20, /* the part of the records that the chip does not count as its pool */
    CHIP_CONTROL_BYTES = 36,
    SMALL_POOL = 16 * 1024, /* up to here k is 3, up to the next 4, above 5 */
    MEDIUM_POOL = 256 * 1024,
};

/* ---- free lists ------------------------------------------------------------------------------ */

static inline void mark_class_empty(struct em_heap *heap, unsigned class)
{
    uint32_t *word = class_words(heap) + class / WORD_CLASSES;
    *word &= ~class_bit(class);
    if (*word == 0) {
        heap->word_bits &= ~(UINT32_C(1) << class / WORD_CLASSES);
    }
}

/* The newest block is the first to be used again. */
static inline void insert(struct em_heap *heap, struct em_block *block, size_t size)
{
    unsigned class = class_of(heap, size);
    uint32_t *slot = slots(heap) + class;
    uint32_t link = em_link_to(heap, block), next = *slot;
    *slot = link;
    block->next_link = next;
    block->previous_link = em_link_to(heap, slot_as_block(slot));
    if (next != 0) {
        em_link_from(heap, next)->previous_link = link;
    } else {
        class_words(heap)[class / WORD_CLASSES] |= class_bit(class);
        heap->word_bits |= UINT32_C(1) << class / WORD_CLASSES;
    }
}

static inline void remove(struct em_heap *heap, struct em_block *block)
{
    uint32_t next = block->next_link, previous = block->previous_link;
    struct em_block *before = em_link_from(heap, previous);
    before->next_link = next;
    if (next != 0) {
        em_link_from(heap, next)->previous_link = previous;
    } else if (before < em_first_block(heap)) {
        mark_class_empty(heap, (unsigned)(&before->next_link - slots(heap))); /* `before` was its slot */
    }
}

/* The newest block of the lowest class from `class` up that has one; it leaves its list. */
static inline struct em_block *take_from(struct em_heap *heap, unsigned class)
{
    unsigned word = class / WORD_CLASSES;
    uint32_t words = heap->word_bits >> word;
    if (words == 0) {
        return NULL; /* also where the class is beyond the last one */
    }
    uint32_t bits = class_words(heap)[word] & (UINT32_MAX << (class % WORD_CLASSES));
    if (bits == 0) {
        words &= ~UINT32_C(1);
        if (words == 0) {
            return NULL;
        }
        word += em_lowest_bit(words);
        bits = class_words(heap)[word];
    }
    class = word * WORD_CLASSES + em_lowest_bit(bits);
    uint32_t *slot = slots(heap) + class;
    struct em_block *block = em_link_from(heap, *slot);
    uint32_t next = block->next_link;
    *slot = next;
    if (next != 0) {
        em_link_from(heap, next)->previous_link = block->previous_link;
    } else {
        mark_class_empty(heap, class);
    }
    return block;
}

/* ---- requests -------------------------------------------------------------------------------- */

/* Multiples of 4, at least 12. 0 iff the size is 0 or larger than the whole heap: else all later sums
 * stay below 2^32. */
static inline size_t payload_for(const struct em_heap *heap, size_t size)
{
    if (EM_UNLIKELY(size - 1 >= heap->size)) {
        return 0;
    }
    size = (size + 3u) & ~(size_t)3u;
    return size < EM_PAYLOAD_MINIMUM ? EM_PAYLOAD_MINIMUM : size;
}

static inline size_t round_to_width(size_t size, unsigned bits)
{
    size_t mask = ((size_t)1 << bits) - 1u;
    return (size + mask) & ~mask;
}

/* Cuts a block that is in no list to `size`; a rest that can be a block becomes free. The block still
 * counts as a free one, and the successor still has one in front of it: true again for the rest.
 * [ block ………………… ]  =>  [ block ][ rest: free ] */
static inline void cut(struct em_heap *heap, struct em_block *block, size_t whole, size_t size)
{
    if (whole - size < EM_BLOCK_MINIMUM) {
        block->header = (uint32_t)whole;
        em_block_behind(block, whole)->header &= ~EM_BLOCK_PREV_FREE;
        heap->free_blocks--;
        heap->free_bytes -= (uint32_t)whole + EM_HEADER_BYTES;
        return;
    }
    heap->blocks++;
    heap->free_bytes -= (uint32_t)size + EM_HEADER_BYTES;
    block->header = (uint32_t)size;
    struct em_block *rest = em_block_behind(block, size);
    size_t rest_size = whole - size - EM_HEADER_BYTES;
    em_block_mark_free(heap, rest, rest_size);
    insert(heap, rest, rest_size);
}

/* The block is handed out with the size of its class, not with the size asked for: the search could
 * not have told a smaller one from it. */
static void *tlsf_allocate(struct em_heap *heap, size_t size)
{
    em_heap_lock(heap);
    size = payload_for(heap, size);
    if (EM_UNLIKELY(size == 0)) {
        return em_not_taken(heap);
    }
    unsigned class = (unsigned)(size / 4); /* in row 0, where each size is its own class */
    if (class >> heap->class_bits != 0) {
        unsigned bits = width_bits(heap, size);
        size = round_to_width(size, bits);
        class = class_of_width(heap, size, bits);
    }
    struct em_block *block = take_from(heap, class);
    if (EM_UNLIKELY(block == NULL)) {
        return em_not_taken(heap);
    }
    cut(heap, block, em_block_size_of(block), size);
    return em_taken(heap, block);
}

/* Splits `gap` bytes off the front of a block that is in no list and frees them.
 * [ block ………………… ]  =>  [ gap: free ][ block ]   (the header of `block` moves by `gap`) */
static struct em_block *drop_front(struct em_heap *heap, struct em_block *block, size_t gap)
{
    size_t whole = em_block_size_of(block);
    size_t front = gap - EM_HEADER_BYTES;
    struct em_block *aligned = em_block_behind(block, front);
    aligned->header = (uint32_t)(whole - gap) | EM_BLOCK_PREV_FREE;
    em_block_mark_free(heap, block, front);
    insert(heap, block, front);
    heap->blocks++;
    heap->free_blocks++;
    return aligned;
}

/* Bytes from `payload` to the first place where (place + offset) is aligned and what is left in front
 * can be a block. Nothing is left in front only where no offset was asked for, as on the chip. */
static size_t gap_before(uintptr_t payload, size_t alignment, size_t offset)
{
    size_t mask = alignment - 1;
    size_t gap = (0 - payload) & mask;
    if (offset == 0 && (gap == 0 || gap >= EM_BLOCK_MINIMUM)) {
        return gap;
    }
    return EM_BLOCK_MINIMUM + ((0 - (payload + EM_BLOCK_MINIMUM + offset)) & mask);
}

static struct em_block *tlsf_allocate_aligned(struct em_heap *heap, size_t size, size_t alignment, size_t offset)
{
    size_t need = payload_for(heap, size);
    size = need;
    if (size == 0 || !em_round_up(&offset, 4)) {
        return NULL;
    }
    if (alignment > 4 &&
        (!em_add(&need, need, alignment) || !em_add(&need, need, EM_BLOCK_MINIMUM) || !em_round_up(&need, alignment))) {
        return NULL;
    }
    need = payload_for(heap, need);
    if (need == 0) {
        return NULL;
    }
    unsigned bits = width_bits(heap, need);
    struct em_block *block = take_from(heap, class_of_width(heap, round_to_width(need, bits), bits));
    if (block == NULL) {
        return NULL;
    }
    if (alignment > 4) {
        size_t gap = gap_before((uintptr_t)em_block_payload(block), alignment, offset);
        block = gap == 0 ? block : drop_front(heap, block, gap);
    }
    uint32_t prev_free = block->header & EM_BLOCK_PREV_FREE;
    cut(heap, block, em_block_size_of(block), size);
    block->header |= prev_free;
    return block;
}

/* ---- giving back ----------------------------------------------------------------------------- */

/*  [ previous: free ][ this ][ next: free ]  =>  [ previous ……………………………………………… ]
 *  [ previous: free ][ this ][ next: used ]  =>  [ previous ………………………… ][ next ]
 *  [ previous: used ][ this ][ next: free ]  =>  [ previous ][ this ………………………… ] */
static void tlsf_release(struct em_heap *heap, void *address)
{
    em_heap_lock(heap);
    enum em_fault_kind kind = em_fault_above(heap, address, EM_PAYLOAD_MINIMUM);
    if (EM_UNLIKELY(kind != EM_FAULT_NONE)) {
        em_not_given_back(heap, address, kind);
        return;
    }
    struct em_block *block = em_block_of_payload(address);
    uint32_t header = block->header;
    size_t size = header & ~EM_BLOCK_FLAGS;
    heap->free_bytes += (uint32_t)size + EM_HEADER_BYTES;
    struct em_block *next = em_block_behind(block, size);
    bool next_is_free = em_block_is_free(next);
    if (next_is_free) {
        remove(heap, next);
        heap->blocks--;
        size += EM_HEADER_BYTES + em_block_size_of(next);
    } else {
        next->header |= EM_BLOCK_PREV_FREE;
    }
    if ((header & EM_BLOCK_PREV_FREE) != 0) {
        struct em_block *previous = em_block_previous(heap, block);
        remove(heap, previous);
        heap->blocks--;
        heap->free_blocks -= next_is_free;
        block->header = header | EM_BLOCK_FREE; /* so that a second free of it is seen */
        size += EM_HEADER_BYTES + em_block_size_of(previous);
        block = previous;
    } else if (!next_is_free) {
        heap->free_blocks++;
    }
    em_block_mark_free(heap, block, size);
    insert(heap, block, size);
    em_layout_changed(heap, block, em_block_behind(block, size));
    em_heap_unlock(heap);
}

/* The word in front of a header that is none any more, itself, and the two links behind it. */
static void fill_around(struct em_block *vanished)
{
    uint32_t *word = (uint32_t *)vanished;
    for (int i = -1; i <= 2; i++) {
        word[i] = EM_GUARD_FREE_WORD;
    }
}

/* For heaps whose free memory is verified: nothing is left over inside it. Who merges is known before. */
static void tlsf_release_filled(struct em_heap *heap, void *address)
{
    em_heap_lock(heap);
    struct em_block *block = em_block_of_payload(address), *next = NULL;
    bool block_vanishes = false;
    if (em_fault_above(heap, address, EM_PAYLOAD_MINIMUM) == EM_FAULT_NONE) {
        next = em_block_is_free(em_block_next(block)) ? em_block_next(block) : NULL;
        block_vanishes = em_block_prev_is_free(block);
    }
    tlsf_release(heap, address);
    if (next != NULL) {
        fill_around(next);
    }
    if (block_vanishes) {
        fill_around(block);
    }
    em_heap_unlock(heap);
}

/* The new size counts as it is, not by its class: a block in place needs no search. */
static bool tlsf_resize(struct em_heap *heap, struct em_block *block, size_t size)
{
    size = payload_for(heap, size);
    size_t whole = em_block_size_of(block);
    struct em_block *next = em_block_behind(block, whole);
    size_t reach = em_block_is_free(next) ? whole + EM_HEADER_BYTES + em_block_size_of(next) : whole;
    if (size == 0 || size > reach) {
        return false;
    }
    if (size <= whole && whole - size < EM_BLOCK_MINIMUM) {
        return true; /* what would be left is no block: everything stays */
    }
    if (reach != whole) {
        remove(heap, next);
        heap->blocks--;
        em_layout_changed(heap, block, em_block_behind(block, reach));
    } else {
        next->header |= EM_BLOCK_PREV_FREE;
        heap->free_blocks++;
    }
    uint32_t prev_free = block->header & EM_BLOCK_PREV_FREE;
    heap->free_bytes += (uint32_t)whole + EM_HEADER_BYTES;
    cut(heap, block, reach, size);
    block->header |= prev_free;
    em_layout_changed(heap, NULL, NULL);
    return true;
}

/* The lower end of the highest class that has a block: what is between it and the block's own size
 * cannot be asked for. */
static size_t tlsf_largest(const struct em_heap *heap)
{
    if (heap->word_bits == 0) {
        return 0;
    }
    unsigned word = em_highest_bit(heap->word_bits);
    unsigned class = word * WORD_CLASSES + em_highest_bit(class_words(heap)[word]);
    unsigned row = class >> heap->class_bits;
    if (row <= 1) {
        return (size_t) class << 2;
    }
    return (size_t)(class - ((row - 1u) << heap->class_bits)) << (row + 1u);
}

/* ---- opening --------------------------------------------------------------------------------- */

static unsigned class_bits_for(size_t pool)
{
    if (pool <= SMALL_POOL) {
        return 3;
    }
    return pool <= MEDIUM_POOL ? 4 : 5;
}

static bool tlsf_open(struct em_heap *heap)
{
    if (heap->size < CHIP_HEAP_BYTES + CHIP_CONTROL_BYTES + EM_BLOCK_MINIMUM + EM_HEADER_BYTES) {
        return false;
    }
    size_t pool = heap->size - CHIP_HEAP_BYTES;
    heap->class_bits = (EM_SMALL)class_bits_for(pool);
    unsigned length = em_highest_bit((uint32_t)pool) + 1u;
    if (length < heap->class_bits + 2u) {
        return false;
    }
    heap->rows = (EM_SMALL)(length - heap->class_bits - 1u);
    size_t control = CHIP_CONTROL_BYTES + 4u * heap->rows + 4u * class_count(heap);
    if (control > pool || pool - control < EM_BLOCK_MINIMUM + EM_HEADER_BYTES) {
        return false;
    }
    for (unsigned i = 0; i < heap->rows + class_count(heap); i++) {
        class_words(heap)[i] = 0;
    }
    heap->first_block = (uint32_t)(CHIP_HEAP_BYTES + control);
    heap->free_bytes = (uint32_t)(pool - control);
    em_end_block(heap)->header = EM_BLOCK_PREV_FREE;
    struct em_block *block = em_first_block(heap);
    size_t size = (size_t)((uintptr_t)em_end_block(heap) - (uintptr_t)block) - EM_HEADER_BYTES;
    em_block_mark_free(heap, block, size);
    insert(heap, block, size);
    heap->blocks = heap->free_blocks = 1;
    return true;
}

/* The two differ only in what a release leaves behind; all else is said once. */
#define TLSF(engine_release, engine_filled)                                                                                    \
    {                                                                                                                          \
        .name = "tlsf", .smallest_used = EM_PAYLOAD_MINIMUM, .smallest_free = EM_PAYLOAD_MINIMUM, .open = tlsf_open,           \
        .allocate = tlsf_allocate, .allocate_aligned = tlsf_allocate_aligned, .resize = tlsf_resize,                           \
        .release = (engine_release), .largest = tlsf_largest, .check_free = em_tlsf_check_free,                                \
        .check_tables = em_tlsf_check_tables, .filled = (engine_filled), .links_in_front = 2 * sizeof(uint32_t),               \
        .links_at_end = sizeof(uint32_t),                                                                                      \
    }

static const struct em_engine engine_tlsf_filled = TLSF(tlsf_release_filled, NULL);
const struct em_engine em_engine_tlsf = TLSF(tlsf_release, &engine_tlsf_filled);
