/* Walks: what a visitor sees, what it may do meanwhile, and where a walk over a damaged heap ends. */
#include "check.h"

#include "picture.h"
#include "port.h"

enum { BYTES = 4096, FIRST = 348, BLOCKS = 10 };

static struct em_heap *heap;
static struct em_lock lock;
static unsigned char *blocks[BLOCKS];

/* Ten used blocks of 24 and the rest. */
static void set_scene(void)
{
    test_port_reset();
    lock = (struct em_lock){{0, 0}};
    heap = em_heap_create(picture_memory(BYTES), BYTES, &em_engine_tlsf);
    em_heap_set_lock(heap, &lock);
    for (unsigned i = 0; i < BLOCKS; i++) {
        blocks[i] = em_heap_allocate(heap, 24);
        memset(blocks[i], 0, 24);
    }
    CHECK_PTR(blocks[0], (unsigned char *)heap + FIRST);
}

/* ---- what is seen ---------------------------------------------------------------------------- */

struct visit {
    unsigned seen, end_at; /* 0: never */
    struct em_block_view views[40];
    void (*act)(const struct em_block_view *block); /* at every block */
    bool locked;                                    /* a visitor was called under a lock */
};

static bool visitor(void *context, const struct em_block_view *block)
{
    struct visit *visit = context;
    visit->locked |= test_port.held != 0;
    if (visit->seen < 40)
        visit->views[visit->seen] = *block;
    visit->seen++;
    if (visit->act)
        visit->act(block);
    return visit->seen != visit->end_at;
}

TEST(every_block_is_seen_once_in_address_order)
{
    set_scene();
    struct visit visit = {0};
    CHECK(em_heap_walk(heap, visitor, &visit));
    CHECK_EQ(visit.seen, BLOCKS + 1);
    for (unsigned i = 0; i < BLOCKS; i++) {
        CHECK_PTR(visit.views[i].address, blocks[i]);
        CHECK_EQ(visit.views[i].size, 24);
        CHECK(visit.views[i].used);
    }
    CHECK(!visit.views[BLOCKS].used);
    CHECK(!visit.locked);
}

TEST(a_visitor_ends_the_walk)
{
    set_scene();
    for (unsigned last = 1; last <= BLOCKS; last++) {
        struct visit visit = {.end_at = last};
        CHECK(em_heap_walk(heap, visitor, &visit));
        CHECK_EQ(visit.seen, last);
    }
}

TEST(a_walk_takes_the_lock_for_one_block_at_a_time)
{
    set_scene();
    struct visit visit = {0};
    test_port_reset();
    em_heap_walk(heap, visitor, &visit);
    CHECK_EQ(test_port.locks, BLOCKS + 4); /* one a block, one for the end, one each to begin and to leave */
    CHECK_EQ(test_port.held, 0);
}

/* ---- visitors that change the heap ----------------------------------------------------------- */

static void free_what_is_seen(const struct em_block_view *block)
{
    if (block->used)
        em_heap_free(heap, block->address);
}

TEST(a_visitor_may_free_every_block_it_sees)
{
    set_scene();
    struct visit visit = {.act = free_what_is_seen};
    CHECK(em_heap_walk(heap, visitor, &visit));
    CHECK_EQ(visit.seen, BLOCKS); /* the rest has merged with the last of them, which was seen */
    CHECK_STR(picture(heap), "F3744");
    CHECK(em_heap_check(heap, NULL, NULL));
}

static void free_the_next(const struct em_block_view *block)
{
    for (unsigned i = 0; i + 1 < BLOCKS; i += 2) {
        if (block->address == blocks[i])
            em_heap_free(heap, blocks[i + 1]);
    }
}

TEST(a_visitor_may_free_the_block_that_would_be_next)
{
    set_scene();
    struct visit visit = {.act = free_the_next};
    CHECK(em_heap_walk(heap, visitor, &visit));
    CHECK_EQ(visit.seen, BLOCKS); /* the last of them has become part of the rest */
    CHECK(!visit.views[1].used);
    CHECK(em_heap_check(heap, NULL, NULL));
}

static void free_all_at_the_third(const struct em_block_view *block)
{
    if (block->address != blocks[2])
        return;
    for (unsigned i = 0; i < BLOCKS; i++)
        em_heap_free(heap, blocks[i]);
}

TEST(a_visitor_may_free_everything_and_the_walk_goes_on_behind_the_merged_block)
{
    set_scene();
    struct visit visit = {.act = free_all_at_the_third};
    CHECK(em_heap_walk(heap, visitor, &visit));
    CHECK_EQ(visit.seen, 3); /* the one free block begins in front of the place where the walk was */
}

static void allocate_one(const struct em_block_view *block)
{
    if (block->used)
        CHECK(em_heap_allocate(heap, 12) != NULL);
}

TEST(a_visitor_may_allocate_and_sees_what_comes_behind)
{
    set_scene();
    struct visit visit = {.act = allocate_one, .end_at = 2 * BLOCKS};
    CHECK(em_heap_walk(heap, visitor, &visit));
    CHECK_EQ(visit.views[BLOCKS].size, 12);
    CHECK(visit.views[2 * BLOCKS - 1].used);
    CHECK(em_heap_check(heap, NULL, NULL));
}

static void grow_over_the_next(const struct em_block_view *block)
{
    if (block->address == blocks[2]) {
        em_heap_free(heap, blocks[3]);
        CHECK(em_heap_resize(heap, blocks[2], 40));
    }
}

TEST(a_block_may_grow_over_the_place_of_the_walk)
{
    set_scene();
    struct visit visit = {.act = grow_over_the_next};
    CHECK(em_heap_walk(heap, visitor, &visit));
    CHECK_EQ(visit.seen, BLOCKS);
    CHECK_PTR(visit.views[3].address, blocks[4]);
}

static struct visit inner;

static void walk_inside(const struct em_block_view *block)
{
    inner = (struct visit){.act = block->address == blocks[4] ? free_what_is_seen : NULL};
    em_heap_walk(heap, visitor, &inner);
}

TEST(walks_may_be_nested_and_the_inner_one_may_free)
{
    set_scene();
    struct visit visit = {.act = walk_inside};
    CHECK(em_heap_walk(heap, visitor, &visit));
    CHECK_EQ(visit.seen, 5); /* at the fifth the inner walk made one free block of the heap */
    CHECK_STR(picture(heap), "F3744");
}

/* Leaves a walk in another order than it was entered: the outer one ends while an inner one waits. */
static unsigned depth;

static bool descend(void *context, const struct em_block_view *block)
{
    (void)block;
    if (++depth < 4)
        em_heap_walk(heap, descend, context);
    return false;
}

TEST(many_walks_at_once_leave_no_trace)
{
    set_scene();
    depth = 0;
    CHECK(em_heap_walk(heap, descend, NULL));
    CHECK_EQ(depth, 4);
    struct visit visit = {0};
    CHECK(em_heap_walk(heap, visitor, &visit));
    CHECK_EQ(visit.seen, BLOCKS + 1);
}

/* Another task frees between two steps of a walk, at every possible moment. */
static unsigned victim;

static void free_the_victim(void)
{
    em_heap_free(heap, blocks[victim]);
    em_heap_free(heap, blocks[victim + 1]);
}

TEST(other_tasks_may_free_at_any_moment_of_a_walk)
{
    for (unsigned moment = 0; moment < BLOCKS + 2; moment++) {
        for (victim = 0; victim + 1 < BLOCKS; victim++) {
            set_scene();
            struct visit visit = {0};
            test_port.between = free_the_victim;
            test_port.skip = moment;
            CHECK(em_heap_walk(heap, visitor, &visit));
            CHECK(visit.seen >= BLOCKS - 1 && visit.seen <= BLOCKS + 1);
            for (unsigned i = 1; i < visit.seen; i++)
                CHECK((uintptr_t)visit.views[i].address >= (uintptr_t)visit.views[i - 1].address + visit.views[i - 1].size);
        }
    }
}

TEST(a_check_stays_right_while_other_tasks_free)
{
    for (unsigned moment = 0; moment < BLOCKS + 4; moment++) {
        for (victim = 0; victim + 1 < BLOCKS; victim++) {
            set_scene();
            test_port.between = free_the_victim;
            test_port.skip = moment;
            CHECK(em_heap_check(heap, NULL, NULL));
            test_port.between = NULL;
            CHECK(em_heap_check(heap, NULL, NULL));
        }
    }
}

/* ---- damaged heaps --------------------------------------------------------------------------- */

TEST(a_size_that_leads_astray_is_shown_and_ends_the_walk)
{
    static const uint32_t headers[] = {0xff000000, 0, 4, 8, 3720, 0x80000000, 0xfffffffc};
    for (unsigned i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        set_scene();
        *(uint32_t *)(void *)(blocks[3] - 4) = headers[i];
        struct visit visit = {0};
        CHECK(!em_heap_walk(heap, visitor, &visit));
        CHECK_EQ(visit.seen, 4);
        CHECK_PTR(visit.views[3].address, blocks[3]);
        CHECK_EQ(visit.views[3].size, headers[i]);
    }
}

TEST(a_visitor_that_ends_at_the_damaged_block_learns_of_it)
{
    set_scene();
    *(uint32_t *)(void *)(blocks[3] - 4) = 0xff000000;
    struct visit visit = {.end_at = 4};
    CHECK(!em_heap_walk(heap, visitor, &visit));
    visit = (struct visit){.end_at = 3};
    CHECK(em_heap_walk(heap, visitor, &visit));
}

TEST(nothing_behind_a_damaged_block_is_found_to_hold_an_address)
{
    set_scene();
    *(uint32_t *)(void *)(blocks[3] - 4) = 0;
    CHECK_PTR(em_heap_containing_block(heap, blocks[2] + 23), blocks[2]);
    CHECK_PTR(em_heap_containing_block(heap, blocks[5]), NULL);
}

/* ---- containing block ------------------------------------------------------------------------ */

TEST(every_byte_of_a_live_block_leads_to_it_and_no_other_byte_does)
{
    set_scene();
    em_heap_free(heap, blocks[4]);
    for (unsigned i = 0; i < BYTES; i++) {
        unsigned char *address = (unsigned char *)heap + i;
        void *wanted = NULL;
        for (unsigned b = 0; b < BLOCKS; b++) {
            if (b != 4 && address >= blocks[b] && address < blocks[b] + 24)
                wanted = blocks[b];
        }
        CHECK_PTR(em_heap_containing_block(heap, address), wanted);
    }
    CHECK_PTR(em_heap_containing_block(heap, (unsigned char *)heap - 1), NULL);
    CHECK_PTR(em_heap_containing_block(heap, (unsigned char *)heap + BYTES), NULL);
    CHECK_PTR(em_heap_containing_block(heap, NULL), NULL);
    CHECK_PTR(em_heap_containing_block(heap, (void *)UINTPTR_MAX), NULL);
}

CHECK_MAIN
