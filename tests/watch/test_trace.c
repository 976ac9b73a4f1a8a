/* The tracer: what it keeps, what it forgets, and what it answers meanwhile. */
#include "check.h"

#include "port.h"
#include "traced.h"

/* The addresses from the oldest to the newest, freed ones in brackets. */
static const char *listing(void)
{
    static char text[2000];
    struct em_trace_copy copy;
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; em_trace_get(&trace, i, &copy); i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s%lx%s", length > 0 ? " " : "",
                                   copy.freed ? "(" : "", (unsigned long)(uintptr_t)copy.address, copy.freed ? ")" : "");
    }
    return text;
}

/* ---- what is kept ------------------------------------------------------------------------------ */

TEST(all_mode_keeps_freed_blocks_and_leaks_mode_does_not)
{
    open_trace(8, EM_TRACE_ALL);
    allocate(0x100, 10);
    allocate(0x200, 20);
    release(0x100);
    CHECK_STR(listing(), "(100) 200");
    CHECK_EQ(em_trace_start(&trace, EM_TRACE_LEAKS), EM_OK);
    CHECK_STR(listing(), "");
    allocate(0x100, 10);
    allocate(0x200, 20);
    release(0x100);
    CHECK_STR(listing(), "200");
}

TEST(a_record_says_when_how_much_and_who)
{
    struct em_trace_copy copy;
    open_trace(8, EM_TRACE_ALL);
    allocate(0x100, 10);
    caller = 0x2000;
    release(0x100);
    CHECK(em_trace_get(&trace, 0, &copy));
    CHECK_EQ(copy.time, 4);
    CHECK_EQ(copy.size, 10);
    CHECK_EQ(copy.depth, DEPTH);
    CHECK_PTR(copy.allocated_by[0], 0x1000);
    CHECK_PTR(copy.allocated_by[1], 0);
    CHECK_PTR(copy.freed_by[0], 0x2000);
    CHECK_PTR(copy.freed_by[1], 0);
    const struct em_trace_record *raw = (const struct em_trace_record *)(const void *)records;
    CHECK_PTR(raw->address, 0x100);
    CHECK_PTR(raw->callers[2], 0x2000);
}

TEST(an_address_that_is_used_again_has_its_free_on_the_new_record)
{
    open_trace(8, EM_TRACE_ALL);
    allocate(0x100, 10);
    release(0x100);
    allocate(0x100, 20);
    release(0x100);
    allocate(0x100, 30);
    CHECK_STR(listing(), "(100) (100) 100");
    CHECK_EQ(summary().found, 2);
}

TEST(a_block_that_was_freed_unseen_is_no_leak_once_its_address_is_used_again)
{
    open_trace(8, EM_TRACE_LEAKS);
    allocate(0x100, 10);
    CHECK_EQ(em_trace_stop(&trace), EM_OK);
    release(0x100);
    CHECK_EQ(em_trace_resume(&trace), EM_OK);
    allocate(0x100, 20);
    CHECK_STR(listing(), "100");
    CHECK_EQ(summary().frees, 0);
    release(0x100);
    CHECK_STR(listing(), "");
}

TEST(a_realloc_is_a_free_and_then_an_allocation)
{
    open_trace(2, EM_TRACE_LEAKS);
    allocate(0x100, 10);
    allocate(0x200, 20);
    tell(EM_RESIZED, 0x300, 0x200, 30);
    CHECK_STR(listing(), "100 300");
    tell(EM_RESIZED, 0x100, 0x100, 11);
    CHECK_STR(listing(), "300 100");
    CHECK(!summary().overflowed);
    CHECK_EQ(summary().allocations, 4);
    CHECK_EQ(summary().frees, 2);
    tell(EM_FAILED, 0, 0, 99);
    tell(EM_REFUSED, 0, 0x100, 99);
    CHECK_STR(listing(), "300 100");
}

TEST(a_full_buffer_drops_the_oldest_record)
{
    open_trace(3, EM_TRACE_ALL);
    allocate(0x100, 1);
    allocate(0x200, 2);
    allocate(0x300, 3);
    CHECK(!summary().overflowed);
    release(0x200);
    allocate(0x400, 4);
    CHECK(summary().overflowed);
    CHECK_STR(listing(), "(200) 300 400");
    release(0x100);
    CHECK_EQ(summary().not_found, 1);
    allocate(0x500, 5);
    CHECK_STR(listing(), "300 400 500");
    CHECK_EQ(summary().high_water_mark, 3);
}

TEST(frees_are_counted_whether_or_not_there_are_records)
{
    open_trace(3, EM_TRACE_LEAKS);
    release(0x100);
    allocate(0x200, 1);
    release(0x200);
    release(0x300);
    CHECK_EQ(summary().frees, 3);
    CHECK_EQ(summary().found, 1);
    CHECK_EQ(summary().not_found, 2);
}

TEST(addresses_that_differ_above_32_bits_are_told_apart)
{
    uintptr_t low = 0x1000, high = low + (UINTPTR_MAX / 5 & ~(uintptr_t)UINT32_MAX);
    struct em_trace_copy copy;
    if (low == high)
        return; /* addresses of 32 bits */
    open_trace(8, EM_TRACE_LEAKS);
    allocate(low, 1);
    allocate(high, 2);
    release(low);
    CHECK(!em_trace_find(&trace, (void *)low, &copy));
    CHECK(em_trace_find(&trace, (void *)high, &copy));
    CHECK_EQ(copy.size, 2);
    release(low);
    CHECK_EQ(summary().not_found, 1);
}

/* ---- states ------------------------------------------------------------------------------------ */

TEST(a_pause_records_frees_and_a_stop_nothing)
{
    open_trace(8, EM_TRACE_LEAKS);
    allocate(0x100, 1);
    allocate(0x200, 2);
    CHECK_EQ(em_trace_pause(&trace), EM_OK);
    allocate(0x300, 3);
    release(0x100);
    CHECK_STR(listing(), "200");
    CHECK_EQ(em_trace_stop(&trace), EM_OK);
    allocate(0x400, 4);
    release(0x200);
    CHECK_STR(listing(), "200");
    CHECK_EQ(summary().frees, 1);
}

TEST(states_change_only_where_that_means_something)
{
    em_trace_open(&trace, &source);
    CHECK_EQ(em_trace_pause(&trace), EM_INVALID_STATE);
    CHECK_EQ(em_trace_resume(&trace), EM_INVALID_STATE);
    CHECK_EQ(em_trace_start(&trace, EM_TRACE_ALL), EM_INVALID_STATE);
    CHECK_EQ(em_trace_stop(&trace), EM_OK);
    CHECK_EQ(em_trace_stop(&trace), EM_INVALID_STATE);
    CHECK_EQ(use(4), EM_OK);
    CHECK_EQ(em_trace_pause(&trace), EM_INVALID_STATE);
    CHECK_EQ(em_trace_resume(&trace), EM_OK);
    CHECK_EQ(summary().mode, EM_TRACE_ALL);
    CHECK_EQ(em_trace_resume(&trace), EM_INVALID_STATE);
    CHECK_EQ(use(4), EM_INVALID_STATE);
    CHECK_EQ(em_trace_pause(&trace), EM_OK);
    CHECK_EQ(em_trace_pause(&trace), EM_INVALID_STATE);
    CHECK_EQ(use(4), EM_INVALID_STATE);
    CHECK_EQ(em_trace_resume(&trace), EM_OK);
    CHECK_EQ(em_trace_start(&trace, EM_TRACE_LEAKS), EM_OK);
    CHECK_EQ(em_trace_stop(&trace), EM_OK);
    CHECK_EQ(em_trace_use(&trace, NULL, NULL), EM_OK);
    CHECK_EQ(em_trace_start(&trace, EM_TRACE_LEAKS), EM_INVALID_STATE);
    CHECK_EQ(em_trace_resume(&trace), EM_INVALID_STATE);
    CHECK_EQ(summary().capacity, 0);
}

TEST(what_cannot_be_a_buffer_is_refused)
{
    struct em_trace_buffer buffer = {records, 4, RECORD_BYTES, DEPTH};
    uint64_t index[512];
    em_trace_open(&trace, &source);
    CHECK_EQ(em_trace_use(&trace, &buffer, NULL), EM_INVALID_ARG);
    buffer.count = 0;
    CHECK_EQ(em_trace_use(&trace, &buffer, index), EM_INVALID_ARG);
    buffer = (struct em_trace_buffer){NULL, 4, RECORD_BYTES, DEPTH};
    CHECK_EQ(em_trace_use(&trace, &buffer, index), EM_INVALID_ARG);
    buffer = (struct em_trace_buffer){records, 4, 4000, 33};
    CHECK_EQ(em_trace_use(&trace, &buffer, index), EM_INVALID_ARG);
    buffer = (struct em_trace_buffer){records, 4, sizeof(struct em_trace_record) + 4 * sizeof(void *) - 4, DEPTH};
    CHECK_EQ(em_trace_use(&trace, &buffer, index), EM_INVALID_ARG);
    buffer.record_bytes += 4;
    CHECK_EQ(em_trace_use(&trace, &buffer, index), EM_OK);
    CHECK_EQ(em_trace_index_bytes(0), 0);
    CHECK_EQ(em_trace_index_bytes(SIZE_MAX / 2), 0);
}

TEST(a_new_start_forgets_all_but_the_high_water_mark)
{
    open_trace(2, EM_TRACE_LEAKS);
    allocate(0x100, 1);
    allocate(0x200, 1);
    allocate(0x300, 1);
    CHECK_EQ(em_trace_start(&trace, EM_TRACE_ALL), EM_OK);
    CHECK_EQ(summary().count, 0);
    CHECK_EQ(summary().allocations, 0);
    CHECK(!summary().overflowed);
    CHECK_EQ(summary().high_water_mark, 2);
    release(0x200);
    CHECK_EQ(summary().found, 0);
}

/* ---- asking while it changes ------------------------------------------------------------------- */

TEST(records_are_found_by_index_in_any_order)
{
    open_trace(ROOM, EM_TRACE_LEAKS);
    for (uintptr_t i = 1; i <= 10; i++)
        allocate(i * 16, i);
    CHECK_EQ(address_at(3), 0x40);
    CHECK_EQ(address_at(0), 0x10);
    CHECK_EQ(address_at(4), 0x50);
    release(0x50); /* the one that was asked for last */
    CHECK_EQ(address_at(4), 0x60);
    CHECK_EQ(address_at(5), 0x70);
    release(0x10); /* one in front of it */
    CHECK_EQ(address_at(5), 0x80);
    CHECK_EQ(address_at(4), 0x70);
    CHECK_EQ(address_at(7), 0xa0);
    CHECK_EQ(address_at(8), 0);
    CHECK_EQ(em_trace_start(&trace, EM_TRACE_LEAKS), EM_OK);
    CHECK_EQ(address_at(0), 0);
}

struct visit {
    unsigned count, release_at;
    uintptr_t release, seen[ROOM];
    bool grow;
};

static bool see(void *context, const struct em_trace_copy *record)
{
    struct visit *visit = context;
    CHECK_EQ(test_locks_held, 0);
    visit->seen[visit->count] = (uintptr_t)record->address;
    if (visit->count++ == visit->release_at && visit->release != 0)
        release(visit->release);
    if (visit->grow)
        allocate(0x10000 + visit->count * 16, 1);
    return true;
}

TEST(a_walk_survives_what_its_visitor_frees_and_allocates)
{
    open_trace(ROOM, EM_TRACE_LEAKS);
    for (uintptr_t i = 1; i <= 10; i++)
        allocate(i * 16, i);
    struct visit visit = {.release_at = 2, .release = 0x40}; /* the next one */
    CHECK(!em_trace_walk(&trace, NULL, see, &visit));
    CHECK_EQ(visit.count, 9);
    CHECK_EQ(visit.seen[3], 0x50);
    visit = (struct visit){.release_at = 2, .release = 0x30}; /* the one that is shown */
    CHECK(!em_trace_walk(&trace, NULL, see, &visit));
    CHECK_EQ(visit.count, 9);
    visit = (struct visit){.grow = true};
    CHECK(em_trace_walk(&trace, NULL, see, &visit));
    CHECK_EQ(visit.count, 8); /* and not those that came meanwhile */
    CHECK_EQ(summary().count, 16);
}

TEST(a_walk_never_holds_the_lock_for_more_than_one_record)
{
    open_trace(ROOM, EM_TRACE_LEAKS);
    for (uintptr_t i = 1; i <= 50; i++)
        allocate(i * 16, i);
    struct visit visit = {0};
    unsigned taken = test_locks_taken;
    em_trace_walk(&trace, NULL, see, &visit);
    CHECK(test_locks_taken - taken >= 50);
}

TEST(a_live_block_is_found_by_its_address)
{
    struct em_trace_copy copy;
    open_trace(8, EM_TRACE_ALL);
    allocate(0x100, 7);
    CHECK(em_trace_find(&trace, (void *)0x100, &copy));
    CHECK_EQ(copy.size, 7);
    CHECK(!em_trace_find(&trace, (void *)0x104, &copy));
    release(0x100);
    CHECK(!em_trace_find(&trace, (void *)0x100, &copy));
}

CHECK_MAIN
