/* The books of owners, by themselves: heaps and tasks are numbers here. */
#include "check.h"

#include <stdlib.h>

#include "espmem/owners.h"

static struct em_owners books;
static void *memory;

static void open_books(uint32_t blocks, uint32_t tasks, uint32_t shares, bool keep_ended)
{
    struct em_owners_limits limits = {blocks, tasks, shares};
    size_t bytes = em_owners_bytes(&limits);
    free(memory);
    memory = malloc(bytes);
    CHECK(memory != NULL);
    memset(memory, 0xA5, bytes); /* anything may stand there */
    em_owners_open(&books, memory, &limits, keep_ended);
}

static const char heap_a, heap_b;
static const struct em_owner nobody = {0, 0, "nobody"}, first = {0x1000, 1, "first"}, second = {0x2000, 2, "second"};

static struct em_owned block(const void *heap, uintptr_t place, size_t size)
{
    return (struct em_owned){heap, place, place + 4, size};
}

static bool add(const void *heap, uintptr_t place, size_t size, const struct em_owner *owner)
{
    struct em_owned owned = block(heap, place, size);
    return em_owners_add(&books, &owned, owner);
}

static bool move(uintptr_t old, const void *heap, uintptr_t place, size_t size, const struct em_owner *owner)
{
    struct em_owned owned = block(heap, place, size);
    return em_owners_move(&books, old, &owned, owner);
}

static void drop(uintptr_t place)
{
    em_owners_remove(&books, place, place + 4);
}

/* The task's view; serial 0 if it is not listed. */
static struct em_owner_view view(const struct em_owner *owner)
{
    struct em_owner_view found = {.serial = 0};
    em_owners_find(&books, owner->handle, &owner->life, &found);
    return found;
}

/* Bytes of the blocks of all parts, each block being of the right heap. */
static size_t sum_blocks(const struct em_owner_view *task)
{
    struct em_owner_part part = {.share = 0};
    struct em_owners_cursor cursor;
    struct em_owned owned;
    size_t sum = 0;
    while (em_owners_next_part(&books, task, &part)) {
        em_owners_open_blocks(&books, task, &part, &cursor);
        while (em_owners_next_block(&books, &cursor, &owned)) {
            CHECK(owned.heap == part.heap);
            sum += owned.size;
        }
        em_owners_close_blocks(&books, &cursor);
    }
    return sum;
}

TEST(a_block_is_its_owners_until_anybody_frees_it)
{
    open_books(10, 4, 8, true);
    CHECK(add(&heap_a, 0x100, 16, &first) && add(&heap_b, 0x200, 100, &first) && add(&heap_a, 0x300, 7, &second));
    struct em_owner_view of_first = view(&first);
    CHECK_EQ(of_first.current, 116);
    CHECK_EQ(of_first.heaps, 2);
    CHECK_EQ(of_first.blocks, 2);
    CHECK_EQ(sum_blocks(&of_first), 116);
    drop(0x200);
    drop(0x999); /* of nobody */
    CHECK_EQ(view(&first).current, 16);
    CHECK_EQ(view(&first).peak, 116);
    CHECK_EQ(view(&first).heaps, 2);
    CHECK_EQ(view(&second).current, 7);
}

TEST(what_is_moved_is_the_movers_and_no_peak_sees_both)
{
    open_books(10, 4, 8, true);
    CHECK(add(&heap_a, 0x100, 50, &first));
    CHECK(move(0x100, &heap_a, 0x100, 60, &first)); /* in place */
    CHECK_EQ(view(&first).peak, 60);
    CHECK(move(0x100, &heap_b, 0x500, 70, &second)); /* a task that owned nothing, a heap that it never used */
    CHECK_EQ(view(&first).current, 0);
    CHECK_EQ(view(&first).blocks, 0);
    CHECK_EQ(view(&second).current, 70);
    struct em_owner_view of_second = view(&second);
    CHECK_EQ(sum_blocks(&of_second), 70);
    CHECK(move(0x500, &heap_a, 0x600, 80, &first)); /* back: the new owner stands behind the old one */
    CHECK_EQ(view(&second).current, 0);
    CHECK_EQ(view(&first).current, 80);
    CHECK(move(0x777, &heap_a, 0x700, 9, &first)); /* was never booked */
    CHECK_EQ(view(&first).current, 89);
}

TEST(a_place_that_is_reused_before_the_news_of_the_move_is_told_apart)
{
    open_books(10, 4, 8, true);
    CHECK(add(&heap_a, 0x100, 50, &first));
    CHECK(add(&heap_a, 0x100, 20, &second)); /* first has moved away from there, and nobody has said so yet */
    CHECK(move(0x100, &heap_a, 0x300, 55, &first));
    CHECK_EQ(view(&first).current, 55);
    CHECK_EQ(view(&second).current, 20);
    drop(0x100);
    CHECK_EQ(view(&second).current, 0);
    CHECK_EQ(view(&first).current, 55);
}

TEST(a_handle_that_is_reused_is_another_task)
{
    const struct em_owner reborn = {0x1000, 7, "reborn"};
    open_books(10, 4, 8, true);
    CHECK(add(&heap_a, 0x100, 50, &first));
    em_owners_end(&books, first.handle, first.life);
    CHECK(!view(&first).alive);
    CHECK(add(&heap_a, 0x200, 5, &reborn));
    CHECK_EQ(view(&first).current, 50);
    CHECK_EQ(view(&reborn).current, 5);
    drop(0x100); /* of the former life */
    CHECK_EQ(view(&first).current, 0);
    CHECK_EQ(view(&reborn).current, 5);
    struct em_owner_view any;
    CHECK(em_owners_find(&books, 0x1000, NULL, &any));
    CHECK_STR(any.name, "reborn");
}

TEST(an_end_without_a_word_is_noticed_by_the_next_life)
{
    const struct em_owner reborn = {0x1000, 7, "reborn"};
    open_books(10, 4, 8, true);
    CHECK(add(&heap_a, 0x100, 50, &first) && add(&heap_a, 0x200, 5, &reborn));
    CHECK(!view(&first).alive);
    CHECK(view(&reborn).alive);
}

TEST(a_task_ends_with_its_control_block)
{
    open_books(10, 4, 8, true);
    const struct em_owner task = {0x104, 3, "task"}; /* the address of the block at 0x100 */
    CHECK(add(&heap_a, 0x100, 364, &first) && add(&heap_a, 0x400, 8, &task));
    CHECK(view(&task).alive);
    drop(0x100);
    CHECK(!view(&task).alive);
    CHECK_EQ(view(&task).current, 8);
}

TEST(a_condemned_task_still_books_as_itself)
{
    open_books(10, 4, 8, true);
    CHECK(add(&heap_a, 0x100, 10, &first));
    em_owners_condemn(&books, first.handle, first.life);
    CHECK(!view(&first).alive);
    CHECK(add(&heap_a, 0x200, 10, &first));
    CHECK_EQ(view(&first).current, 20);
    CHECK_EQ(em_owners_count(&books).tasks, 1);
}

TEST(tasks_that_are_not_kept_are_gone_but_their_blocks_stay_booked)
{
    struct em_owned owned;
    uintptr_t handle = 0;
    open_books(10, 1, 8, false);
    CHECK(add(&heap_a, 0x100, 10, &first));
    em_owners_end(&books, first.handle, first.life);
    CHECK_EQ(view(&first).serial, 0);
    CHECK(em_owners_lookup(&books, 0x100, &owned, &handle));
    CHECK_EQ(handle, first.handle);
    CHECK(!add(&heap_a, 0x200, 10, &second)); /* the only record is still in use */
    CHECK_EQ(em_owners_lost(&books), 1);
    drop(0x100);
    CHECK(add(&heap_a, 0x200, 10, &second));
}

TEST(full_books_lose_blocks_and_no_more)
{
    open_books(2, 2, 2, true);
    CHECK(add(&heap_a, 0x100, 1, &first) && add(&heap_a, 0x200, 2, &first));
    CHECK(!add(&heap_a, 0x300, 4, &first));
    CHECK_EQ(em_owners_lost(&books), 1);
    drop(0x300);
    CHECK_EQ(view(&first).current, 3);
    drop(0x100);
    CHECK(add(&heap_b, 0x300, 4, &first));
    CHECK_EQ(view(&first).current, 6);
    drop(0x200);
    CHECK(!add(&heap_b, 0x500, 1, &second)); /* no share is left, and nobody has ended */
    CHECK_EQ(em_owners_count(&books).blocks, 1);
}

TEST(the_longest_idle_of_the_ended_makes_room)
{
    open_books(100, 3, 3, true);
    for (uint32_t i = 1; i <= 50; i++) {
        struct em_owner task = {i * 0x10, i, "short"};
        CHECK(add(&heap_a, 0x10000 + i * 16, 8, &task));
        if (i != 2)
            drop(0x10000 + i * 16);
        em_owners_end(&books, task.handle, task.life);
    }
    CHECK_EQ(em_owners_lost(&books), 0);
    CHECK_EQ(em_owners_count(&books).tasks, 3);
    const struct em_owner leaky = {0x20, 2, ""}, last = {50 * 0x10, 50, ""};
    CHECK_EQ(view(&leaky).current, 8); /* what still owns something is not forgotten */
    CHECK(view(&last).serial != 0);
}

TEST(tasks_come_by_descending_handle_and_nobody_last)
{
    static const char *const wanted[] = {"second", "reborn", "first", "nobody"};
    const struct em_owner reborn = {0x1000, 7, "reborn"};
    struct em_owner_view task;
    open_books(10, 8, 8, true);
    CHECK(add(&heap_a, 0x100, 1, &nobody) && add(&heap_a, 0x110, 1, &first) && add(&heap_a, 0x120, 1, &second));
    CHECK(add(&heap_a, 0x130, 1, &reborn));
    bool more = em_owners_next(&books, NULL, &task);
    for (unsigned i = 0; i < 4; i++) {
        CHECK(more);
        CHECK_STR(task.name, wanted[i]);
        more = em_owners_next(&books, &task, &task);
    }
    CHECK(!more);
}

TEST(a_reader_goes_on_while_blocks_come_and_go)
{
    struct em_owner_part part = {.share = 0};
    struct em_owners_cursor cursor;
    struct em_owned owned;
    open_books(20, 4, 8, true);
    for (uintptr_t i = 0; i < 6; i++)
        CHECK(add(&heap_a, 0x100 + 16 * i, 1, &first));
    struct em_owner_view task = view(&first);
    CHECK(em_owners_next_part(&books, &task, &part) && part.last);
    em_owners_open_blocks(&books, &task, &part, &cursor);
    CHECK(em_owners_next_block(&books, &cursor, &owned) && owned.place == 0x100);
    drop(0x100);
    drop(0x110); /* the one that comes next */
    CHECK(em_owners_next_block(&books, &cursor, &owned) && owned.place == 0x120);
    CHECK(add(&heap_a, 0x110, 1, &second)); /* its record, another's block */
    CHECK(move(0x130, &heap_a, 0x130, 2, &first));
    CHECK(em_owners_next_block(&books, &cursor, &owned) && owned.place == 0x140);
    drop(0x150);
    drop(0x130);
    CHECK(!em_owners_next_block(&books, &cursor, &owned));
    em_owners_close_blocks(&books, &cursor);
    CHECK(books.cursors == NULL);
}

TEST(a_reader_is_not_kept_busy_for_ever)
{
    struct em_owner_part part = {.share = 0};
    struct em_owners_cursor cursor;
    struct em_owned owned;
    unsigned count = 0;
    open_books(20, 4, 8, true);
    CHECK(add(&heap_a, 0x100, 1, &first) && add(&heap_a, 0x200, 1, &first));
    struct em_owner_view task = view(&first);
    CHECK(em_owners_next_part(&books, &task, &part));
    em_owners_open_blocks(&books, &task, &part, &cursor);
    while (count < 100 && em_owners_next_block(&books, &cursor, &owned)) {
        CHECK(move(owned.place, owned.heap, owned.place, 1, &first)); /* to the end of the list */
        count++;
    }
    em_owners_close_blocks(&books, &cursor);
    CHECK(count <= 2);
}

TEST(random_bookings_agree_with_a_plain_table)
{
    enum { PLACES = 200, OWNERS = 5 };
    static struct {
        size_t size, owner;
    } model[PLACES];
    const void *const heaps[] = {&heap_a, &heap_b};
    uint32_t seed = 1;
    open_books(PLACES, OWNERS, 2 * OWNERS, true);
    memset(model, 0, sizeof model);
    for (unsigned step = 0; step < 20000; step++) {
        seed = seed * 1664525u + 1013904223u;
        unsigned from = (seed >> 8) % PLACES, to = (seed >> 16) % PLACES, who = (seed >> 4) % OWNERS;
        struct em_owner owner = {0x5000 + who * 0x10, who + 1, "o"};
        size_t size = 1 + (seed >> 20) % 100;
        if (model[from].size == 0) {
            CHECK(add(heaps[seed >> 31], 0x100000 + from * 16, size, &owner));
            model[from].size = size, model[from].owner = who;
        } else if (seed & 0x40000000 || (model[to].size != 0 && to != from)) {
            drop(0x100000 + from * 16);
            model[from].size = 0;
        } else {
            CHECK(move(0x100000 + from * 16, heaps[seed >> 31], 0x100000 + to * 16, size, &owner));
            model[from].size = 0;
            model[to].size = size, model[to].owner = who;
        }
    }
    for (unsigned who = 0; who < OWNERS; who++) {
        struct em_owner owner = {0x5000 + who * 0x10, who + 1, "o"};
        struct em_owner_view seen = view(&owner);
        size_t sum = 0;
        for (unsigned i = 0; i < PLACES; i++)
            sum += model[i].owner == who ? model[i].size : 0;
        CHECK_EQ(seen.current, sum);
        CHECK_EQ(sum_blocks(&seen), sum);
    }
}

TEST(limits_that_cannot_be_are_refused)
{
    CHECK_EQ(em_owners_bytes(&(struct em_owners_limits){0, 1, 1}), 0);
    CHECK_EQ(em_owners_bytes(&(struct em_owners_limits){1, 1, 0}), 0);
    CHECK(em_owners_bytes(&(struct em_owners_limits){1, 1, 1}) > 0);
}

CHECK_MAIN
