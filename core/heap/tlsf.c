/* The engine that places every block where the ESP32 does: two-level segregated fit.
 *
 * Free blocks hang in classes. A row holds the sizes of one power of two, cut into 2^k classes; the
 * sizes below 4 << k share row 0, a class for each multiple of 4. Rows and classes that hold a block
 * have a bit set, so that the lowest class with a block large enough is found by two bit searches.
 *
 *   | struct em_heap | class bits, a word for each row | first block of each class: rows << k links |
 *
 * Must not know locks, totals or guards. Nothing here loops over blocks: every operation is O(1).
 *
 * One idea: rows and classes are numbered through, so that a size maps to its class by one shift. */
#include "core/heap/state.h"

enum {
    CHIP_HEAP_BYTES = 20,    /* the part of the records that the chip does not count as its pool */
    CHIP_CONTROL_BYTES = 36,
    SMALL_POOL = 16 * 1024,  /* up to here k is 3, up to the next 4, above 5 */
    MEDIUM_POOL = 256 * 1024,
};

/* ---- tables --------------------------------------------------------------------------------- */

static inline uint32_t *class_bits_of_row(const struct em_heap *heap, unsigned row)
{
    return (uint32_t *)((uintptr_t)heap + EM_HEAP_RECORD_BYTES) + row;
}

static inline uint32_t *head_of_class(const struct em_heap *heap, unsigned class)
{
    return class_bits_of_row(heap, heap->rows) + class;
}

static inline unsigned class_count(const struct em_heap *heap)
{
    return (unsigned)heap->rows << heap->class_bits;
}

/* Row 0 has classes as wide as row 1, so both count as row 1 here: width 4. */
static inline unsigned width_bits(const struct em_heap *heap, size_t size)
{
    unsigned row_one = heap->class_bits + 2u;
    unsigned high = em_highest_bit((uint32_t)size);
    return high > row_one ? high - row_one + 2u : 2u;
}

static inline unsigned class_of_width(const struct em_heap *heap, size_t size, unsigned bits)
{
    return (unsigned)(size >> bits) + ((bits - 2u) << heap->class_bits);
}

static inline unsigned class_of(const struct em_heap *heap, size_t size)
{
    return class_of_width(heap, size, width_bits(heap, size));
}

/* ---- free lists ------------------------------------------------------------------------------ */

static inline void mark_class_used(struct em_heap *heap, unsigned class)
{
    unsigned row = class >> heap->class_bits;
    *class_bits_of_row(heap, row) |= 1u << (class & ((1u << heap->class_bits) - 1u));
    heap->row_bits |= 1u << row;
}

static inline void mark_class_empty(struct em_heap *heap, unsigned class)
{
    unsigned row = class >> heap->class_bits;
    uint32_t *bits = class_bits_of_row(heap, row);
    *bits &= ~(1u << (class & ((1u << heap->class_bits) - 1u)));
    if (*bits == 0) {
        heap->row_bits &= ~(1u << row);
    }
}

/* The newest block is the first to be used again. */
static inline void insert(struct em_heap *heap, struct em_block *block, size_t size)
{
    unsigned class = class_of(heap, size);
    uint32_t *head = head_of_class(heap, class);
    uint32_t link = em_link_to(heap, block);
    block->next_link = *head;
    block->previous_link = 0;
    if (*head != 0) {
        em_link_from(heap, *head)->previous_link = link;
    } else {
        mark_class_used(heap, class);
    }
    *head = link;
    heap->free_blocks++;
}

static inline void remove_head(struct em_heap *heap, struct em_block *block, unsigned class)
{
    uint32_t next = block->next_link;
    *head_of_class(heap, class) = next;
    if (next != 0) {
        em_link_from(heap, next)->previous_link = 0;
    } else {
        mark_class_empty(heap, class);
    }
    heap->free_blocks--;
}

static inline void remove(struct em_heap *heap, struct em_block *block)
{
    if (block->previous_link == 0) {
        remove_head(heap, block, class_of(heap, em_block_size_of(block)));
        return;
    }
    em_link_from(heap, block->previous_link)->next_link = block->next_link;
    if (block->next_link != 0) {
        em_link_from(heap, block->next_link)->previous_link = block->previous_link;
    }
    heap->free_blocks--;
}

/* The newest block of the lowest class from `class` up that has one; it leaves its list. */
static struct em_block *take_from(struct em_heap *heap, unsigned class)
{
    unsigned row = class >> heap->class_bits;
    unsigned column = class & ((1u << heap->class_bits) - 1u);
    if (row >= heap->rows) {
        return NULL; /* larger than this heap could ever hold */
    }
    uint32_t bits = *class_bits_of_row(heap, row) & (UINT32_MAX << column);
    if (bits == 0) {
        uint32_t rows = heap->row_bits & (~UINT32_C(1) << row);
        if (rows == 0) {
            return NULL;
        }
        row = em_lowest_bit(rows);
        bits = *class_bits_of_row(heap, row);
    }
    class = (row << heap->class_bits) | em_lowest_bit(bits);
    struct em_block *block = em_link_from(heap, *head_of_class(heap, class));
    remove_head(heap, block, class);
    return block;
}

/* ---- requests -------------------------------------------------------------------------------- */

/* Multiples of 4, at least 12. 0 iff no heap of this geometry can hold so much: then all later sums
 * of sizes stay below 2^32. */
static inline size_t payload_for(const struct em_heap *heap, size_t size)
{
    size_t limit = (size_t)1 << (heap->rows + heap->class_bits + 1u);
    if (size > limit - 4) {
        return 0;
    }
    size = (size + 3u) & ~(size_t)3u;
    return size < EM_PAYLOAD_MINIMUM ? EM_PAYLOAD_MINIMUM : size;
}

/* Cuts a block that is in no list to `size`; a rest that can be a block becomes free.
 * [ block ………………… ]  =>  [ block ][ rest: free ] */
static inline void cut(struct em_heap *heap, struct em_block *block, size_t whole, size_t size)
{
    if (whole - size < EM_BLOCK_MINIMUM) {
        block->header = (uint32_t)whole;
        em_block_behind(block, whole)->header &= ~EM_BLOCK_PREV_FREE;
        return;
    }
    block->header = (uint32_t)size;
    struct em_block *rest = em_block_behind(block, size);
    size_t rest_size = whole - size - EM_HEADER_BYTES;
    em_block_mark_free(heap, rest, rest_size);
    insert(heap, rest, rest_size);
}

/* A block of at least *size from the lowest class whose blocks all hold it, still of its whole size;
 * *size is rounded up to the class. */
static inline struct em_block *take_for(struct em_heap *heap, size_t *size)
{
    unsigned bits = width_bits(heap, *size);
    size_t mask = ((size_t)1 << bits) - 1u;
    *size = (*size + mask) & ~mask;
    return take_from(heap, class_of_width(heap, *size, bits));
}

/* The block is handed out with the size of its class, not with the size asked for: the search could
 * not have told a smaller one from it. */
static struct em_block *tlsf_allocate(struct em_heap *heap, size_t size)
{
    size = payload_for(heap, size);
    struct em_block *block = size == 0 ? NULL : take_for(heap, &size);
    if (block != NULL) {
        cut(heap, block, em_block_size_of(block), size);
    }
    return block;
}

/* Splits `gap` bytes off the front of a block that is in no list and frees them.
 * [ block ………………… ]  =>  [ gap: free ][ block ]   (the header of `block` moves by `gap`) */
static struct em_block *drop_front(struct em_heap *heap, struct em_block *block, size_t gap)
{
    size_t whole = em_block_size_of(block);
    size_t front = gap - EM_HEADER_BYTES;
    struct em_block *aligned = em_block_behind(block, front);
    aligned->header = (uint32_t)(whole - gap);
    em_block_mark_free(heap, block, front);
    insert(heap, block, front);
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
    if (alignment > 4 && (!em_add(&need, need, alignment) || !em_add(&need, need, EM_BLOCK_MINIMUM) ||
                          !em_round_up(&need, alignment))) {
        return NULL;
    }
    need = payload_for(heap, need);
    struct em_block *block = need == 0 ? NULL : take_for(heap, &need);
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

/* Merges a block that is in no list with the free block behind it; returns their common size.
 * [ this ][ next: free ]  =>  [ this ………………… ] */
static inline size_t absorb_next(struct em_heap *heap, struct em_block *next, size_t size)
{
    remove(heap, next);
    size += EM_HEADER_BYTES + em_block_size_of(next);
    em_block_vanishes(heap, next, em_block_next(next));
    return size;
}

static void tlsf_release(struct em_heap *heap, struct em_block *block)
{
    size_t size = em_block_size_of(block);
    struct em_block *next = em_block_behind(block, size);
    if (em_block_is_free(next)) {
        size = absorb_next(heap, next, size);
    }
    if (em_block_prev_is_free(block)) {
        struct em_block *previous = em_block_previous(heap, block);
        remove(heap, previous);
        block->header |= EM_BLOCK_FREE; /* so that a second free of it is seen */
        em_block_vanishes(heap, block, em_block_behind(block, size));
        size += EM_HEADER_BYTES + em_block_size_of(previous);
        block = previous;
    }
    em_block_mark_free(heap, block, size);
    insert(heap, block, size);
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
        whole = absorb_next(heap, next, whole);
    }
    uint32_t prev_free = block->header & EM_BLOCK_PREV_FREE;
    cut(heap, block, whole, size);
    block->header |= prev_free;
    return true;
}

static size_t tlsf_largest(const struct em_heap *heap)
{
    if (heap->row_bits == 0) {
        return 0;
    }
    unsigned row = em_highest_bit(heap->row_bits);
    unsigned column = em_highest_bit(*class_bits_of_row(heap, row));
    if (row == 0) {
        return (size_t)column << 2;
    }
    return ((size_t)(1u << heap->class_bits) + column) << (row + 1u);
}

/* ---- checking -------------------------------------------------------------------------------- */

static bool contradicts(struct em_fault *fault, const void *where, uintptr_t expected, uintptr_t found)
{
    fault->kind = EM_FAULT_BAD_LINK;
    fault->address = (uintptr_t)where;
    fault->expected = expected;
    fault->found = found;
    return false;
}

/* Whether a link leads to a place where a block can start. */
static bool link_is_inside(const struct em_heap *heap, uint32_t link)
{
    uintptr_t block = (uintptr_t)em_link_from(heap, link);
    return block >= (uintptr_t)em_first_block(heap) && block < (uintptr_t)em_end_block(heap) && em_is_multiple(block, 4);
}

static bool tlsf_check_free(struct em_heap *heap, struct em_block *block, struct em_fault *fault)
{
    unsigned class = class_of(heap, em_block_size_of(block));
    uint32_t self = em_link_to(heap, block);
    uint32_t *from = head_of_class(heap, class);
    if (block->previous_link != 0) {
        if (!link_is_inside(heap, block->previous_link)) {
            return contradicts(fault, &block->previous_link, 0, block->previous_link);
        }
        from = &em_link_from(heap, block->previous_link)->next_link;
    }
    if (*from != self) {
        return contradicts(fault, from, self, *from);
    }
    if (block->next_link == 0) {
        return true;
    }
    if (!link_is_inside(heap, block->next_link)) {
        return contradicts(fault, &block->next_link, 0, block->next_link);
    }
    uint32_t back = em_link_from(heap, block->next_link)->previous_link;
    return back == self || contradicts(fault, &em_link_from(heap, block->next_link)->previous_link, self, back);
}

static bool check_class(struct em_heap *heap, unsigned class, struct em_fault *fault)
{
    uint32_t head = *head_of_class(heap, class);
    uint32_t *bits = class_bits_of_row(heap, class >> heap->class_bits);
    bool marked = (*bits >> (class & ((1u << heap->class_bits) - 1u)) & 1u) != 0;
    if (marked != (head != 0)) {
        return contradicts(fault, bits, head != 0, marked);
    }
    if (head == 0) {
        return true;
    }
    if (!link_is_inside(heap, head)) {
        return contradicts(fault, head_of_class(heap, class), 0, head);
    }
    struct em_block *block = em_link_from(heap, head);
    if (!em_block_is_free(block) || class_of(heap, em_block_size_of(block)) != class) {
        return contradicts(fault, block, class, block->header);
    }
    return block->previous_link == 0 || contradicts(fault, &block->previous_link, 0, block->previous_link);
}

static bool tlsf_check_tables(struct em_heap *heap, struct em_fault *fault)
{
    for (unsigned class = 0; class < class_count(heap); class++) {
        if (!check_class(heap, class, fault)) {
            return false;
        }
    }
    for (unsigned row = 0; row < heap->rows; row++) {
        bool marked = (heap->row_bits >> row & 1u) != 0;
        if (marked != (*class_bits_of_row(heap, row) != 0)) {
            return contradicts(fault, &heap->row_bits, !marked, marked);
        }
    }
    return true;
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
    heap->class_bits = (uint8_t)class_bits_for(pool);
    unsigned length = em_highest_bit((uint32_t)pool) + 1u;
    if (length < heap->class_bits + 2u) {
        return false;
    }
    heap->rows = (uint8_t)(length - heap->class_bits - 1u);
    size_t control = CHIP_CONTROL_BYTES + 4u * heap->rows + 4u * class_count(heap);
    if (control > pool || pool - control < EM_BLOCK_MINIMUM + EM_HEADER_BYTES) {
        return false;
    }
    for (unsigned i = 0; i < heap->rows + class_count(heap); i++) {
        *class_bits_of_row(heap, i) = 0;
    }
    heap->first_block = (uint32_t)(CHIP_HEAP_BYTES + control);
    heap->free_bytes = (uint32_t)(pool - control);
    em_end_block(heap)->header = 0;
    struct em_block *block = em_first_block(heap);
    size_t size = (size_t)((uintptr_t)em_end_block(heap) - (uintptr_t)block) - EM_HEADER_BYTES;
    em_block_mark_free(heap, block, size);
    insert(heap, block, size);
    return true;
}

const struct em_engine em_engine_tlsf = {
    .name = "tlsf",
    .open = tlsf_open,
    .allocate = tlsf_allocate,
    .allocate_aligned = tlsf_allocate_aligned,
    .resize = tlsf_resize,
    .release = tlsf_release,
    .largest = tlsf_largest,
    .check_free = tlsf_check_free,
    .check_tables = tlsf_check_tables,
};
