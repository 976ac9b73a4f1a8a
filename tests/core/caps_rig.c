/* A pool at the chip's addresses: see caps_rig.h. */
#include "caps_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "port.h"

static const struct em_reserved image[] = {{0x3FFB0000, 0x3FFB3448, "data", EM_ALWAYS},
                                           {0x40080000, 0x4008E54C, "code", EM_ALWAYS}};

/* From the window to the end of the alias of RTC memory; a page in front and behind of no use. */
static void *const start = (void *)0x3F7F0000;
static const size_t length = 0x40100000 - 0x3F7F0000;

void caps_rig_memory(void)
{
    static void *memory;
    if (memory)
        munmap(memory, length);
    memory =
        mmap(start, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (memory != start) {
        printf("the chip's addresses are taken on this host\n");
        abort();
    }
}

static void keep_event(struct em_watcher *watcher, const struct em_event *event)
{
    struct caps_rig *rig = (struct caps_rig *)((uintptr_t)watcher - offsetof(struct caps_rig, watcher));
    if (event->kind == EM_REFUSED) {
        rig->refusals++;
        return;
    }
    rig->event = *event;
    rig->events++;
}

void caps_rig_open(struct caps_rig *rig, const struct em_chip *chip, unsigned capacity)
{
    test_port_reset();
    memset(rig, 0, sizeof *rig);
    memset(rig->edges, 0x5a, sizeof rig->edges); /* what is there does not matter */
    struct em_pool_storage storage = {rig->heaps, rig->edges, capacity};
    em_pool_open(&rig->pool, chip, &em_engine_tlsf, &storage);
    rig->watcher.notify = keep_event;
    em_pool_watch(&rig->pool, &rig->watcher);
}

enum em_error caps_rig_start(struct caps_rig *rig, unsigned cores)
{
    struct em_region_options options = {.cores = cores, .rtc_heap = cores == 1, .image = image, .image_count = 2};
    struct em_reserved bad[2];
    caps_rig_memory();
    caps_rig_open(rig, &em_chip_esp32, RIG_HEAPS);
    rig->piece_count = em_regions_build(&em_chip_esp32, &options, rig->pieces, RIG_PIECES, &bad[0], &bad[1]);
    return em_pool_start(&rig->pool, rig->pieces, rig->piece_count);
}

enum em_error caps_rig_add_psram(struct caps_rig *rig, size_t bytes)
{
    return em_pool_add(&rig->pool, em_chip_esp32.psram_heap.caps, RIG_PSRAM, RIG_PSRAM + bytes);
}
