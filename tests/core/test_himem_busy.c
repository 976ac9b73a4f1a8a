/* himem while something happens: a switch that takes its time, a machine that refuses, a list that its
 * user has overwritten, watchers. */
#include "check.h"

#include <pthread.h>

#include "himem_rig.h"
#include "port.h"

enum { B = RIG_BANK };

static struct himem_rig rig;
static void *pointer;

static void set_scene(void)
{
    CHECK_EQ(rig_open(&rig, 8, 16), EM_OK);
    CHECK_EQ(rig_allocate(&rig, 0, 4 * B), EM_OK);
    CHECK_EQ(rig_allocate(&rig, 1, 4 * B), EM_OK);
    CHECK_EQ(rig_allocate_range(&rig, 0, 4), EM_OK);
    CHECK_EQ(rig_allocate_range(&rig, 1, 2), EM_OK);
}

/* ---- busy ------------------------------------------------------------------------------------ */

/* What another task gets when it comes while bank 1 is switched in page 1; it runs as a thread, so that
 * a lock that is held would hang it. */
struct meanwhile {
    enum em_error same_bank, same_page, neighbours, other, unmap, free_memory, free_range, unmap_other;
    unsigned shown;
    bool shows;
};
static struct meanwhile met;

static void *come_between(void *context)
{
    void *other;
    (void)context;
    met.same_bank = rig_map(&rig, 0, 1, B, 0, B, &other);
    met.same_page = rig_map(&rig, 1, 0, 0, B, B, &other);
    met.neighbours = rig_map(&rig, 0, 0, 0, 0, 2 * B, &other);
    met.unmap = rig_unmap(&rig, 0, rig_address(&rig, 0) + B, B);
    met.free_memory = em_himem_free(&rig.himem, rig.handles[0]);
    met.free_range = em_himem_free_range(&rig.himem, rig.ranges[0]);
    met.other = rig_map(&rig, 1, 1, 0, 0, B, &other);
    met.unmap_other = met.other == EM_OK ? rig_unmap(&rig, 1, (uintptr_t)other, B) : EM_FAIL;
    return NULL;
}

static void run_other_task(void *context)
{
    pthread_t thread;
    (void)context;
    rig.mmu.meanwhile = NULL; /* its own maps are not interrupted */
    CHECK(pthread_create(&thread, NULL, come_between, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

TEST(a_page_and_a_bank_that_are_being_mapped_are_nobodys)
{
    set_scene();
    rig.mmu.meanwhile = run_other_task;
    CHECK_EQ(rig_map(&rig, 0, 0, B, B, B, &pointer), EM_OK);
    CHECK_EQ(met.same_bank, EM_INVALID_STATE);
    CHECK_EQ(met.same_page, EM_INVALID_STATE);
    CHECK_EQ(met.neighbours, EM_INVALID_STATE);
    CHECK_EQ(met.unmap, EM_INVALID_ARG);
    CHECK_EQ(met.free_memory, EM_INVALID_ARG);
    CHECK_EQ(met.free_range, EM_INVALID_ARG);
    CHECK_EQ(met.other, EM_OK);
    CHECK_EQ(met.unmap_other, EM_OK);
    CHECK(rig_agrees(&rig));
}

TEST(a_page_and_a_bank_that_are_being_unmapped_are_nobodys)
{
    set_scene();
    CHECK_EQ(rig_map(&rig, 0, 0, B, B, B, &pointer), EM_OK);
    rig.mmu.meanwhile = run_other_task;
    CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer, B), EM_OK);
    CHECK_EQ(met.same_bank, EM_INVALID_STATE);
    CHECK_EQ(met.same_page, EM_INVALID_STATE);
    CHECK_EQ(met.neighbours, EM_INVALID_STATE);
    CHECK_EQ(met.unmap, EM_INVALID_ARG);
    CHECK_EQ(met.free_memory, EM_INVALID_ARG);
    CHECK_EQ(met.free_range, EM_INVALID_ARG);
    CHECK_EQ(met.other, EM_OK);
    CHECK_EQ(met.unmap_other, EM_OK);
    CHECK(rig_agrees(&rig));
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[0]), EM_OK);
}

/* ---- a copy of the process ------------------------------------------------------------------- */

static struct himem_rig child;

static void copy_the_process(void *context)
{
    (void)context;
    child = rig;
    child.himem.mmu = &child.mmu.face;
    child.himem.banks = child.banks;
    child.himem.pages = child.pages;
    child.himem.memories = child.memories;
    child.mmu.layout = &child.layout;
    child.mmu.meanwhile = NULL;
    child.mmu.half_known = true;
}

static void check_child(void)
{
    unsigned bank;
    CHECK_EQ(em_himem_free(&child.himem, rig.handles[0]), EM_INVALID_ARG);
    em_himem_end_busy(&child.himem);
    CHECK(rig_agrees(&child));
    CHECK(!em_himem_page_shows(&child.himem, 121, &bank) && !em_himem_page_shows(&child.himem, 122, &bank));
    CHECK(em_himem_page_shows(&child.himem, 124, &bank)); /* what was not under way stays */
    CHECK_EQ(em_himem_free(&child.himem, rig.handles[0]), EM_OK);
}

TEST(a_copy_of_the_process_ends_a_map_that_was_under_way)
{
    set_scene();
    CHECK_EQ(rig_map(&rig, 1, 1, 0, 0, B, &pointer), EM_OK);
    rig.mmu.meanwhile = copy_the_process;
    CHECK_EQ(rig_map(&rig, 0, 0, B, B, 2 * B, &pointer), EM_OK);
    check_child();
}

TEST(a_copy_of_the_process_ends_an_unmap_that_was_under_way)
{
    set_scene();
    CHECK_EQ(rig_map(&rig, 1, 1, 0, 0, B, &pointer), EM_OK);
    CHECK_EQ(rig_map(&rig, 0, 0, B, B, 2 * B, &pointer), EM_OK);
    rig.mmu.meanwhile = copy_the_process;
    CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer, 2 * B), EM_OK);
    check_child();
}

/* ---- a machine that refuses ------------------------------------------------------------------ */

TEST(a_refused_switch_is_undone_whole)
{
    for (unsigned refused = 1; refused <= 3; refused++) {
        set_scene();
        CHECK_EQ(em_himem_free(&rig.himem, rig.handles[0]), EM_OK);
        CHECK_EQ(rig_allocate(&rig, 2, 1 * B), EM_OK); /* bank 0 */
        CHECK_EQ(rig_allocate(&rig, 0, 3 * B), EM_OK); /* 1 2 3 */
        CHECK_EQ(em_himem_free(&rig.himem, rig.handles[2]), EM_OK);
        CHECK_EQ(rig_allocate(&rig, 3, 4 * B), EM_OK); /* 0, 8 9 10: runs of 1 and 3 */
        rig.lists[3][2] = 10;                          /* the user may sort his list: 0, 8, 10, 9 are four runs */
        rig.lists[3][3] = 9;
        rig.mmu.refuse = refused;
        pointer = &rig;
        CHECK_EQ(rig_map(&rig, 3, 0, 0, 0, 4 * B, &pointer), EM_NO_MEM);
        CHECK_PTR(pointer, &rig);
        CHECK_EQ(rig.mmu.maps, refused);
        CHECK_EQ(rig.mmu.unmaps, refused - 1);
        CHECK(rig_agrees(&rig));
        CHECK_EQ(rig_map(&rig, 3, 0, 0, 0, 4 * B, &pointer), EM_OK);
        CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer, 4 * B), EM_OK);
        CHECK_EQ(em_himem_free(&rig.himem, rig.handles[3]), EM_OK);
    }
}

/* ---- a list that was overwritten ------------------------------------------------------------- */

TEST(a_list_that_names_a_bank_of_another_is_a_fault_and_maps_nothing)
{
    static const uint16_t wrong[] = {4, 8, 15, 16, 255, 65535};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        set_scene();
        rig.lists[0][2] = wrong[i];
        CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, 4 * B, &pointer), EM_INVALID_ARG);
        CHECK_EQ(test_port.faults, 1);
        CHECK_EQ(test_port.fault.kind, EM_FAULT_BAD_BANKS);
        CHECK_PTR(test_port.fault.address, rig.lists[0]);
        CHECK_EQ(rig.mmu.maps, 0);
        CHECK(rig_agrees(&rig));
        CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, 2 * B, &pointer), EM_OK); /* the part that is still right */
        CHECK_EQ(test_port.faults, 1);
    }
}

TEST(a_list_that_names_a_bank_twice_puts_no_bank_into_two_pages)
{
    set_scene();
    rig.lists[0][2] = 1;
    enum em_error error = rig_map(&rig, 0, 0, 0, 0, 4 * B, &pointer); /* the mmu ends the program if it is */
    CHECK_EQ(error, EM_INVALID_ARG);
    CHECK_EQ(test_port.faults, 1);
    CHECK_EQ(test_port.fault.kind, EM_FAULT_BAD_BANKS);
    CHECK(rig_agrees(&rig));
}

TEST(an_overwritten_list_does_not_keep_its_banks_from_being_freed)
{
    set_scene();
    memset(rig.lists[0], 0xff, sizeof rig.lists[0]);
    CHECK_EQ(em_himem_free(&rig.himem, rig.handles[0]), EM_OK);
    CHECK_EQ(em_himem_free_bytes(&rig.himem), 12 * B);
    CHECK(rig_agrees(&rig));
}

TEST(a_list_overwritten_after_the_map_does_not_disturb_the_unmap)
{
    set_scene();
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, 4 * B, &pointer), EM_OK);
    memset(rig.lists[0], 0xff, sizeof rig.lists[0]);
    CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer, 4 * B), EM_OK);
    CHECK(rig_agrees(&rig));
}

/* ---- watchers -------------------------------------------------------------------------------- */

struct listener {
    struct em_watcher watcher;
    struct em_event events[8];
    unsigned count;
    bool shown; /* when it was told of an unmap, the page still showed the bank */
};

static void listen(struct em_watcher *watcher, const struct em_event *event)
{
    struct listener *listener = (struct listener *)watcher;
    unsigned bank;
    if (listener->count < 8)
        listener->events[listener->count] = *event;
    listener->count++;
    listener->shown = em_himem_page_shows(&rig.himem, 120, &bank);
}

TEST(watchers_are_told_of_maps_after_and_of_unmaps_before_they_happen)
{
    set_scene();
    struct listener first = {.watcher = {.notify = listen}}, second = {.watcher = {.notify = listen}};
    em_himem_watch(&rig.himem, &first.watcher);
    em_himem_watch(&rig.himem, &second.watcher);
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, 2 * B, &pointer), EM_OK);
    CHECK(first.shown);
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, 0, &pointer), EM_OK);                /* nothing: no event */
    CHECK_EQ(rig_map(&rig, 0, 0, 0, 0, 2 * B, &pointer), EM_INVALID_STATE); /* refused: no event */
    CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer, B), EM_OK);
    CHECK(first.shown);
    CHECK_EQ(rig_unmap(&rig, 0, (uintptr_t)pointer, 0), EM_OK);
    CHECK_EQ(first.count, 2);
    CHECK_EQ(second.count, 2);
    CHECK_EQ(first.events[0].kind, EM_MAPPED);
    CHECK_EQ(first.events[0].size, 2 * B);
    CHECK_PTR(first.events[0].address, rig_address(&rig, 0));
    CHECK_EQ(first.events[1].kind, EM_UNMAPPED);
    CHECK_EQ(first.events[1].size, B);
}

CHECK_MAIN
