/* Memory to execute from: handed out by its instruction address, found again from it. */
#include "check.h"

#include "caps_rig.h"
#include "core/caps/pool.h"
#include "port.h"

enum { DATA_END = 0x40000000, CODE = 0x400A0000, CODE_END = 0x400C0000, RTC = 0x3FF80000, RTC_CODE = 0x400C0000 };

static struct caps_rig rig;

/* IRAM is full, so EXEC comes from D/IRAM; the shorter heap of both is asked first. */
static void set_scene(unsigned cores)
{
    CHECK_EQ(caps_rig_start(&rig, cores), EM_OK);
    em_pool_end_startup(&rig.pool);
    for (uintptr_t at = 0x40078000; at < 0x400A0000; at += 0x4000) {
        size_t largest;
        struct em_caps_heap *heap = em_caps_heap_of(&rig.pool, at);
        while (heap && heap->all_caps == 0x803 && (largest = em_heap_largest_free(heap->heap)) != 0)
            CHECK(em_heap_allocate(heap->heap, largest) != NULL);
    }
    rig.events = 0;
}

static uint32_t word_at(uintptr_t address)
{
    return *(uint32_t *)address;
}

/* The block's data address d, by the recordings' formula for `size` bytes at instruction address p. */
static uintptr_t data_of(uintptr_t p, size_t size)
{
    uintptr_t data = word_at(p - 4);
    size_t all = size + 4;
    CHECK_EQ(p - 4, CODE + (DATA_END - (data + all)));
    return data;
}

TEST(d_iram_is_handed_out_by_the_address_that_counts_words_backwards)
{
    set_scene(2);
    size_t free_bytes = em_caps_free_bytes(&rig.pool, EM_CAP_DMA);
    for (size_t size = 4; size < 300; size += 4) {
        uintptr_t p = (uintptr_t)em_caps_allocate(&rig.pool, size - 3, EM_CAP_EXEC);
        CHECK(p >= CODE && p < CODE_END);
        uintptr_t data = data_of(p, size);
        CHECK(em_caps_heap_of(&rig.pool, p) == em_caps_heap_of(&rig.pool, data));
        CHECK_PTR(rig.event.address, p);
        CHECK_EQ(rig.event.size, size - 3);
        CHECK_EQ(rig.event.rounded, size);
        CHECK_EQ(em_caps_block_size(&rig.pool, (void *)p), size); /* what the caller may use */
        CHECK(em_caps_containing_block_size(&rig.pool, (void *)p) >= size + 4);
        em_caps_free(&rig.pool, (void *)p);
        CHECK_PTR(rig.event.address, p);
        CHECK_EQ(em_caps_free_bytes(&rig.pool, EM_CAP_DMA), free_bytes);
    }
    CHECK_EQ(test_port.faults, 0);
}

TEST(every_word_of_an_instruction_block_leads_to_its_data_block)
{
    set_scene(2);
    uintptr_t p = (uintptr_t)em_caps_allocate(&rig.pool, 40, EM_CAP_EXEC);
    size_t whole = em_caps_containing_block_size(&rig.pool, (void *)data_of(p, 40));
    for (uintptr_t word = p - 4; word < p + 40; word += 4)
        CHECK_EQ(em_caps_containing_block_size(&rig.pool, (void *)word), whole);
    CHECK_EQ(em_caps_containing_block_size(&rig.pool, (void *)(p + 40)), 0); /* the block's header */
}

TEST(a_realloc_of_an_instruction_block_always_moves_it)
{
    set_scene(2);
    uint32_t *words = em_caps_allocate(&rig.pool, 40, EM_CAP_EXEC);
    for (uint32_t i = 0; i < 10; i++)
        words[i] = i;
    uint32_t *moved = em_caps_reallocate(&rig.pool, words, 20, EM_CAP_EXEC);
    CHECK(moved != NULL && moved != words);
    for (uint32_t i = 0; i < 5; i++)
        CHECK_EQ(moved[i], i);
    uint32_t *data = em_caps_reallocate(&rig.pool, moved, 40, EM_CAP_8BIT);
    CHECK((uintptr_t)data < DATA_END);
    for (uint32_t i = 0; i < 5; i++)
        CHECK_EQ(data[i], i);
    em_caps_free(&rig.pool, data);
    struct em_heap_info info;
    em_caps_get_info(&rig.pool, &info, EM_CAP_DMA);
    CHECK_EQ(info.allocated_blocks, 1); /* the pool's own records */
    CHECK_EQ(test_port.faults, 0);
}

TEST(a_data_block_may_become_an_instruction_block)
{
    set_scene(2);
    uint32_t *data = em_caps_allocate(&rig.pool, 40, EM_CAP_8BIT);
    data[9] = 99;
    uint32_t *words = em_caps_reallocate(&rig.pool, data, 40, EM_CAP_EXEC);
    CHECK((uintptr_t)words >= CODE && words[9] == 99);
}

TEST(a_size_in_the_heaps_way_is_refused_in_this_heap)
{
    set_scene(2);
    size_t largest = em_caps_largest_free(&rig.pool, EM_CAP_EXEC);
    CHECK(em_caps_allocate(&rig.pool, largest, EM_CAP_EXEC) == NULL); /* four more are needed */
    CHECK(em_caps_allocate(&rig.pool, largest - 4, EM_CAP_EXEC) != NULL);
}

static void is_foreign(uintptr_t address)
{
    test_port_reset();
    em_caps_free(&rig.pool, (void *)address);
    CHECK_EQ(test_port.faults, 1);
    CHECK_EQ(test_port.fault.kind, EM_FAULT_FOREIGN_POINTER);
    CHECK_EQ(em_caps_block_size(&rig.pool, (void *)address), 0);
}

TEST(an_instruction_address_without_its_word_is_foreign)
{
    set_scene(2);
    uintptr_t p = (uintptr_t)em_caps_allocate(&rig.pool, 40, EM_CAP_EXEC);
    uint32_t data = word_at(p - 4);
    static const uint32_t wrong[] = {0, 0xffffffff, 0x3FFDFFFC, 0x40000000, 0x3FFB4000};
    is_foreign(p + 1);
    is_foreign(p + 4);
    is_foreign(CODE);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        *(uint32_t *)(p - 4) = wrong[i];
        is_foreign(p);
    }
    *(uint32_t *)(p - 4) = data + 1; /* no word's address */
    is_foreign(p);
    *(uint32_t *)(p - 4) = data + 44; /* behind the word that would name it */
    is_foreign(p);
    *(uint32_t *)(p - 4) = data;
    test_port_reset();
    em_caps_free(&rig.pool, (void *)p);
    CHECK_EQ(test_port.faults, 0);
}

TEST(a_second_free_by_the_instruction_address_is_a_double_free)
{
    set_scene(2);
    void *p = em_caps_allocate(&rig.pool, 40, EM_CAP_EXEC);
    em_caps_free(&rig.pool, p);
    em_caps_free(&rig.pool, p);
    CHECK_EQ(test_port.faults, 1);
    CHECK_EQ(test_port.fault.kind, EM_FAULT_DOUBLE_FREE);
}

TEST(rtc_memory_keeps_its_word_order)
{
    set_scene(1);
    uintptr_t p = (uintptr_t)em_caps_allocate(&rig.pool, 16, EM_CAP_EXEC | EM_CAP_RTCRAM);
    CHECK(p > RTC_CODE && p < RTC_CODE + 0x2000);
    CHECK_EQ(p - 4 - RTC_CODE, word_at(p - 4) - RTC);
    CHECK_EQ(em_caps_block_size(&rig.pool, (void *)p), 16);
    *(uint32_t *)(p - 4) += 4;
    is_foreign(p);
    *(uint32_t *)(p - 4) -= 8;
    is_foreign(p);
    CHECK_EQ(em_caps_containing_block_size(&rig.pool, (void *)p), 20);
}

CHECK_MAIN
