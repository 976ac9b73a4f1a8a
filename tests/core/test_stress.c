/* Many threads at once on one pool and one himem, for the thread sanitizer and for luck.
 *
 * Eight threads take, resize and give back; one walks and checks; one adds heaps, while all of them
 * look up addresses. ESPMEM_LONG=1 makes it minutes. */
#include "check.h"

#include <pthread.h>
#include <sched.h>

#include "caps_rig.h"
#include "himem_rig.h"
#include "port.h"
#include "random.h"

enum { THREADS = 8, SLOTS = 40 };

__attribute__((constructor)) static void use_threads(void)
{
    test_port_use_threads();
}

static void start_thread(pthread_t *thread, void *(*run)(void *), void *context)
{
    CHECK(pthread_create(thread, NULL, run, context) == 0);
}

/* ---- the pool -------------------------------------------------------------------------------- */

static struct caps_rig rig;
static unsigned rounds;
static bool over; /* the eight have ended */

struct slot {
    unsigned char *address;
    size_t size;
};

static void fill(const struct slot *slot, unsigned char byte)
{
    if (slot->address)
        memset(slot->address, byte, slot->size);
}

static void check_contents(const struct slot *slot, unsigned char byte, size_t size)
{
    for (size_t i = 0; slot->address && i < size; i++) {
        if (slot->address[i] != byte) {
            check_fail(__FILE__, __LINE__, "a block of thread %u has lost its contents", byte);
            return;
        }
    }
}

static void resize(struct slot *slot, size_t size, uint32_t caps, unsigned char byte)
{
    unsigned char *moved = em_caps_reallocate(&rig.pool, slot->address, size, caps);
    if (!moved)
        return;
    size_t kept = slot->address ? slot->size : 0;
    *slot = (struct slot){moved, size};
    check_contents(slot, byte, kept < size ? kept : size);
}

static void *take_and_give(void *context)
{
    static const uint32_t caps[] = {EM_CAP_DEFAULT, EM_CAP_8BIT, EM_CAP_SPIRAM, EM_CAP_DMA, EM_CAP_INTERNAL | EM_CAP_8BIT};
    unsigned number = (unsigned)(uintptr_t)context;
    struct random random = random_from(number);
    struct slot slots[SLOTS] = {{NULL, 0}};
    for (unsigned i = 0; i < rounds; i++) {
        struct slot *slot = &slots[random_below(&random, SLOTS)];
        size_t size = 1 + random_below(&random, random_below(&random, 8) == 0 ? 3000 : 100);
        check_contents(slot, (unsigned char)number, slot->size);
        if (random_below(&random, 3) == 0) {
            resize(slot, size, caps[random_below(&random, 5)], (unsigned char)number);
        } else {
            em_caps_free(&rig.pool, slot->address);
            *slot = (struct slot){em_caps_allocate(&rig.pool, size, caps[random_below(&random, 5)]), size};
        }
        fill(slot, (unsigned char)number);
        const struct em_caps_heap *owner = em_caps_heap_of(&rig.pool, (uintptr_t)slot->address);
        if (slot->address && !(owner && (uintptr_t)slot->address >= owner->start && (uintptr_t)slot->address < owner->end))
            check_fail(__FILE__, __LINE__, "a block's heap is not found");
        if (slot->address && em_caps_block_size(&rig.pool, slot->address) < size)
            check_fail(__FILE__, __LINE__, "a block is too small");
    }
    for (unsigned i = 0; i < SLOTS; i++)
        em_caps_free(&rig.pool, slots[i].address);
    return NULL;
}

static bool see(void *context, const struct em_block_view *block)
{
    struct em_heap *heap = context;
    if ((uintptr_t)block->address < (uintptr_t)heap || block->size > em_heap_size(heap)) {
        check_fail(__FILE__, __LINE__, "a walk shows a block that cannot be");
        return false;
    }
    return true;
}

static void *walk_and_check(void *context)
{
    (void)context;
    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        for (struct em_caps_heap *record = NULL; (record = em_caps_next(&rig.pool, record, 0)) != NULL;) {
            if (!em_heap_walk(record->heap, see, record->heap) || !em_heap_check(record->heap, NULL, NULL))
                check_fail(__FILE__, __LINE__, "the heap at %lx is not sound", (unsigned long)record->start);
            em_caps_containing_block_size(&rig.pool, (void *)(record->start + 3000));
        }
        struct em_heap_info info;
        em_caps_get_info(&rig.pool, &info, EM_CAP_8BIT);
        if (em_caps_monitor_start(&rig.pool) != EM_OK || em_caps_monitor_stop(&rig.pool) != EM_OK)
            check_fail(__FILE__, __LINE__, "the monitor");
        sched_yield();
    }
    return NULL;
}

/* One heap after another; every second lies in a block of another heap. */
static void *add_heaps(void *context)
{
    (void)context;
    for (uintptr_t i = 0; i < 8; i++) {
        uintptr_t start = 0x3FA00000 + i * 0x10000;
        if (i % 2 == 1)
            start = (uintptr_t)em_caps_allocate(&rig.pool, 0x4000, EM_CAP_SPIRAM);
        if (start == 0 || em_pool_add(&rig.pool, em_chip_esp32.psram_heap.caps, start, start + 0x4000) != EM_OK)
            check_fail(__FILE__, __LINE__, "a heap cannot be added at %lx", (unsigned long)start);
        for (unsigned pause = 0; pause < 50; pause++) {
            sched_yield();
            const struct em_caps_heap *owner = em_caps_heap_of(&rig.pool, start + pause * 0x100);
            if (!owner || owner->start != start)
                check_fail(__FILE__, __LINE__, "the heap at %lx is not found", (unsigned long)start);
        }
    }
    return NULL;
}

TEST(eight_threads_take_and_give_while_others_walk_check_and_add_heaps)
{
    pthread_t threads[THREADS], walker, adder;
    rounds = random_is_long() ? 3000000 : 6000;
    CHECK_EQ(caps_rig_start(&rig, 2), EM_OK);
    em_pool_unwatch(&rig.pool, &rig.watcher); /* it keeps one event for all threads */
    em_pool_end_startup(&rig.pool);
    CHECK_EQ(caps_rig_add_psram(&rig, 1 << 20), EM_OK);
    over = false;
    start_thread(&walker, walk_and_check, NULL);
    start_thread(&adder, add_heaps, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        start_thread(&threads[i], take_and_give, (void *)(uintptr_t)(i + 1));
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    pthread_join(adder, NULL);
    __atomic_store_n(&over, true, __ATOMIC_RELEASE);
    pthread_join(walker, NULL);
    struct em_heap_info info;
    em_caps_get_info(&rig.pool, &info, 0);
    CHECK_EQ(rig.pool.count, 5 + 1 + 8);
    CHECK_EQ(info.allocated_blocks, 1 + 9 + 4); /* the records, and blocks that are heaps */
    CHECK_EQ(test_port.faults, 0);
    for (struct em_caps_heap *record = NULL; (record = em_caps_next(&rig.pool, record, 0)) != NULL;)
        CHECK(em_heap_check(record->heap, NULL, NULL));
}

/* ---- walks that end in another order than they began ----------------------------------------- */

enum { WALKERS = 4 };
static unsigned inside, may_leave; /* how many walks have begun, how many may end */

/* The walks begin one after the other and end in the same order, the oldest first. */
static bool wait_inside(void *context, const struct em_block_view *block)
{
    unsigned number = (unsigned)(uintptr_t)context;
    (void)block;
    __atomic_add_fetch(&inside, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&may_leave, __ATOMIC_ACQUIRE) <= number)
        sched_yield();
    return false;
}

static void *walk_and_wait(void *context)
{
    em_heap_walk(rig.pool.first->heap, wait_inside, context);
    return NULL;
}

TEST(walks_may_end_in_any_order)
{
    static const unsigned orders[][WALKERS] = {{0, 1, 2, 3}, {0, 2, 1, 3}, {1, 0, 3, 2},
                                               {3, 2, 1, 0}, {2, 0, 1, 3}, {1, 3, 0, 2}};
    CHECK_EQ(caps_rig_start(&rig, 2), EM_OK);
    for (unsigned order = 0; order < 6; order++) {
        pthread_t threads[WALKERS];
        inside = may_leave = 0;
        for (unsigned i = 0; i < WALKERS; i++) { /* the i-th to begin leaves as orders[order][i] */
            start_thread(&threads[i], walk_and_wait, (void *)(uintptr_t)orders[order][i]);
            while (__atomic_load_n(&inside, __ATOMIC_ACQUIRE) <= i)
                sched_yield();
        }
        for (unsigned turn = 0; turn < WALKERS; turn++) {
            __atomic_store_n(&may_leave, turn + 1, __ATOMIC_RELEASE);
            for (unsigned i = 0; i < WALKERS; i++) {
                if (orders[order][i] == turn)
                    pthread_join(threads[i], NULL);
            }
            void *block = em_caps_allocate(&rig.pool, 20, EM_CAP_8BIT); /* tells all walks that are left */
            em_caps_free(&rig.pool, block);
        }
    }
    CHECK_EQ(test_port.faults, 0);
}

/* ---- himem ----------------------------------------------------------------------------------- */

static struct himem_rig himem;

static void pause_a_little(void *context)
{
    (void)context;
    sched_yield();
}

static void allowed(enum em_error error, enum em_error good, enum em_error other)
{
    if (error != good && error != other)
        check_fail(__FILE__, __LINE__, "himem answers %s", em_error_text(error));
}

/* Maps and unmaps the memory and the range that all share, and others of its own. */
static void *map_and_unmap(void *context)
{
    unsigned own = (unsigned)(uintptr_t)context;
    struct random random = random_from(own);
    for (unsigned i = 0; i < rounds; i++) {
        void *pointer;
        size_t bank = RIG_BANK, offset = bank * random_below(&random, 4), length = bank * (1 + random_below(&random, 2));
        if (offset + length > 4 * bank)
            length = bank;
        enum em_error error = rig_map(&himem, 0, 0, offset, offset, length, &pointer);
        allowed(error, EM_OK, EM_INVALID_STATE);
        if (error == EM_OK)
            allowed(rig_unmap(&himem, 0, (uintptr_t)pointer, bank), EM_OK, EM_INVALID_ARG);
        allowed(rig_unmap(&himem, 0, rig_address(&himem, 0) + bank * random_below(&random, 4), bank), EM_OK, EM_INVALID_ARG);
        allowed(rig_allocate(&himem, own, 2 * bank), EM_OK, EM_OK);
        allowed(rig_allocate_range(&himem, own, 2), EM_OK, EM_OK);
        allowed(rig_map(&himem, own, own, 0, 0, 2 * bank, &pointer), EM_OK, EM_OK);
        allowed(em_himem_free(&himem.himem, himem.handles[own]), EM_INVALID_ARG, EM_INVALID_ARG);
        allowed(rig_unmap(&himem, own, (uintptr_t)pointer, 2 * bank), EM_OK, EM_OK);
        allowed(em_himem_free(&himem.himem, himem.handles[own]), EM_OK, EM_OK);
        allowed(em_himem_free_range(&himem.himem, himem.ranges[own]), EM_OK, EM_OK);
    }
    return NULL;
}

TEST(four_threads_map_and_unmap_one_memory_in_one_range)
{
    pthread_t threads[4];
    rounds = random_is_long() ? 1000000 : 2000;
    CHECK_EQ(rig_open(&himem, 12, 16), EM_OK);
    himem.mmu.shared = true;
    himem.mmu.meanwhile = pause_a_little;
    CHECK_EQ(rig_allocate(&himem, 0, 4 * RIG_BANK), EM_OK);
    CHECK_EQ(rig_allocate_range(&himem, 0, 4), EM_OK);
    for (unsigned i = 0; i < 4; i++)
        start_thread(&threads[i], map_and_unmap, (void *)(uintptr_t)(i + 1));
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (unsigned page = 0; page < 4; page++)
        rig_unmap(&himem, 0, rig_address(&himem, 0) + (uintptr_t)page * RIG_BANK, RIG_BANK);
    CHECK(rig_agrees(&himem));
    CHECK_EQ(em_himem_free(&himem.himem, himem.handles[0]), EM_OK);
    CHECK_EQ(em_himem_free_range(&himem.himem, himem.ranges[0]), EM_OK);
    CHECK_EQ(em_himem_free_bytes(&himem.himem), em_himem_total(&himem.himem));
    CHECK_EQ(test_port.faults, 0);
}

CHECK_MAIN
