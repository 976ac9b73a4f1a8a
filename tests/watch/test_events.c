/* What watchers are told, when, and that nothing is locked meanwhile. */
#include "check.h"

#include "port.h"
#include "scene.h"

static void check_event(unsigned i, enum em_event_kind kind, const void *address, size_t size)
{
    CHECK(i < scene_event_count);
    CHECK_EQ(scene_events[i].kind, kind);
    CHECK_PTR(scene_events[i].address, address);
    CHECK_EQ(scene_events[i].size, size);
}

TEST(an_allocation_is_told_as_asked_and_as_adjusted)
{
    scene_open();
    scene_watch();
    void *plain = em_caps_allocate(&scene, 5, EM_CAP_8BIT);
    void *code = em_caps_allocate(&scene, 5, EM_CAP_EXEC);
    void *aligned = em_caps_allocate_aligned(&scene, 64, 10, EM_CAP_DMA);
    CHECK_EQ(scene_event_count, 3);
    check_event(0, EM_ALLOCATED, plain, 5);
    CHECK_EQ(scene_events[0].rounded, 5);
    CHECK_EQ(scene_events[0].caps, EM_CAP_8BIT);
    CHECK_EQ(scene_events[0].adjusted_caps, EM_CAP_8BIT);
    check_event(1, EM_ALLOCATED, code, 5);
    CHECK_EQ(scene_events[1].rounded, 8);
    CHECK_EQ(scene_events[1].caps, EM_CAP_EXEC);
    CHECK_EQ(scene_events[1].adjusted_caps, EM_CAP_EXEC | EM_CAP_32BIT);
    check_event(2, EM_ALLOCATED, aligned, 10);
    CHECK_EQ(scene_events[2].rounded, 64);
    CHECK_EQ(scene_events[2].alignment, 64);
}

static void *watched_block;
static bool was_live;

static void look_whether_live(const struct em_event *event)
{
    if (event->kind == EM_FREED || (event->kind == EM_RESIZED && event->old_address != event->address))
        was_live = em_caps_block_size(&scene, watched_block) > 0 && test_faults == 0;
}

TEST(a_free_is_told_while_the_block_is_still_there)
{
    scene_open();
    watched_block = em_caps_allocate(&scene, 40, FAST_ONLY);
    scene_watch();
    scene_look = look_whether_live;
    was_live = false;
    em_caps_free(&scene, watched_block);
    CHECK_EQ(scene_event_count, 1);
    check_event(0, EM_FREED, watched_block, 0);
    CHECK(was_live);
}

TEST(a_resize_in_place_keeps_its_address_and_its_odd_size)
{
    scene_open();
    void *block = em_caps_allocate(&scene, 100, FAST_ONLY);
    scene_watch();
    CHECK_PTR(em_caps_reallocate(&scene, block, 33, EM_CAP_INTERNAL | EM_CAP_32BIT), block);
    CHECK_EQ(scene_event_count, 1);
    check_event(0, EM_RESIZED, block, 33);
    CHECK_PTR(scene_events[0].old_address, block);
    CHECK_EQ(scene_events[0].rounded, 33);
}

static void check_move(enum em_guard guard, uint32_t caps, bool within)
{
    scene_open_guarded(guard);
    unsigned char *block = em_caps_allocate(&scene, 40, FAST_ONLY);
    void *behind = em_caps_allocate(&scene, 40, FAST_ONLY); /* so that it cannot grow where it is */
    CHECK(behind != NULL);
    for (int i = 0; i < 40; i++)
        block[i] = (unsigned char)i;
    watched_block = block;
    scene_watch();
    scene_look = look_whether_live;
    was_live = false;
    unsigned char *moved = em_caps_reallocate(&scene, block, 400, caps);
    CHECK(moved != NULL && moved != block);
    CHECK_EQ(em_caps_heap_of(&scene, (uintptr_t)moved) == em_caps_heap_of(&scene, (uintptr_t)block), within);
    CHECK_EQ(scene_event_count, 1);
    check_event(0, EM_RESIZED, moved, 400);
    CHECK_PTR(scene_events[0].old_address, block);
    CHECK(was_live);
    for (int i = 0; i < 40; i++)
        CHECK_EQ(moved[i], i);
    scene_look = NULL;
    em_caps_free(&scene, moved);
    CHECK_EQ(test_faults, 0);
}

TEST(a_move_within_a_heap_is_one_event_before_the_old_block_goes)
{
    check_move(EM_GUARD_OFF, FAST_ONLY, true);
    check_move(EM_GUARD_LIGHT, FAST_ONLY, true);
    check_move(EM_GUARD_COMPREHENSIVE, FAST_ONLY, true);
}

TEST(a_move_to_another_heap_is_one_event_before_the_old_block_goes)
{
    check_move(EM_GUARD_OFF, SLOW_ONLY, false);
    check_move(EM_GUARD_LIGHT, SLOW_ONLY, false);
    check_move(EM_GUARD_COMPREHENSIVE, SLOW_ONLY, false);
}

TEST(a_realloc_that_fails_says_nothing_of_its_block)
{
    scene_open();
    void *block = em_caps_allocate(&scene, 40, FAST_ONLY);
    scene_watch();
    CHECK(!em_caps_reallocate(&scene, block, 100000, FAST_ONLY));
    CHECK_EQ(scene_event_count, 2);
    check_event(0, EM_REFUSED, NULL, 100000);
    check_event(1, EM_FAILED, NULL, 100000);
    CHECK_EQ(scene_events[1].caps, FAST_ONLY);
}

TEST(a_request_of_several_attempts_fails_once)
{
    scene_open();
    em_pool_limit_external(&scene, 100);
    scene_watch();
    CHECK(!em_caps_allocate_default(&scene, 200000));
    CHECK_EQ(scene_event_count, 3);
    check_event(0, EM_REFUSED, NULL, 200000);
    CHECK_EQ(scene_events[0].caps, EM_CAP_DEFAULT | EM_CAP_SPIRAM);
    check_event(1, EM_REFUSED, NULL, 200000);
    check_event(2, EM_FAILED, NULL, 200000);
    CHECK_EQ(scene_events[2].caps, EM_CAP_DEFAULT);
    scene_forget();
    scene_fill(SLOW_ONLY, 500);
    scene_fill(SLOW_ONLY, 16);
    scene_forget();
    void *block = em_caps_allocate_default(&scene, 200);
    CHECK(block != NULL);
    CHECK_EQ(scene_event_count, 2);
    check_event(0, EM_REFUSED, NULL, 200);
    check_event(1, EM_ALLOCATED, block, 200);
}

TEST(an_attempt_fails_only_where_its_caller_gives_up)
{
    scene_open();
    scene_watch();
    CHECK(!em_caps_try(&scene, NULL, 100000, FAST_ONLY));
    CHECK_EQ(scene_event_count, 1);
    check_event(0, EM_REFUSED, NULL, 100000);
    em_caps_give_up(&scene, 100000, FAST_ONLY);
    check_event(1, EM_FAILED, NULL, 100000);
}

TEST(nothing_is_told_of_nothing)
{
    scene_open();
    scene_watch();
    CHECK(!em_caps_allocate(&scene, 0, FAST_ONLY));
    CHECK(!em_caps_reallocate(&scene, NULL, 0, FAST_ONLY));
    em_caps_free(&scene, NULL);
    CHECK_EQ(scene_event_count, 0);
}

/* ---- the list of watchers --------------------------------------------------------------------- */

static char order[16];

static void first_notified(struct em_watcher *watcher, const struct em_event *event)
{
    (void)watcher;
    (void)event;
    strncat(order, "a", sizeof order - strlen(order) - 1);
}

static void second_notified(struct em_watcher *watcher, const struct em_event *event)
{
    (void)watcher;
    (void)event;
    strncat(order, "b", sizeof order - strlen(order) - 1);
}

TEST(watchers_are_told_in_the_order_in_which_they_came_and_once)
{
    static struct em_watcher first = {.notify = first_notified}, second = {.notify = second_notified};
    scene_open();
    order[0] = '\0';
    em_pool_watch(&scene, &first);
    em_pool_watch(&scene, &second);
    em_pool_watch(&scene, &first);
    void *block = em_caps_allocate(&scene, 40, FAST_ONLY);
    CHECK_STR(order, "ab");
    em_pool_unwatch(&scene, &first);
    em_pool_unwatch(&scene, &first);
    em_caps_free(&scene, block);
    CHECK_STR(order, "abb");
}

CHECK_MAIN
