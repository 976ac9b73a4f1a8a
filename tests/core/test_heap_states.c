/* Every state that a small heap can get into, under every operation.
 *
 * A state is the list of its blocks, and of its free ones which comes first in its class. From each
 * state that was ever reached every operation is performed, on the heap and on its model; both must
 * give the same result and the same state, until no new state turns up. So whatever holds here holds
 * after any sequence of operations, however long.
 *
 * One idea: a state is rebuilt from its few bytes through the heap's public face. */
#include "check.h"

#include "core/heap/tlsf_tables.h"
#include "heap_model.h"
#include "picture.h"
#include "port.h"
#include "random.h"
#include "state_set.h"

enum { BYTES = 512, STATE = 64, MOST_BLOCKS = 24, FREE = 0x80, PAINT = 0x40 };

struct search {
    const struct engine_rules *rules;
    struct state_set states;
    size_t bytes, area; /* of the region; of its first block */
    unsigned char *base;
    struct em_heap *heap;
    unsigned char image[BYTES]; /* the heap in the state that is being worked on */
    struct heap_model at, model;
    unsigned long operations;
};

/* ---- states as bytes ------------------------------------------------------------------------- */

/* How many blocks of its class are newer. */
static unsigned rank_in_model(const struct heap_model *model, unsigned i)
{
    unsigned newer = 0;
    size_t class = model->rules->class_start(model, model->blocks[i].size);
    for (unsigned j = 0; j < model->count; j++)
        newer +=
            model->blocks[j].freed > model->blocks[i].freed && model->rules->class_start(model, model->blocks[j].size) == class;
    return newer;
}

static size_t state_of(const struct heap_model *model, unsigned char *state)
{
    size_t length = 0;
    for (unsigned i = 0; i < model->count; i++) {
        const struct model_block *block = &model->blocks[i];
        state[length++] = (unsigned char)(block->size / 4 | (block->freed ? FREE : 0u));
        if (block->freed)
            state[length++] = (unsigned char)rank_in_model(model, i);
    }
    return length;
}

static void model_from_state(struct search *search, const unsigned char *state, size_t length)
{
    struct heap_model *model = &search->at;
    heap_model_start(model, search->rules, (uintptr_t)search->base, search->bytes);
    uint32_t offset = model->blocks[0].offset;
    model->count = 0;
    model->clock = 100;
    for (size_t i = 0; i < length; i++) {
        struct model_block *block = &model->blocks[model->count];
        *block = (struct model_block){offset, (state[i] & ~(uint32_t)FREE) * 4, 0};
        if (state[i] & FREE)
            block->freed = 100u - state[++i];
        else
            model->slots[model->count] = offset;
        offset += block->size + model->rules->header;
        model->count++;
    }
    heap_model_settle(model);
}

/* ---- the heap in a state --------------------------------------------------------------------- */

/* All blocks used, each cut to its size; then those that are to be free, the newest last. */
static bool heap_from_model(struct search *search)
{
    const struct heap_model *model = &search->at;
    search->heap = em_heap_create(search->base, search->bytes, search->rules->engine);
    for (unsigned i = 0; i < model->count; i++) {
        unsigned char *block = em_heap_allocate(search->heap, 12);
        if (block != search->base + model->blocks[i].offset || !em_heap_resize(search->heap, block, model->blocks[i].size))
            return false;
        memset(block, (int)(PAINT + i), model->blocks[i].size);
    }
    for (unsigned rank = model->count; rank-- > 0;) {
        for (unsigned i = 0; i < model->count; i++) {
            if (model->blocks[i].freed && rank_in_model(model, i) == rank)
                em_heap_free(search->heap, search->base + model->blocks[i].offset);
        }
    }
    em_heap_reset_minimum(search->heap);
    search->at.minimum = (uint32_t)em_heap_free_bytes(search->heap);
    memcpy(search->image, search->base, search->bytes);
    return true;
}

/* How many blocks of its list are in front of it. Only the chip-exact engine's lists are known here. */
static unsigned rank_in_heap(const struct em_heap *heap, uint32_t offset)
{
    const struct em_block *block = em_block_of_payload((const unsigned char *)heap + offset);
    unsigned newer = 0;
    while ((block = em_link_from(heap, block->previous_link)) >= em_first_block(heap) && newer < MOST_BLOCKS)
        newer++;
    return newer;
}

static const char *lists_differ(const struct search *search)
{
    const struct heap_model *model = &search->model;
    for (unsigned i = 0; search->rules->engine == &em_engine_tlsf && i < model->count; i++) {
        if (model->blocks[i].freed && rank_in_heap(search->heap, model->blocks[i].offset) != rank_in_model(model, i))
            return "the free blocks of a class are in another order";
    }
    return NULL;
}

/* Whoever was used before and still is has its contents; `moved`, from block `from`, those that fit. */
static const char *contents_differ(const struct search *search, unsigned from, const unsigned char *moved, size_t kept)
{
    const struct heap_model *at = &search->at;
    for (unsigned i = 0; i < at->count; i++) {
        const unsigned char *block = i == from ? moved : search->base + at->blocks[i].offset;
        size_t size = i == from ? kept : at->blocks[i].size;
        for (size_t byte = 0; block && !at->blocks[i].freed && byte < size; byte++) {
            if (block[byte] != PAINT + i)
                return "a block has lost its contents";
        }
    }
    return NULL;
}

/* ---- operations ------------------------------------------------------------------------------ */

static void *perform(const struct search *search, const struct heap_op *op, void *address)
{
    switch (op->kind) {
    case 'm':
        return em_heap_allocate(search->heap, op->size);
    case 'o':
        return em_heap_allocate_aligned(search->heap, op->size, op->alignment, op->offset);
    case 'r':
        return em_heap_reallocate(search->heap, address, op->size);
    case 't':
        return em_heap_resize(search->heap, address, op->size) ? address : NULL;
    default:
        em_heap_free(search->heap, address);
        return NULL;
    }
}

static intmax_t expect(struct search *search, const struct heap_op *op)
{
    const struct heap_model *at = &search->at;
    memcpy(&search->model, at, offsetof(struct heap_model, blocks) + at->count * sizeof at->blocks[0]);
    intmax_t wanted = heap_model_do(&search->model, op);
    if (op->kind == 't')
        return wanted == 1 ? (intmax_t)at->slots[op->slot] : HEAP_NONE;
    return op->kind == 'f' ? HEAP_NONE : wanted;
}

/* What the operation does to the heap in this state against what it should; the state it leads to is
 * remembered. */
static void attempt(struct search *search, const struct heap_op *op)
{
    bool has_block = strchr("rtf", op->kind) != NULL;
    unsigned char *address = has_block ? search->base + search->at.slots[op->slot] : NULL;
    memcpy(search->base, search->image, search->bytes);
    unsigned char *result = perform(search, op, address);
    intmax_t wanted = expect(search, op), found = result ? result - search->base : HEAP_NONE;
    const char *wrong = found == wanted ? NULL : "the result";
    wrong = wrong ? wrong : heap_model_differs_at_a_glance(&search->model, search->heap);
    wrong = wrong ? wrong : lists_differ(search);
    size_t old = has_block ? search->at.blocks[op->slot].size : 0;
    unsigned from = has_block ? op->slot : MOST_BLOCKS;
    unsigned char *now = op->kind == 'f' ? NULL : result ? result : address;
    wrong = wrong ? wrong : contents_differ(search, from, now, result && op->size < old ? op->size : old);
    search->operations++;
    unsigned char state[STATE];
    size_t length = state_of(&search->model, state);
    if (wrong || test_port.faults != 0) {
        memcpy(search->base, search->image, search->bytes);
        check_fail(__FILE__, __LINE__, "in \"%s\" %c %u %zu (%zu %zu) gives %" PRIdMAX ", not %" PRIdMAX ": %s",
                   picture(search->heap), op->kind, op->slot, op->size, op->alignment, op->offset, found, wanted,
                   wrong ? wrong : "a fault");
    }
    state_set_add(&search->states, state, length);
}

static void attempt_sizes(struct search *search, struct heap_op op)
{
    for (op.size = 12; op.size <= search->area + 4; op.size += 4)
        attempt(search, &op);
}

static void attempt_all(struct search *search)
{
    static const struct heap_op aligned[] = {{'o', 0, 0, 4, 0},  {'o', 0, 0, 8, 0}, {'o', 0, 0, 16, 0},
                                             {'o', 0, 0, 32, 0}, {'o', 0, 0, 8, 4}, {'o', 0, 0, 16, 8}};
    unsigned free_slot = search->at.count;
    attempt_sizes(search, (struct heap_op){.kind = 'm', .slot = free_slot});
    attempt(search, &(struct heap_op){.kind = 'm', .slot = free_slot, .size = 1});
    attempt(search, &(struct heap_op){.kind = 'm', .slot = free_slot, .size = 13});
    for (unsigned i = 0; i < sizeof aligned / sizeof aligned[0]; i++) {
        struct heap_op op = aligned[i];
        op.slot = free_slot;
        attempt_sizes(search, op);
    }
    for (unsigned i = 0; i < search->at.count; i++) {
        if (search->at.slots[i] == 0)
            continue;
        attempt(search, &(struct heap_op){.kind = 'f', .slot = i});
        attempt_sizes(search, (struct heap_op){.kind = 'r', .slot = i});
        if (search->area <= 64) /* a realloc in place is the same, seen from below */
            attempt_sizes(search, (struct heap_op){.kind = 't', .slot = i});
    }
}

/* ---- the search ------------------------------------------------------------------------------ */

/* The shortest region whose first block is as large as that. */
static size_t region_for(const struct engine_rules *rules, size_t area)
{
    static struct heap_model model;
    for (size_t bytes = 4; bytes < BYTES; bytes += 4) {
        if (heap_model_start(&model, rules, 0, bytes) && model.blocks[0].size == area)
            return bytes;
    }
    return 0;
}

/* All states there can be, counted without a heap: every row of blocks that fills the area, no two free
 * ones side by side, the free ones of each class in any order. */
static unsigned long count_rows(const struct heap_model *model, uint32_t left, bool previous_is_free, unsigned *free_in_class)
{
    unsigned long count = 0;
    uint32_t header = model->rules->header, least = model->rules->payload_minimum;
    for (uint32_t size = least; size <= left; size += 4) {
        uint32_t rest = left - size;
        if (rest != 0 && rest < header + least)
            continue;
        unsigned *of_class = &free_in_class[model->rules->class_start(model, size) / 4];
        for (unsigned is_free = 0; is_free <= !previous_is_free; is_free++) {
            *of_class += is_free;
            unsigned long orders = is_free ? *of_class : 1; /* places that it can have among them */
            count += orders * (rest == 0 ? 1 : count_rows(model, rest - header, is_free, free_in_class));
            *of_class -= is_free;
        }
    }
    return count;
}

static unsigned long conceivable_states(const struct search *search)
{
    unsigned free_in_class[BYTES / 4] = {0};
    return count_rows(&search->at, (uint32_t)search->area, false, free_in_class);
}

/* `shift` moves the heap against the boundaries that alignments ask for. */
static void search_all(const struct engine_rules *rules, size_t area, unsigned shift)
{
    static struct search search;
    test_port_reset();
    search = (struct search){.rules = rules, .area = area, .bytes = region_for(rules, area)};
    search.base = (unsigned char *)picture_memory(BYTES + 64) + shift;
    CHECK(search.bytes != 0);
    state_set_open(&search.states);
    unsigned char state[STATE];
    heap_model_start(&search.at, rules, (uintptr_t)search.base, search.bytes);
    state_set_add(&search.states, state, state_of(&search.at, state));
    size_t place = 0, length;
    for (const unsigned char *next; (next = state_set_next(&search.states, &place, &length));) {
        memcpy(state, next, length);
        model_from_state(&search, state, length);
        CHECK(heap_from_model(&search));
        const char *wrong = heap_model_differs(&search.at, search.heap);
        if (wrong)
            check_fail(__FILE__, __LINE__, "a state cannot be rebuilt: %s", wrong);
        attempt_all(&search);
    }
    printf("# %s, %zu bytes: %zu states, %lu operations\n", rules->engine->name, area, search.states.count, search.operations);
    CHECK_EQ(search.states.count, conceivable_states(&search));
    state_set_close(&search.states);
}

TEST(every_state_of_a_small_heap_is_as_the_model_says)
{
    for (unsigned i = 0; i < engine_count; i++) {
        for (size_t area = 12; area <= (random_is_brief() ? 52 : 64); area += 4)
            search_all(engine_rules[i], area, (unsigned)area % 32);
    }
}

TEST(every_state_of_a_heap_of_96_bytes_is_as_the_model_says)
{
    for (unsigned i = 0; i < engine_count && !random_is_brief(); i++)
        search_all(engine_rules[i], 96, 0);
}

TEST(every_state_of_larger_heaps_is_as_the_model_says_where_time_allows)
{
    const char *wanted = getenv("ESPMEM_AREA"); /* 128: half a minute, 160: many */
    size_t area = wanted ? strtoul(wanted, NULL, 0) : random_is_brief() ? 60 : random_rounds(80, 128);
    for (unsigned i = 0; i < engine_count; i++)
        search_all(engine_rules[i], area, 4);
}

CHECK_MAIN
