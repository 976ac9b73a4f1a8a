/* One himem that several test programs begin with, and "nothing happened" as a check. Needs check.h
 * before it. */
#ifndef TESTS_CORE_HIMEM_SCENE_H
#define TESTS_CORE_HIMEM_SCENE_H

#include "himem_rig.h"
#include "port.h"

enum { B = RIG_BANK };

static struct himem_rig rig;
static void *pointer;

/* Memory 0 of 4 banks, 1 of 2; range 0 of 4 pages, 1 of 2; 8 pages and 16 banks in all. */
static inline void set_scene(void)
{
    CHECK_EQ(rig_open(&rig, 8, 16), EM_OK);
    CHECK_EQ(rig_allocate(&rig, 0, 4 * B), EM_OK);
    CHECK_EQ(rig_allocate(&rig, 1, 2 * B), EM_OK);
    CHECK_EQ(rig_allocate_range(&rig, 0, 4), EM_OK);
    CHECK_EQ(rig_allocate_range(&rig, 1, 2), EM_OK);
    pointer = NULL;
}

/* What himem and the machine know, so that "nothing happened" can be checked. */
static struct himem_rig before;

static inline void remember(void)
{
    before = rig;
}

static inline void nothing_happened(void)
{
    CHECK(memcmp(before.banks, rig.banks, sizeof rig.banks) == 0);
    CHECK(memcmp(before.pages, rig.pages, sizeof rig.pages) == 0);
    CHECK(memcmp(before.memories, rig.memories, sizeof rig.memories) == 0);
    CHECK(memcmp(before.mmu.shows, rig.mmu.shows, sizeof rig.mmu.shows) == 0);
    CHECK_EQ(rig.himem.free_banks, before.himem.free_banks);
    CHECK(rig_agrees(&rig));
}

#endif
