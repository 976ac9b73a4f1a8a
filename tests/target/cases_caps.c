/* Capabilities over three unlike memories: fast, big, and one that knows whole words only.
 *
 * That the last one is read and written by words alone is watched from outside, by the plugin words.c.
 *
 * One idea: which memory an address is in says which heap was chosen. */
#include "frame.h"

#include "espmem/caps.h"

enum { FAST_BYTES = 8192, BIG_BYTES = 32768, WORD_BYTES = 8192, HEAPS = 3 };

static uint32_t fast[FAST_BYTES / 4], big[BIG_BYTES / 4];
/* The script asks the linker where it is. */
extern uint32_t target_word_memory[WORD_BYTES / 4];
uint32_t target_word_memory[WORD_BYTES / 4];

static const struct em_memory_type types[] = {
    {"fast", {EM_CAP_DMA | EM_CAP_8BIT | EM_CAP_32BIT | EM_CAP_INTERNAL | EM_CAP_DEFAULT, 0, 0}},
    {"big", {EM_CAP_SPIRAM, 0, EM_CAP_8BIT | EM_CAP_32BIT | EM_CAP_DEFAULT}},
    {"words", {EM_CAP_32BIT | EM_CAP_EXEC | EM_CAP_INTERNAL, 0, 0}},
};
static const struct em_chip chip = {
    .name = "three",
    .title = "three memories",
    .cores = 1,
    .largest_request = 1 << 20,
    .types = types,
    .type_count = 3,
    .heap_record_bytes = 36,
};

static struct em_pool pool;
static unsigned events[EM_UNMAPPED + 1];

static void count_event(struct em_watcher *watcher, const struct em_event *event)
{
    (void)watcher;
    events[event->kind]++;
}
static struct em_watcher watcher = {.notify = count_event};

static struct em_region_use use(uint32_t *memory, size_t bytes, unsigned type)
{
    return (struct em_region_use){(uintptr_t)memory, (uintptr_t)memory + bytes, &types[type], false};
}

static bool open_pool(const struct em_engine *engine)
{
    static struct em_caps_heap heaps[HEAPS];
    static struct em_caps_edge edges[EM_POOL_EDGES(HEAPS)];
    const struct em_pool_storage storage = {heaps, edges, HEAPS};
    const struct em_region_use uses[HEAPS] = {use(fast, sizeof fast, 0), use(big, sizeof big, 1),
                                              use(target_word_memory, sizeof target_word_memory, 2)};
    for (unsigned i = 0; i <= EM_UNMAPPED; i++) {
        events[i] = 0;
    }
    em_pool_open(&pool, &chip, engine, &storage);
    if (em_pool_start(&pool, uses, HEAPS) != EM_OK) {
        return false;
    }
    em_pool_watch(&pool, &watcher);
    return true;
}

static bool inside(const void *address, const uint32_t *memory, size_t bytes)
{
    return address != NULL && (uintptr_t)address - (uintptr_t)memory < bytes;
}

#define IN_FAST(p)  inside(p, fast, sizeof fast)
#define IN_BIG(p)   inside(p, big, sizeof big)
#define IN_WORDS(p) inside(p, target_word_memory, sizeof target_word_memory)

static void each_memory_is_found_by_its_capabilities(void)
{
    for (const struct target_engine *it = target_engines; it->name != NULL; it++) {
        CHECK(open_pool(it->engine));
        void *dma = em_caps_allocate(&pool, 100, EM_CAP_DMA), *spiram = em_caps_allocate(&pool, 100, EM_CAP_SPIRAM);
        void *code = em_caps_allocate(&pool, 100, EM_CAP_EXEC), *bytes = em_caps_allocate(&pool, 12000, EM_CAP_8BIT);
        CHECK(IN_FAST(dma) && IN_BIG(spiram) && IN_WORDS(code) && IN_BIG(bytes));
        CHECK(em_caps_allocate(&pool, 100, EM_CAP_EXEC | EM_CAP_8BIT) == NULL);
        CHECK(em_caps_allocate(&pool, 100, EM_CAP_RTCRAM) == NULL);
        CHECK(em_caps_heap_of(&pool, (uintptr_t)code) != em_caps_heap_of(&pool, (uintptr_t)dma));
    }
}

static bool words_are_kept(const volatile uint32_t *words, unsigned count, uint32_t seed)
{
    for (unsigned i = 0; i < count; i++) {
        if (words[i] != seed + i) {
            return false;
        }
    }
    return true;
}

/* All that a heap does, in memory that knows whole words only: splits, merges, growth, moves in and out. */
static void word_memory_is_used_by_words(void)
{
    for (const struct target_engine *it = target_engines; it->name != NULL; it++) {
        CHECK(open_pool(it->engine));
        uint32_t *blocks[12], random = 7;
        size_t whole = em_caps_largest_free(&pool, EM_CAP_EXEC);
        for (unsigned i = 0; i < 12; i++) {
            blocks[i] = em_caps_allocate(&pool, 8 + 4 * target_random_below(&random, 60), EM_CAP_EXEC);
            CHECK(IN_WORDS(blocks[i]));
            blocks[i][0] = 40 * i;
            blocks[i][1] = 40 * i + 1;
        }
        for (unsigned i = 0; i < 12; i += 2) {
            em_caps_free(&pool, blocks[i]);
        }
        for (unsigned i = 1; i < 12; i += 2) {
            blocks[i] = em_caps_reallocate(&pool, blocks[i], 400, EM_CAP_EXEC);
            CHECK(IN_WORDS(blocks[i]) && words_are_kept(blocks[i], 2, 40 * i));
        }
        blocks[1] = em_caps_reallocate(&pool, blocks[1], 402, EM_CAP_8BIT);
        CHECK(IN_FAST(blocks[1]) && words_are_kept(blocks[1], 2, 40));
        CHECK(em_heap_check(em_caps_heap_of(&pool, (uintptr_t)blocks[3])->heap, NULL, NULL));
        for (unsigned i = 1; i < 12; i += 2) {
            em_caps_free(&pool, blocks[i]);
        }
        CHECK(em_caps_largest_free(&pool, EM_CAP_EXEC) == whole);
    }
}

static void every_event_is_told_once(void)
{
    CHECK(open_pool(target_engines[0].engine));
    void *block = em_caps_allocate(&pool, 100, EM_CAP_8BIT);
    block = em_caps_reallocate(&pool, block, 50, EM_CAP_8BIT);
    em_caps_free(&pool, block);
    CHECK(em_caps_allocate(&pool, 500000, EM_CAP_8BIT) == NULL);
    em_pool_unwatch(&pool, &watcher);
    em_caps_free(&pool, em_caps_allocate(&pool, 100, EM_CAP_8BIT));
    CHECK(events[EM_ALLOCATED] == 1 && events[EM_RESIZED] == 1 && events[EM_FREED] == 1 && events[EM_FAILED] == 1);
}

const struct target_case caps_cases[] = {
    {"each_memory_is_found_by_its_capabilities", each_memory_is_found_by_its_capabilities},
    {"word_memory_is_used_by_words", word_memory_is_used_by_words},
    {"every_event_is_told_once", every_event_is_told_once},
    {NULL, NULL},
};
