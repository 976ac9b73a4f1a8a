/* The guard around one heap's blocks: what it hands out, what it counts, what it finds. */
#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"
#include "espmem/guard.h"
#include "ports/linux/port.h"

enum { BYTES = 8192, PAGE = 4096 };

static _Alignas(16) unsigned char memory[BYTES];
static struct em_heap *heap;

static void open_heap(enum em_guard guard)
{
    memset(memory, 0x77, sizeof memory);
    heap = em_heap_create(memory, sizeof memory, &em_engine_tlsf);
    CHECK(em_guard_set(heap, guard));
}

/* ---- faults ---------------------------------------------------------------------------------- */

static struct em_fault told;
static jmp_buf back;

static void keep(const struct em_fault *fault)
{
    told = *fault;
    longjmp(back, 1);
}

static const struct em_linux_fault_handling handling = {.print = keep};

/* The fault of an act stands in `told` afterwards; EM_FAULT_NONE if there was none. */
static __attribute__((noinline)) void fault_of(void (*act)(void *argument), void *argument)
{
    em_linux_handle_faults(&handling);
    told = (struct em_fault){.kind = EM_FAULT_NONE};
    if (setjmp(back) == 0)
        act(argument);
    em_linux_handle_faults(NULL);
}

static void free_it(void *block)
{
    em_guard_free(heap, block);
}

static void ask_size(void *block)
{
    em_guard_block_size(heap, block);
}

static void allocate_33(void *nothing)
{
    (void)nothing;
    em_guard_allocate(heap, 33);
}

static unsigned reports;
static struct em_fault last_report;

static void count(void *context, const struct em_fault *fault)
{
    (void)context;
    last_report = *fault;
    reports++;
}

static unsigned reports_of_check(void)
{
    reports = 0;
    bool good = em_guard_check(heap, count, NULL);
    CHECK_EQ(good, reports == 0);
    return reports;
}

/* ---- layout and figures ----------------------------------------------------------------------- */

TEST(a_block_stands_between_its_marks)
{
    open_heap(EM_GUARD_LIGHT);
    for (size_t size = 1; size < 20; size++) {
        unsigned char *block = em_guard_allocate(heap, size);
        uint32_t head[2], tail;
        memcpy(head, block - 8, sizeof head);
        memcpy(&tail, block + size, sizeof tail);
        CHECK_EQ(head[0], 0xABBA1234);
        CHECK_EQ(head[1], size);
        CHECK_EQ(tail, 0xBAAD5678);
    }
    CHECK_EQ(reports_of_check(), 0);
}

TEST(an_unguarded_heap_is_as_it_was)
{
    open_heap(EM_GUARD_OFF);
    void *guarded = em_guard_allocate(heap, 100);
    em_guard_free(heap, guarded);
    CHECK_PTR(em_heap_allocate(heap, 100), guarded);
    CHECK_EQ(em_guard_free_bytes(heap), em_heap_free_bytes(heap));
    CHECK_EQ(em_guard_block_size(heap, guarded), em_heap_block_size(heap, guarded));
}

TEST(figures_are_less_by_the_marks)
{
    struct em_heap_info raw, info;
    open_heap(EM_GUARD_LIGHT);
    void *block = em_guard_allocate(heap, 21);
    em_guard_allocate(heap, 40);
    em_heap_get_info(heap, &raw);
    em_guard_get_info(heap, &info);
    CHECK_EQ(info.free_bytes, raw.free_bytes - 12);
    CHECK_EQ(info.minimum_free, raw.minimum_free - 12);
    CHECK_EQ(info.largest_free, raw.largest_free - 12);
    CHECK_EQ(info.allocated_bytes, raw.allocated_bytes - 24);
    CHECK_EQ(em_guard_full_size(heap, block), 36);
    CHECK_EQ(em_guard_block_size(heap, block), 24);
    CHECK_EQ(em_guard_asked_size(heap, block), 21);
}

TEST(a_full_heap_has_nothing_free)
{
    open_heap(EM_GUARD_LIGHT);
    CHECK(em_guard_allocate(heap, em_guard_largest_free(heap)) != NULL);
    while (em_guard_allocate(heap, 1) != NULL) {
    }
    CHECK_EQ(em_guard_free_bytes(heap), 0);
    CHECK_EQ(em_guard_largest_free(heap), 0);
}

TEST(no_size_wraps)
{
    for (int guard = EM_GUARD_LIGHT; guard <= EM_GUARD_COMPREHENSIVE; guard++) {
        open_heap((enum em_guard)guard);
        void *block = em_guard_allocate(heap, 16);
        for (size_t size = SIZE_MAX - 40; size != 0; size++) {
            CHECK(em_guard_allocate(heap, size) == NULL);
            CHECK(em_guard_allocate_aligned(heap, size, 64, 0) == NULL);
            CHECK(em_guard_reallocate(heap, block, size) == NULL);
        }
        CHECK(em_guard_allocate(heap, 0) == NULL);
        CHECK(em_guard_allocate_aligned(heap, 0, 16, 0) == NULL);
        CHECK_EQ(reports_of_check(), 0);
    }
}

TEST(the_users_pointer_is_what_is_aligned)
{
    open_heap(EM_GUARD_LIGHT);
    for (size_t alignment = 8; alignment <= 1024; alignment *= 2) {
        CHECK_EQ((uintptr_t)em_guard_allocate_aligned(heap, 33, alignment, 0) % alignment, 0);
        CHECK_EQ(((uintptr_t)em_guard_allocate_aligned(heap, 33, alignment, 12) + 12) % alignment, 0);
    }
}

TEST(any_address_of_a_block_leads_to_its_pointer)
{
    open_heap(EM_GUARD_LIGHT);
    em_guard_allocate(heap, 30);
    char *block = em_guard_allocate(heap, 30);
    for (int i = -8; i < 30 + 4; i++)
        CHECK_PTR(em_guard_containing_block(heap, block + i), block);
}

/* ---- fills ----------------------------------------------------------------------------------- */

TEST(comprehensive_fills_new_and_freed_memory)
{
    open_heap(EM_GUARD_COMPREHENSIVE);
    unsigned char *first = em_guard_allocate(heap, 50), *second = em_guard_allocate(heap, 50);
    for (int i = 0; i < 50; i++)
        CHECK_EQ(first[i], 0xCE);
    memset(first, 1, 50);
    em_guard_free(heap, first);
    for (int i = 0; i < 48; i++)
        CHECK_EQ(first[i], 0xFE);
    em_guard_free(heap, second);
    CHECK_EQ(reports_of_check(), 0);
}

TEST(what_realloc_adds_is_filled)
{
    open_heap(EM_GUARD_COMPREHENSIVE);
    unsigned char *block = em_guard_allocate(heap, 20);
    memset(block, 7, 20);
    block = em_guard_reallocate(heap, block, 50);
    for (int i = 0; i < 50; i++)
        CHECK_EQ(block[i], i < 20 ? 7 : 0xCE);
}

TEST(merging_leaves_nothing_of_the_headers)
{
    open_heap(EM_GUARD_COMPREHENSIVE);
    void *blocks[6];
    static const int orders[][6] = {{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}, {0, 2, 1, 4, 3, 5}, {1, 3, 5, 2, 0, 4}};
    for (size_t order = 0; order < 4; order++)
        for (size_t size = 1; size < 60; size += 7) {
            for (size_t i = 0; i < 6; i++)
                blocks[i] = em_guard_allocate(heap, size + i);
            for (size_t i = 0; i < 6; i++) {
                em_guard_free(heap, blocks[orders[order][i]]);
                CHECK_EQ(reports_of_check(), 0);
            }
        }
}

TEST(every_wrong_word_of_free_memory_is_reported)
{
    open_heap(EM_GUARD_COMPREHENSIVE);
    unsigned char *block = em_guard_allocate(heap, 1200);
    em_guard_allocate(heap, 4);
    em_guard_free(heap, block);
    block[100] = 1;
    block[103] = 1;
    block[700] = 1;
    CHECK_EQ(reports_of_check(), 2);
    CHECK_EQ(last_report.kind, EM_FAULT_BAD_FILL);
    CHECK_PTR(last_report.address, block + 700);
    CHECK_EQ(last_report.expected, 0xFEFEFEFE);
}

TEST(a_new_block_that_was_written_to_is_not_handed_out)
{
    open_heap(EM_GUARD_COMPREHENSIVE);
    unsigned char *block = em_guard_allocate(heap, 33);
    em_guard_allocate(heap, 4);
    em_guard_free(heap, block);
    size_t before = em_guard_free_bytes(heap);
    block[32] = 1;
    fault_of(allocate_33, NULL);
    CHECK_EQ(told.kind, EM_FAULT_BAD_FILL);
    CHECK_EQ(told.width, 1);
    CHECK_PTR(told.address, block + 32);
    CHECK_EQ(em_guard_free_bytes(heap), before);
}

/* ---- faults ---------------------------------------------------------------------------------- */

TEST(a_fault_says_where_and_what)
{
    open_heap(EM_GUARD_LIGHT);
    unsigned char *block = em_guard_allocate(heap, 21);
    em_guard_allocate(heap, 4);
    block[21] = 0;
    fault_of(free_it, block);
    CHECK_EQ(told.kind, EM_FAULT_BAD_TAIL);
    CHECK_PTR(told.block, block);
    CHECK_PTR(told.address, block + 21);
    CHECK_EQ(told.expected, 0xBAAD5678);
    CHECK_EQ(told.found, 0xBAAD5600);
    block[21] = 0x78;
    block[-7] = 0;
    fault_of(ask_size, block);
    CHECK_EQ(told.kind, EM_FAULT_BAD_HEAD);
    CHECK_PTR(told.address, block - 8);
}

TEST(what_a_pointer_is_shows_in_the_kind)
{
    open_heap(EM_GUARD_LIGHT);
    char *first = em_guard_allocate(heap, 40), *block = em_guard_allocate(heap, 40);
    em_guard_allocate(heap, 4);
    fault_of(free_it, block + 8);
    CHECK_EQ(told.kind, EM_FAULT_NOT_A_BLOCK);
    fault_of(free_it, block + 1);
    CHECK_EQ(told.kind, EM_FAULT_NOT_A_BLOCK);
    fault_of(free_it, &first);
    CHECK_EQ(told.kind, EM_FAULT_FOREIGN_POINTER);
    em_guard_free(heap, first);
    em_guard_free(heap, block);
    fault_of(free_it, block);
    CHECK_EQ(told.kind, EM_FAULT_DOUBLE_FREE);
    fault_of(free_it, first);
    CHECK_EQ(told.kind, EM_FAULT_DOUBLE_FREE);
}

/* Two pages of a heap between two that cannot be read. */
static struct em_heap *fenced_heap(enum em_guard guard)
{
    char *pages = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE) != 0)
        return NULL;
    heap = em_heap_create(pages + PAGE, 2 * PAGE, &em_engine_tlsf);
    return em_guard_set(heap, guard) ? heap : NULL;
}

TEST(a_wrong_size_behind_a_good_head_reads_nothing_outside)
{
    static const uint32_t sizes[] = {41, 44, 4000, 8100, 8192, 70000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFF};
    for (int guard = EM_GUARD_LIGHT; guard <= EM_GUARD_COMPREHENSIVE; guard++) {
        heap = fenced_heap((enum em_guard)guard);
        char *blocks[3] = {em_guard_allocate(heap, 40), em_guard_allocate(heap, 40), NULL};
        blocks[2] = em_guard_allocate(heap, em_guard_largest_free(heap));
        for (size_t b = 0; b < 3; b++)
            for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
                uint32_t size = sizes[i], old;
                memcpy(&old, blocks[b] - 4, 4);
                memcpy(blocks[b] - 4, &size, 4);
                fault_of(free_it, blocks[b]);
                CHECK(told.kind == EM_FAULT_BAD_SIZE || told.kind == EM_FAULT_BAD_TAIL);
                CHECK_EQ(reports_of_check(), 1);
                memcpy(blocks[b] - 4, &old, 4);
            }
        CHECK_EQ(reports_of_check(), 0);
    }
}

TEST(a_wrong_size_in_what_was_a_block_reads_nothing_outside)
{
    heap = fenced_heap(EM_GUARD_LIGHT);
    char *first = em_guard_allocate(heap, 40), *block = em_guard_allocate(heap, 40);
    em_guard_allocate(heap, 4);
    em_guard_free(heap, first);
    em_guard_free(heap, block); /* its head stays as it is inside the merged block */
    for (uint32_t left = 0; left < 8; left++) {
        uint32_t size = (uint32_t)((uintptr_t)heap + 2 * PAGE - (uintptr_t)block) - left;
        memcpy(block - 4, &size, 4);
        fault_of(free_it, block);
        CHECK_EQ(told.kind, EM_FAULT_DOUBLE_FREE);
    }
}

static uint64_t seed = 1;

static unsigned draw(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 16) % below;
}

static bool see_any(void *context, const struct em_block_view *block)
{
    unsigned *blocks = context;
    (void)block;
    return ++*blocks < 10000;
}

/* Whatever stands in a heap: looking at it neither leaves the region nor goes on for ever. */
TEST(looking_at_a_wrecked_heap_stays_inside)
{
    for (int guard = EM_GUARD_OFF; guard <= EM_GUARD_COMPREHENSIVE; guard++) {
        heap = fenced_heap((enum em_guard)guard);
        char *blocks[40];
        for (int i = 0; i < 40; i++)
            blocks[i] = em_guard_allocate(heap, 1 + draw(120));
        for (int i = 0; i < 40; i += 3)
            em_guard_free(heap, blocks[i]);
        unsigned char sound[2 * PAGE], *bytes = (unsigned char *)heap;
        memcpy(sound, bytes, sizeof sound);
        for (int round = 0; round < 3000; round++) {
            unsigned start = (unsigned)((unsigned char *)blocks[0] - bytes) - 12;
            for (unsigned hits = 1 + draw(6); hits > 0; hits--)
                bytes[start + draw(2 * PAGE - start)] = (unsigned char)draw(256);
            unsigned seen = 0;
            em_heap_walk(heap, see_any, &seen);
            CHECK(seen < 600);
            em_guard_check(heap, NULL, NULL);
            for (int i = 1; i < 40; i += 3)
                fault_of(ask_size, blocks[i]);
            em_guard_containing_block(heap, blocks[7]);
            memcpy(bytes, sound, sizeof sound);
        }
    }
}

CHECK_MAIN
