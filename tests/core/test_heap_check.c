/* em_heap_check finds each kind of damage, at its place, and reads nothing outside the heap.
 *
 * Knows the layout of blocks and of the engine's tables, in order to damage them. */
#include "check.h"

#include <sys/mman.h>

#include "core/heap/tlsf_tables.h"
#include "picture.h"
#include "port.h"
#include "random.h"

enum { BYTES = 1024 };

/* A heap that ends where memory ends: U24 F24 U24 F24 U48 F48 U24 F…  with no page around it. */
static struct em_heap *heap;
static struct em_lock lock;
static struct em_block *blocks[8];
static unsigned char *pages;

static struct em_heap *heap_between_no_pages(size_t bytes)
{
    enum { PAGE = 0x10000 };
    if (!pages) {
        pages = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(pages != MAP_FAILED && mprotect(pages + PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
    }
    memset(pages + PAGE, 0, PAGE);
    return em_heap_create(pages + 2 * PAGE - bytes, bytes, &em_engine_tlsf);
}

static void set_scene(void)
{
    static const size_t sizes[8] = {24, 24, 24, 24, 48, 48, 24, 0};
    test_port_reset();
    heap = heap_between_no_pages(BYTES);
    lock = (struct em_lock){{0, 0}};
    em_heap_set_lock(heap, &lock);
    for (unsigned i = 0; i < 7; i++) {
        blocks[i] = em_block_of_payload(em_heap_allocate(heap, sizes[i]));
        memset(em_block_payload(blocks[i]), 0, sizes[i]);
    }
    blocks[7] = em_block_next(blocks[6]);
    for (unsigned i = 1; i < 7; i += 2)
        em_heap_free(heap, em_block_payload(blocks[i]));
    CHECK_STR(picture(heap), "U24 F24 U24 F24 U48 F48 U24 F500");
}

struct reports {
    unsigned count;
    struct em_fault first;
};

static void note(void *context, const struct em_fault *fault)
{
    struct reports *reports = context;
    if (reports->count++ == 0)
        reports->first = *fault;
}

/* The heap with one word changed: the first report is that fault at that place, with what was found
 * there; with the word put back all is well. */
static void planted(uint32_t *word, uint32_t value, enum em_fault_kind kind, const void *address, uintptr_t found)
{
    struct reports reports = {0, {.kind = EM_FAULT_NONE}};
    uint32_t old = *word;
    *word = value;
    bool good = em_heap_check(heap, note, &reports);
    bool silent = em_heap_check(heap, NULL, NULL);
    *word = old;
    CHECK(!good && !silent);
    CHECK(reports.count != 0);
    CHECK_EQ(reports.first.kind, kind);
    CHECK_PTR(reports.first.address, address);
    CHECK_EQ(reports.first.found, found);
    CHECK_EQ(reports.first.during, EM_DURING_CHECK);
    CHECK_PTR(reports.first.heap, heap);
    CHECK_EQ(test_port.faults, 0); /* told to the reporter, not to the port */
    CHECK(em_heap_check(heap, NULL, NULL));
}

static void planted_header(unsigned block, uint32_t value)
{
    planted(&blocks[block]->header, value, EM_FAULT_BAD_HEADER, blocks[block], value);
}

/* ---- headers --------------------------------------------------------------------------------- */

TEST(a_sound_heap_is_found_sound)
{
    struct reports reports = {0, {.kind = EM_FAULT_NONE}};
    set_scene();
    CHECK(em_heap_check(heap, note, &reports));
    CHECK_EQ(reports.count, 0);
}

TEST(a_size_that_leads_out_of_the_heap_is_found)
{
    set_scene();
    planted_header(0, 0x10000000);
    planted_header(0, 0xfffffffc);
    planted_header(2, BYTES | EM_BLOCK_PREV_FREE);
    planted_header(7, 504 | EM_BLOCK_FREE);
}

TEST(a_size_below_the_smallest_is_found)
{
    set_scene();
    for (uint32_t size = 0; size < 12; size += 4)
        planted_header(2, size | EM_BLOCK_PREV_FREE);
}

TEST(a_size_that_leads_into_the_middle_of_a_block_is_found)
{
    set_scene();
    struct em_block *astray = em_block_behind(blocks[0], 12);
    planted(&blocks[0]->header, 12, EM_FAULT_BAD_HEADER, astray, 0); /* where the user's zeros are */
}

TEST(a_used_block_that_says_it_is_free_is_found)
{
    set_scene();
    planted(&blocks[0]->header, 24 | EM_BLOCK_FREE, EM_FAULT_BAD_HEADER, blocks[1], 0);
}

TEST(a_free_block_that_says_it_is_used_is_found)
{
    set_scene();
    planted(&blocks[1]->header, 24, EM_FAULT_BAD_HEADER, blocks[2], EM_BLOCK_PREV_FREE >> 1);
}

TEST(a_wrong_word_about_the_previous_block_is_found)
{
    set_scene();
    planted(&blocks[2]->header, 24, EM_FAULT_BAD_HEADER, blocks[2], 0);
    planted(&blocks[1]->header, 24 | EM_BLOCK_FREE | EM_BLOCK_PREV_FREE, EM_FAULT_BAD_HEADER, blocks[1], 1);
    planted(&blocks[0]->header, 24 | EM_BLOCK_PREV_FREE, EM_FAULT_BAD_HEADER, blocks[0], EM_BLOCK_PREV_FREE);
}

TEST(two_free_neighbours_are_found)
{
    set_scene();
    uint32_t both = blocks[2]->header | EM_BLOCK_FREE;
    planted(&blocks[2]->header, both, EM_FAULT_BAD_HEADER, blocks[2], both);
}

TEST(the_end_mark_is_checked)
{
    set_scene();
    struct em_block *end = em_end_block(heap);
    CHECK(em_heap_resize(heap, em_block_payload(blocks[6]), 24 + 4 + 500)); /* a used block in front of it */
    planted(&end->header, EM_BLOCK_FREE, EM_FAULT_BAD_HEADER, end, EM_BLOCK_FREE);
    planted(&end->header, 4, EM_FAULT_BAD_HEADER, end, 4);
    set_scene();
    planted(&em_end_block(heap)->header, 0, EM_FAULT_BAD_HEADER, em_end_block(heap), 0);
}

/* ---- links ----------------------------------------------------------------------------------- */

TEST(an_overwritten_last_word_of_a_free_block_is_found)
{
    set_scene();
    uint32_t *word = (uint32_t *)blocks[2] - 1;
    planted(word, 0, EM_FAULT_BAD_LINK, word, 0);
    planted(word, 0xffffffff, EM_FAULT_BAD_LINK, word, 0xffffffff);
    planted(word, em_link_to(heap, blocks[3]), EM_FAULT_BAD_LINK, word, em_link_to(heap, blocks[3]));
}

static const uint32_t wild[] = {1, 2, 0x1000, 0x7ffffffc, 0xfffffffc, 0xffffffff, 0xfefefefe};

TEST(a_next_link_that_leads_out_of_the_heap_is_found)
{
    set_scene();
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++)
        planted(&blocks[3]->next_link, wild[i], EM_FAULT_BAD_LINK, &blocks[3]->next_link, wild[i]);
}

TEST(a_previous_link_that_leads_out_of_the_heap_is_found)
{
    set_scene();
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++)
        planted(&blocks[1]->previous_link, wild[i], EM_FAULT_BAD_LINK, &blocks[1]->previous_link, wild[i]);
    planted(&blocks[1]->previous_link, 0, EM_FAULT_BAD_LINK, &blocks[1]->previous_link, 0);
}

TEST(links_to_the_very_edges_of_the_heap_are_not_followed_out_of_it)
{
    set_scene();
    unsigned char *end = (unsigned char *)em_end_block(heap) + EM_HEADER_BYTES;
    for (unsigned char *place = end - 24; place < end + 24; place += 4) {
        uint32_t link = em_link_to(heap, (struct em_block *)(void *)place);
        struct reports reports = {0, {.kind = EM_FAULT_NONE}};
        uint32_t old = blocks[3]->next_link;
        blocks[3]->next_link = link; /* there is no page behind the heap */
        CHECK(!em_heap_check(heap, note, &reports));
        CHECK_EQ(reports.first.kind, EM_FAULT_BAD_LINK);
        blocks[3]->next_link = old;
        old = blocks[1]->previous_link;
        blocks[1]->previous_link = link;
        CHECK(!em_heap_check(heap, note, &reports));
        blocks[1]->previous_link = old;
    }
}

TEST(a_link_to_a_used_block_is_found)
{
    set_scene();
    uint32_t link = em_link_to(heap, blocks[4]); /* full of zeros */
    planted(&blocks[1]->next_link, link, EM_FAULT_BAD_LINK, &blocks[4]->previous_link, 0);
    planted(&blocks[1]->previous_link, link, EM_FAULT_BAD_LINK, &blocks[4]->next_link, 0);
}

TEST(a_list_that_was_cut_off_is_found)
{
    set_scene();
    planted(&blocks[3]->next_link, 0, EM_FAULT_BAD_LINK, &blocks[3]->next_link, 0);
}

/* ---- slots and bits -------------------------------------------------------------------------- */

static uint32_t *slot_of(unsigned block)
{
    return slots(heap) + class_of(heap, em_block_size_of(blocks[block]));
}

TEST(a_slot_that_was_emptied_is_found)
{
    set_scene();
    planted(slot_of(3), 0, EM_FAULT_BAD_LINK, slot_of(3), 0);
}

TEST(a_slot_that_leads_to_the_second_of_its_list_is_found)
{
    set_scene();
    uint32_t link = em_link_to(heap, blocks[1]);
    planted(slot_of(3), link, EM_FAULT_BAD_LINK, slot_of(3), link);
}

TEST(a_slot_that_leads_out_of_the_heap_is_found)
{
    set_scene();
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++)
        planted(slot_of(5), wild[i], EM_FAULT_BAD_LINK, slot_of(5), wild[i]);
}

/* An empty class: nothing but the slots and bits themselves can tell. */
TEST(a_bit_of_an_empty_class_is_found)
{
    set_scene();
    uint32_t *word = class_words(heap), bit = class_bit(5);
    planted(word, *word | bit, EM_FAULT_BAD_LINK, word, 1);
}

TEST(a_missing_bit_of_a_class_is_found)
{
    set_scene();
    uint32_t *word = class_words(heap), bit = class_bit(class_of(heap, 24));
    planted(word, *word & ~bit, EM_FAULT_BAD_LINK, word, 0);
}

TEST(a_full_slot_without_a_bit_is_found)
{
    set_scene();
    planted(slots(heap) + 5, em_link_to(heap, blocks[1]), EM_FAULT_BAD_LINK, class_words(heap), 0);
}

/* Slot and bit agree on a block that is not of the class. */
TEST(a_slot_with_a_block_of_another_class_is_found)
{
    set_scene();
    uint32_t *word = class_words(heap), old = *word, link = em_link_to(heap, blocks[1]);
    struct reports reports = {0, {.kind = EM_FAULT_NONE}};
    *word |= class_bit(5);
    slots(heap)[5] = link;
    CHECK(!em_heap_check(heap, note, &reports));
    CHECK_EQ(reports.first.kind, EM_FAULT_BAD_LINK);
    CHECK_PTR(reports.first.address, blocks[1]);
    *word = old;
    slots(heap)[5] = 0;
    CHECK(em_heap_check(heap, NULL, NULL));
}

TEST(a_slot_with_a_used_block_is_found)
{
    set_scene();
    struct reports reports = {0, {.kind = EM_FAULT_NONE}};
    unsigned class = class_of(heap, 48) + 1;
    class_words(heap)[class / WORD_CLASSES] |= class_bit(class);
    slots(heap)[class] = em_link_to(heap, blocks[4]);
    CHECK(!em_heap_check(heap, note, &reports));
    CHECK_EQ(reports.first.kind, EM_FAULT_BAD_LINK);
    CHECK_PTR(reports.first.address, blocks[4]);
}

TEST(a_slot_of_an_empty_class_that_leads_nowhere_is_found)
{
    set_scene();
    uint32_t *slot = slots(heap) + 5;
    class_words(heap)[0] |= class_bit(5);
    const uint32_t links[] = {em_link_to(heap, slot_as_block(slot)), 1, 0xfefefefe, em_link_to(heap, em_end_block(heap))};
    for (unsigned i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct reports reports = {0, {.kind = EM_FAULT_NONE}};
        *slot = links[i];
        CHECK(!em_heap_check(heap, note, &reports));
        CHECK_EQ(reports.first.kind, EM_FAULT_BAD_LINK);
        CHECK_PTR(reports.first.address, slot);
        CHECK_EQ(reports.first.found, links[i]);
    }
}

TEST(wrong_bits_of_whole_words_are_found)
{
    set_scene();
    planted(&heap->word_bits, heap->word_bits | 4u, EM_FAULT_BAD_LINK, &heap->word_bits, 1);
    planted(&heap->word_bits, heap->word_bits & ~1u, EM_FAULT_BAD_LINK, &heap->word_bits, 0);
}

/* ---- totals ---------------------------------------------------------------------------------- */

TEST(wrong_totals_are_found)
{
    set_scene();
    uint32_t *const totals[] = {&heap->blocks, &heap->free_blocks, &heap->free_bytes};
    for (unsigned i = 0; i < 3; i++) {
        planted(totals[i], *totals[i] + 1, EM_FAULT_BAD_TOTALS, totals[i], *totals[i] + 1u);
        planted(totals[i], *totals[i] - 1, EM_FAULT_BAD_TOTALS, totals[i], *totals[i] - 1u);
    }
}

/* ---- any word -------------------------------------------------------------------------------- */

/* Every word behind the records, every kind of rubbish: the check ends, reads nothing outside (there
 * are no pages around the heap), and finds it where the word was the heap's own. */
static bool is_the_heaps_own(const uint32_t *word)
{
    if (word < (const uint32_t *)em_first_block(heap))
        return true;
    for (unsigned i = 0; i < 8; i++) {
        const uint32_t *header = &blocks[i]->header, *end = &em_block_next(blocks[i])->header;
        if (word >= header && word < end)
            return word == header || (i % 2 == 1 && (word <= header + 2 || word == end - 1));
    }
    return true; /* the end mark */
}

TEST(rubbish_in_any_word_of_the_heap_is_found_and_leads_nowhere)
{
    set_scene();
    struct random random = random_from(7);
    uint32_t *start = class_words(heap), *end = (uint32_t *)((uintptr_t)heap + BYTES);
    unsigned spare = class_count(heap) / WORD_CLASSES; /* words that no class uses hold nothing */
    for (uint32_t *word = start; word < end; word++) {
        const uint32_t old = *word;
        const uint32_t values[] = {0,
                                   1,
                                   2,
                                   0xffffffff,
                                   0xfefefefe,
                                   old ^ 1,
                                   old ^ 2,
                                   old ^ 4,
                                   old + 4,
                                   old - 4,
                                   old ^ 0x100,
                                   random_word(&random),
                                   random_below(&random, BYTES)};
        for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
            *word = values[i];
            bool good = em_heap_check(heap, NULL, NULL);
            bool matters = is_the_heaps_own(word) && values[i] != old;
            *word = old;
            if (good == matters && !(word >= start + spare && word < start + heap->rows))
                check_fail(__FILE__, __LINE__, "word %zu, %08x instead of %08x: %s", (size_t)(word - (uint32_t *)heap),
                           values[i], old, good ? "not found" : "found");
        }
    }
    CHECK(em_heap_check(heap, NULL, NULL));
}

CHECK_MAIN
