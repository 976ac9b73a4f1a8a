/* See scene.h. */
#include "scene.h"

#include <stdlib.h>

#include "port.h"

enum { FAST_BYTES = 8192, WORD_BYTES = 4096, SLOW_BYTES = 65536 };

static const struct em_memory_type types[] = {
    {"fast", {EM_CAP_8BIT | EM_CAP_DEFAULT, EM_CAP_INTERNAL | EM_CAP_DMA | EM_CAP_32BIT, 0}},
    {"words", {EM_CAP_INTERNAL | EM_CAP_EXEC | EM_CAP_32BIT, 0, 0}},
};
static const uint32_t slow[EM_PRIORITIES] = {EM_CAP_SPIRAM | EM_CAP_DEFAULT, 0, EM_CAP_8BIT | EM_CAP_32BIT};

static const struct em_chip chip = {
    .name = "test",
    .title = "test",
    .cores = 1,
    .largest_request = 0x400000,
    .types = types,
    .type_count = 2,
};

struct em_pool scene;
struct em_event scene_events[SCENE_EVENTS];
unsigned scene_event_count;
void (*scene_look)(const struct em_event *event);

static struct em_caps_heap heaps[SCENE_HEAPS];
static struct em_caps_edge edges[EM_POOL_EDGES(SCENE_HEAPS)];
static _Alignas(8) unsigned char fast[FAST_BYTES], words[WORD_BYTES], external[SLOW_BYTES];

static void require(bool good)
{
    if (!good)
        abort();
}

void scene_open_guarded(enum em_guard guard)
{
    const struct em_pool_storage storage = {.heaps = heaps, .edges = edges, .capacity = SCENE_HEAPS};
    const struct em_region_use pieces[] = {
        {.start = (uintptr_t)fast, .end = (uintptr_t)fast + FAST_BYTES, .type = &types[0]},
        {.start = (uintptr_t)words, .end = (uintptr_t)words + WORD_BYTES, .type = &types[1]},
    };
    em_pool_open(&scene, &chip, &em_engine_tlsf, &storage);
    em_pool_set_guard(&scene, guard);
    require(em_pool_start(&scene, pieces, 2) == EM_OK);
    require(em_pool_add(&scene, slow, (uintptr_t)external, (uintptr_t)external + SLOW_BYTES) == EM_OK);
    scene_look = NULL;
    test_faults = 0;
    scene_forget();
}

void scene_open(void)
{
    scene_open_guarded(EM_GUARD_OFF);
}

static void notify(struct em_watcher *watcher, const struct em_event *event)
{
    (void)watcher;
    require(test_locks_held == 0);
    if (scene_look)
        scene_look(event);
    if (scene_event_count < SCENE_EVENTS)
        scene_events[scene_event_count++] = *event;
}

void scene_watch(void)
{
    static struct em_watcher watcher = {.notify = notify};
    em_pool_watch(&scene, &watcher);
}

void scene_forget(void)
{
    scene_event_count = 0;
}

void scene_fill(uint32_t caps, size_t size)
{
    while (em_caps_allocate(&scene, size, caps)) {
    }
}
