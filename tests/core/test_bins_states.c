/* Every state that a small heap of the engine "bins" can get into, under every operation.
 *
 * A state is the blocks' area with all dead bytes cleared, the class bits and the recent block; all else
 * follows from these. From each state that was ever reached every operation is performed. What must hold
 * is not where a block goes but what is promised: the heap's own check finds nothing, totals are the
 * blocks', blocks do not overlap, contents stay, and a request fails iff no hole is sure to fit.
 *
 * One idea: a state is the heap's own memory, so no model can be wrong in the same way. */
#include "check.h"

#include "core/heap/bins_tables.h"
#include "port.h"
#include "random.h"
#include "state_set.h"

enum { BYTES = 512, STATE = 255, LIVE = 0xA5 };

static struct search {
    struct state_set states;
    size_t bytes, area; /* of the region; of the blocks with their headers, and the end mark */
    struct em_heap *heap;
    unsigned char fresh[BYTES], image[BYTES];
    unsigned long operations;
} search;

static _Alignas(64) unsigned char memory[BYTES];

/* ---- states as bytes ------------------------------------------------------------------------- */

static struct em_block *first(void)
{
    return em_first_block(search.heap);
}

/* What the heap does not need to know is made 0. */
static void clear_dead_bytes(void)
{
    for (struct em_block *block = first(); block < em_end_block(search.heap); block = em_block_next(block)) {
        size_t size = em_block_size_of(block), from = 0, end = size;
        if (em_block_is_free(block)) {
            bool links = size >= SMALLEST && block != recent_block(search.heap);
            from = links ? 8 : 0;
            end = size >= 4 ? size - 4 : 0;
        }
        if (from < end)
            memset((char *)em_block_payload(block) + from, 0, end - from);
    }
}

static size_t state_of(unsigned char *state)
{
    clear_dead_bytes();
    memcpy(state, first(), search.area);
    memcpy(state + search.area, class_words(search.heap), 4 * (CLASS_WORDS + 1));
    return search.area + 4 * (CLASS_WORDS + 1);
}

/* Slots and totals follow from the blocks. */
static void restore(const unsigned char *state)
{
    struct em_heap *heap = search.heap;
    memcpy(memory, search.fresh, search.bytes);
    memcpy(first(), state, search.area);
    memcpy(class_words(heap), state + search.area, 4 * (CLASS_WORDS + 1));
    heap->blocks = heap->free_blocks = 0;
    heap->free_bytes = EM_HEADER_BYTES;
    for (struct em_block *block = first(); block < em_end_block(heap); block = em_block_next(block)) {
        size_t size = em_block_size_of(block);
        heap->blocks++;
        if (!em_block_is_free(block)) {
            memset(em_block_payload(block), LIVE, size);
            continue;
        }
        heap->free_blocks++;
        heap->free_bytes += (uint32_t)size + EM_HEADER_BYTES;
        uint32_t *slot = slot_of(heap, class_of(size));
        if (size >= SMALLEST && block != recent_block(heap) && previous_of(heap, block->previous_link) == slot_as_block(slot))
            *slot = em_link_to(heap, block);
    }
    heap->minimum_free = heap->free_bytes;
}

/* ---- what must hold -------------------------------------------------------------------------- */

/* The lowest size of which every block of the class of `size` holds it. */
static size_t sure_size(size_t size)
{
    return size <= class_start(class_of(size)) ? size : class_start(class_of(size) + 1);
}

static size_t largest_hole(void)
{
    size_t largest = 0;
    for (struct em_block *block = first(); block < em_end_block(search.heap); block = em_block_next(block))
        if (em_block_is_free(block) && em_block_size_of(block) > largest)
            largest = em_block_size_of(block);
    return largest;
}

static bool live_bytes_stand(void)
{
    for (struct em_block *block = first(); block < em_end_block(search.heap); block = em_block_next(block)) {
        const unsigned char *payload = em_block_payload(block);
        for (size_t i = 0; !em_block_is_free(block) && i < em_block_size_of(block); i++)
            if (payload[i] != LIVE)
                return false;
    }
    return true;
}

static size_t used_bytes(void)
{
    size_t sum = 0;
    for (struct em_block *block = first(); block < em_end_block(search.heap); block = em_block_next(block))
        sum += em_block_is_free(block) ? 0 : em_block_size_of(block);
    return sum;
}

static void judge(const char *operation, size_t a, size_t b)
{
    search.operations++;
    if (!em_heap_check(search.heap, NULL, NULL) || test_port.faults != 0 || !live_bytes_stand())
        check_fail(__FILE__, __LINE__, "after %s %zu %zu the heap or a block's contents are damaged", operation, a, b);
    if (em_bins_largest(search.heap) > largest_hole())
        check_fail(__FILE__, __LINE__, "after %s %zu %zu the largest free block is no such hole", operation, a, b);
    unsigned char state[STATE];
    size_t length = state_of(state);
    state_set_add(&search.states, state, length);
}

/* ---- operations ------------------------------------------------------------------------------ */

static void begin(void)
{
    memcpy(memory, search.image, search.bytes);
}

static void attempt_allocate(size_t size, size_t alignment)
{
    begin();
    size_t hole = largest_hole(), need = size + (alignment <= 4 ? 0 : alignment - 4), reported = em_bins_largest(search.heap);
    unsigned char *block =
        alignment == 0 ? em_heap_allocate(search.heap, size) : em_heap_allocate_aligned(search.heap, size, alignment, 0);
    if (block == NULL ? hole >= sure_size(need) || (alignment == 0 && reported >= size) : hole < size)
        check_fail(__FILE__, __LINE__, "%zu bytes aligned to %zu %s with a hole of %zu", size, alignment,
                   block ? "are given" : "are refused", hole);
    if (block != NULL) {
        CHECK(alignment == 0 || (uintptr_t)block % alignment == 0);
        memset(block, LIVE, em_heap_block_size(search.heap, block));
    }
    judge("allocate", size, alignment);
}

static void attempt_free(size_t offset)
{
    begin();
    em_heap_free(search.heap, memory + offset);
    judge("free", offset, 0);
}

static void attempt_reallocate(size_t offset, size_t size)
{
    begin();
    size_t old = em_heap_block_size(search.heap, memory + offset), used = used_bytes();
    unsigned char *moved = em_heap_reallocate(search.heap, memory + offset, size);
    if (moved == NULL ? size <= old || used != used_bytes() : em_heap_block_size(search.heap, moved) < size)
        check_fail(__FILE__, __LINE__, "a block of %zu bytes resized to %zu", old, size);
    if (moved != NULL) {
        for (size_t i = 0; i < old && i < size; i++)
            CHECK_EQ(moved[i], LIVE);
        memset(moved, LIVE, em_heap_block_size(search.heap, moved));
    }
    judge("reallocate", offset, size);
}

static void attempt_all(void)
{
    for (size_t size = SMALLEST; size < search.area; size += 4) {
        attempt_allocate(size, 0);
        attempt_allocate(size, 8);
        attempt_allocate(size, 32);
    }
    begin();
    size_t offsets[BYTES / 12], count = 0;
    for (struct em_block *block = first(); block < em_end_block(search.heap); block = em_block_next(block))
        if (!em_block_is_free(block))
            offsets[count++] = (size_t)((unsigned char *)em_block_payload(block) - memory);
    for (size_t i = 0; i < count; i++) {
        attempt_free(offsets[i]);
        for (size_t size = SMALLEST; size < search.area; size += 4)
            attempt_reallocate(offsets[i], size);
    }
}

static void search_all(size_t area)
{
    test_port_reset();
    memset(&search, 0, sizeof search);
    search.bytes = tables_end(FIRST_RANGE) + area + EM_HEADER_BYTES;
    search.area = area + EM_HEADER_BYTES;
    search.heap = em_heap_create(memory, search.bytes, &em_engine_bins);
    CHECK(search.heap != NULL && search.heap->first_block == tables_end(FIRST_RANGE));
    state_set_open(&search.states);
    memcpy(search.fresh, memory, search.bytes);
    memset(slot_of((struct em_heap *)search.fresh, FIRST_CLASS), 0, 4 * (FIRST_RANGE - FIRST_CLASS));
    unsigned char state[STATE];
    state_set_add(&search.states, state, state_of(state));
    size_t place = 0, length;
    for (const unsigned char *next; (next = state_set_next(&search.states, &place, &length)) != NULL;) {
        memcpy(state, next, length);
        restore(state);
        memcpy(search.image, memory, search.bytes);
        if (!em_heap_check(search.heap, NULL, NULL))
            check_fail(__FILE__, __LINE__, "a state cannot be rebuilt");
        attempt_all();
    }
    printf("# bins, %zu bytes: %zu states, %lu operations\n", area, search.states.count, search.operations);
    state_set_close(&search.states);
}

TEST(every_state_of_a_small_heap_keeps_its_promises)
{
    for (size_t area = 12; area <= 64; area += 4)
        search_all(area);
}

TEST(every_state_of_a_larger_heap_keeps_its_promises)
{
    const char *wanted = getenv("ESPMEM_AREA");
    size_t area = random_is_long() ? 96 : random_is_brief() ? 68 : 72;
    search_all(wanted ? strtoul(wanted, NULL, 0) : area);
}

CHECK_MAIN
