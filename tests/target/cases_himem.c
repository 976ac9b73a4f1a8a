/* himem over the machine's own switch of banks, all of its far memory.
 *
 * One idea: each bank is filled with its own numbers through one page and read through another, so a page
 * that still shows what it showed before is seen. */
#include "himem.h"

enum { STRIDE_WORDS = 8, BANK_WORDS = BARE_BANK_BYTES / 4, FEW = 4 };

static struct target_himem rig;
static uint16_t list[TARGET_BANKS];

bool target_himem_open(struct target_himem *it, const struct em_himem_layout *layout)
{
    const struct em_himem_layout *all = &target_banks()->layout;
    if (layout->first_page + layout->pages > all->pages || layout->first_bank + layout->banks > all->banks) {
        return false;
    }
    const struct em_himem_storage storage = {it->banks, it->pages, it->memories};
    return em_himem_open(&it->himem, layout, target_banks()->mmu, &storage) == EM_OK;
}

struct scene {
    em_himem_handle memory;
    em_himem_range range;
    unsigned banks, pages;
};

/* All banks in one memory, all pages in one range. */
static bool open_scene(struct scene *scene)
{
    const struct em_himem_layout *layout = &target_banks()->layout;
    *scene = (struct scene){.banks = layout->banks, .pages = layout->pages};
    return target_himem_open(&rig, layout) && em_himem_allocate(&rig.himem, scene->banks, list, &scene->memory) == EM_OK &&
           em_himem_allocate_range(&rig.himem, scene->pages, &scene->range) == EM_OK;
}

/* `count` banks from `bank` in the pages from `page` on. */
static volatile uint32_t *map(const struct scene *scene, unsigned bank, unsigned page, unsigned count, unsigned flags)
{
    void *shown = NULL;
    enum em_error error = em_himem_map(&rig.himem, scene->memory, scene->range, (size_t)bank * BARE_BANK_BYTES,
                                       (size_t)page * BARE_BANK_BYTES, (size_t)count * BARE_BANK_BYTES, flags, &shown);
    return error == EM_OK ? shown : NULL;
}

static bool unmap(const struct scene *scene, volatile uint32_t *shown, unsigned count)
{
    return em_himem_unmap(&rig.himem, scene->range, (const void *)(uintptr_t)shown, (size_t)count * BARE_BANK_BYTES) == EM_OK;
}

/* One word of every 32 bytes: a line of the smallest cache. */
static void fill(volatile uint32_t *words, unsigned bank)
{
    uint32_t random = bank * 2654435761u + 1;
    for (unsigned i = 0; i < BANK_WORDS; i += STRIDE_WORDS) {
        words[i] = target_random(&random);
    }
}

static bool holds(const volatile uint32_t *words, unsigned bank)
{
    uint32_t random = bank * 2654435761u + 1;
    for (unsigned i = 0; i < BANK_WORDS; i += STRIDE_WORDS) {
        if (words[i] != target_random(&random)) {
            return false;
        }
    }
    return true;
}

static unsigned next_page(const struct scene *scene, unsigned page, unsigned step)
{
    page += step;
    return page >= scene->pages ? page - scene->pages : page;
}

static void every_bank_keeps_its_contents(void)
{
    struct scene scene;
    CHECK(open_scene(&scene));
    for (unsigned bank = 0, page = 0; bank < scene.banks; bank++, page = next_page(&scene, page, 1)) {
        volatile uint32_t *words = map(&scene, bank, page, 1, 0);
        CHECK(words != NULL);
        fill(words, bank);
        CHECK(unmap(&scene, words, 1));
    }
    for (unsigned bank = 0, page = 3; bank < scene.banks; bank++, page = next_page(&scene, page, scene.pages - 1)) {
        volatile uint32_t *words = map(&scene, bank, page, 1, EM_MAP_READ_ONLY);
        CHECK(words != NULL && holds(words, bank));
        CHECK(unmap(&scene, words, 1));
    }
}

/* Runs of 1 to all pages, each anew over pages that showed something else, some by two maps at once. */
static void runs_of_neighbours_show_their_own_banks(void)
{
    struct scene scene;
    CHECK(open_scene(&scene));
    for (unsigned count = 1; count <= scene.pages; count += count < FEW ? 1 : FEW * FEW) {
        unsigned first = scene.pages - count, bank = count * 3;
        volatile uint32_t *words = map(&scene, bank, first, count, 0);
        CHECK(words != NULL);
        for (unsigned i = 0; i < count; i++) {
            fill(words + i * BANK_WORDS, bank + i);
        }
        CHECK(unmap(&scene, words, count));
        words = map(&scene, bank, 0, count, 0);
        CHECK(words != NULL);
        for (unsigned i = 0; i < count; i++) {
            CHECK(holds(words + i * BANK_WORDS, bank + i));
        }
        CHECK(unmap(&scene, words, count));
    }
}

/* The same page, one bank after the other: the processor knows the page well by then. */
static void a_page_shows_no_old_bank(void)
{
    struct scene scene;
    CHECK(open_scene(&scene));
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned bank = 0; bank < 8; bank++) {
            volatile uint32_t *words = map(&scene, bank, 2, 1, 0);
            CHECK(words != NULL && (round == 0 || words[0] == bank + 100));
            words[0] = bank + 100;
            CHECK(unmap(&scene, words, 1));
        }
    }
}

/* The same with runs, of which only one word each is touched: a processor remembers few pages. */
static void a_run_shows_no_old_banks(void)
{
    struct scene scene;
    CHECK(open_scene(&scene));
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned bank = 0; bank < 12; bank += 3) {
            volatile uint32_t *words = map(&scene, bank, 1, 3, 0);
            CHECK(words != NULL);
            for (unsigned i = 0; i < 3; i++) {
                CHECK(round == 0 || words[i * BANK_WORDS] == 700 + bank + i);
                words[i * BANK_WORDS] = 700 + bank + i;
            }
            CHECK(unmap(&scene, words, 3));
        }
    }
}

static void parts_of_a_map_end_alone(void)
{
    struct scene scene;
    CHECK(open_scene(&scene));
    volatile uint32_t *words = map(&scene, 4, 0, FEW, 0);
    CHECK(words != NULL);
    for (unsigned i = 0; i < FEW; i++) {
        words[i * BANK_WORDS] = 500 + i;
    }
    CHECK(unmap(&scene, words + BANK_WORDS, 2));
    CHECK(words[0] == 500 && words[3 * BANK_WORDS] == 503);
    CHECK(map(&scene, 5, 1, 1, 0) == words + BANK_WORDS && words[BANK_WORDS] == 501);
    CHECK(map(&scene, 5, 2, 1, 0) == NULL); /* in two pages at once */
    CHECK(map(&scene, 6, 2, 1, 0) != NULL && words[2 * BANK_WORDS] == 502);
    CHECK(unmap(&scene, words, FEW));
    CHECK(em_himem_free(&rig.himem, scene.memory) == EM_OK && em_himem_free_range(&rig.himem, scene.range) == EM_OK);
}

const struct target_case himem_cases[] = {
    {"every_bank_keeps_its_contents", every_bank_keeps_its_contents},
    {"runs_of_neighbours_show_their_own_banks", runs_of_neighbours_show_their_own_banks},
    {"a_page_shows_no_old_bank", a_page_shows_no_old_bank},
    {"a_run_shows_no_old_banks", a_run_shows_no_old_banks},
    {"parts_of_a_map_end_alone", parts_of_a_map_end_alone},
    {NULL, NULL},
};
