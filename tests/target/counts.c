/* How many instructions the common operations take here, and how deep their stack goes.
 *
 * Each is a function of its own, so that the processor's counter and a plugin that watches the emulator
 * count the very same instructions; run.sh compares both. The counter is checked first, against a span
 * whose length is known.
 *
 * One idea: what a function costs is what is counted around it less what is counted around an empty one. */
#include "espmem/caps.h"
#include "espmem/heap.h"
#include "himem.h"

enum { KNOWN = 100, MOST_NEIGHBOURS = 62, REGION_BYTES = 16384, BLOCK = 100, OWN_WORDS = 8, STACK_MARK = 0x5AFE57AC };

/* From the linker script. */
extern volatile uint32_t stack_bottom[];

static uint32_t region[REGION_BYTES / 4];
static struct em_heap *heap;
static struct em_lock lock;
static struct em_pool pool;
static void *block, *pool_block;
static struct target_himem rig;
static em_himem_handle memory;
static em_himem_range range;
static void *shown;
static unsigned neighbours;

/* ---- what is counted; not inlined, and not static, so that the plugin finds them ------------------ */

#define SUBJECT __attribute__((noinline, used))

void count_nothing(void);
void count_known(void);
void count_malloc(void);
void count_free(void);
void count_caps_malloc(void);
void count_caps_free(void);
void count_map(void);
void count_unmap(void);
void count_map_many(void);
void count_unmap_many(void);

SUBJECT void count_nothing(void)
{
    __asm__ volatile("");
}

#define TEN(instruction)                                                                                                       \
    instruction instruction instruction instruction instruction instruction instruction instruction instruction instruction

/* KNOWN instructions more than nothing. */
SUBJECT void count_known(void)
{
    __asm__ volatile(TEN(TEN("nop\n\t")));
}

SUBJECT void count_malloc(void)
{
    block = em_heap_allocate(heap, BLOCK);
}

SUBJECT void count_free(void)
{
    em_heap_free(heap, block);
}

SUBJECT void count_caps_malloc(void)
{
    pool_block = em_caps_allocate(&pool, BLOCK, EM_CAP_8BIT);
}

SUBJECT void count_caps_free(void)
{
    em_caps_free(&pool, pool_block);
}

SUBJECT void count_map(void)
{
    em_himem_map(&rig.himem, memory, range, 0, 0, BARE_BANK_BYTES, 0, &shown);
}

SUBJECT void count_unmap(void)
{
    em_himem_unmap(&rig.himem, range, shown, BARE_BANK_BYTES);
}

SUBJECT void count_map_many(void)
{
    em_himem_map(&rig.himem, memory, range, 0, 0, neighbours * (size_t)BARE_BANK_BYTES, 0, &shown);
}

SUBJECT void count_unmap_many(void)
{
    em_himem_unmap(&rig.himem, range, shown, neighbours * (size_t)BARE_BANK_BYTES);
}

/* ---- counting ------------------------------------------------------------------------------------- */

/* Each page is touched before it is unmapped, so that the processor knows it. */
static void touch(void)
{
    for (unsigned i = 0; i < neighbours && shown != NULL; i++) {
        *(volatile uint32_t *)((uintptr_t)shown + i * BARE_BANK_BYTES) = i;
    }
}

static void touch_one(void)
{
    *(volatile uint32_t *)shown = 1;
}

static void nothing(void)
{
}

static const struct subject {
    const char *name;
    void (*run)(void), (*prepare)(void);
} subjects[] = {
    {"known", count_known, nothing},         {"malloc", count_malloc, nothing},
    {"free", count_free, nothing},           {"caps_malloc", count_caps_malloc, nothing},
    {"caps_free", count_caps_free, nothing}, {"map", count_map, nothing},
    {"unmap", count_unmap, touch_one},       {"map_many", count_map_many, nothing},
    {"unmap_many", count_unmap_many, touch},
};

__attribute__((noinline)) static uint32_t instructions_of(void (*run)(void))
{
    uint32_t before = bare_clock();
    run();
    return bare_instructions(bare_clock() - before);
}

/* Marks the unused stack but its nearest words, which this function itself may use; returns where it begins. */
__attribute__((noinline)) static volatile uint32_t *mark_stack(void)
{
    volatile uint32_t *here = (volatile uint32_t *)((uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)3);
    for (volatile uint32_t *word = stack_bottom; word < here - OWN_WORDS; word++) {
        *word = STACK_MARK;
    }
    return here;
}

__attribute__((noinline)) static uint32_t stack_of(void (*run)(void))
{
    const volatile uint32_t *here = mark_stack();
    run();
    const volatile uint32_t *word = stack_bottom;
    while (*word == STACK_MARK) {
        word++;
    }
    return (uint32_t)((uintptr_t)here - (uintptr_t)word);
}

static void print(const char *kind, const char *name, uint32_t number)
{
    bare_print(kind);
    bare_print(" ");
    bare_print(name);
    bare_print(" ");
    bare_print_number(number);
    bare_print("\n");
}

/* ---- set-up --------------------------------------------------------------------------------------- */

static bool open_heap(void)
{
    heap = em_heap_create(region, sizeof region, &em_engine_tlsf);
    em_heap_set_lock(heap, &lock);
    return em_heap_allocate(heap, BLOCK) != NULL;
}

static bool open_pool(void)
{
    static const struct em_memory_type type = {"one", {EM_CAP_8BIT, 0, 0}};
    static const struct em_chip chip = {.name = "one", .cores = 1, .largest_request = 65536, .types = &type, .type_count = 1};
    static uint32_t memory_of_pool[REGION_BYTES / 4];
    static struct em_caps_heap heaps[1];
    static struct em_caps_edge edges[EM_POOL_EDGES(1)];
    const struct em_pool_storage storage = {heaps, edges, 1};
    uintptr_t start = (uintptr_t)memory_of_pool;
    em_pool_open(&pool, &chip, &em_engine_tlsf, &storage);
    return em_pool_start(&pool, &(struct em_region_use){start, start + sizeof memory_of_pool, &type, false}, 1) == EM_OK;
}

static bool open_himem(void)
{
    static uint16_t list[TARGET_BANKS];
    const struct em_himem_layout *layout = &target_banks()->layout;
    neighbours = layout->pages < MOST_NEIGHBOURS ? layout->pages : MOST_NEIGHBOURS;
    return target_himem_open(&rig, layout) && em_himem_allocate(&rig.himem, neighbours, list, &memory) == EM_OK &&
           em_himem_allocate_range(&rig.himem, neighbours, &range) == EM_OK;
}

/* The counter has to say what is known, every time. */
static bool counter_is_right(uint32_t empty)
{
    for (unsigned i = 0; i < 3; i++) {
        if (instructions_of(count_nothing) != empty || instructions_of(count_known) != empty + KNOWN) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    if (!open_heap() || !open_pool() || !open_himem()) {
        bare_print("counts: the set-up failed\n");
        return 1;
    }
    instructions_of(count_nothing); /* starts the clock where it has to be started */
    uint32_t empty = instructions_of(count_nothing);
    bool right = counter_is_right(empty);
    if (!right) {
        bare_print("counts: the counter does not count instructions (is -icount set?)\n");
    }
    print("neighbours", "many", neighbours);
    for (unsigned i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        subjects[i].prepare();
        print("count", subjects[i].name, instructions_of(subjects[i].run) - empty);
    }
    for (unsigned i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        subjects[i].prepare();
        print("stack", subjects[i].name, stack_of(subjects[i].run));
    }
    return !right;
}
