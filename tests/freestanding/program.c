/* The program that the freestanding tests run on every processor: heap, caps and himem, used as firmware would.
 *
 * Knows nothing of the machine but bare.h. Prints one line for each step; exit status 0, or the number
 * of the step that failed.
 *
 * One idea: what links without a libc and runs here needs nothing that a small machine does not have. */
#include <stdbool.h>

#include "bare.h"
#include "espmem/caps.h"
#include "espmem/heap.h"
#include "espmem/himem.h"
#include "ports/bare/copied_banks.h"

enum { BANK_BYTES = 512, BANKS = 9, PAGES = 3 };
enum { REGION_WORDS = 2048, BLOCKS = 24 };

static uint32_t fast_memory[REGION_WORDS], big_memory[REGION_WORDS];

/* ---- one heap -------------------------------------------------------------------------------- */

static size_t size_of_block(unsigned i)
{
    return 5u + 17u * i;
}

static void fill(unsigned char *bytes, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++) {
        bytes[i] = (unsigned char)(i + seed);
    }
}

static bool holds(const unsigned char *bytes, size_t count, unsigned seed)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != (unsigned char)(i + seed)) {
            return false;
        }
    }
    return true;
}

static bool count_block(void *context, const struct em_block_view *block)
{
    (void)block;
    ++*(unsigned *)context;
    return true;
}

static bool take_all(struct em_heap *heap, unsigned char *blocks[BLOCKS])
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        blocks[i] = em_heap_allocate(heap, size_of_block(i));
        if (blocks[i] == NULL) {
            return false;
        }
        fill(blocks[i], size_of_block(i), i);
    }
    return true;
}

/* Frees every second block, grows the others, and frees those too: splits and merges on both sides. */
static bool grow_and_free(struct em_heap *heap, unsigned char *blocks[BLOCKS])
{
    for (unsigned i = 0; i < BLOCKS; i += 2) {
        em_heap_free(heap, blocks[i]);
    }
    for (unsigned i = 1; i < BLOCKS; i += 2) {
        blocks[i] = em_heap_reallocate(heap, blocks[i], size_of_block(i) + 40);
        if (blocks[i] == NULL || !holds(blocks[i], size_of_block(i), i)) {
            return false;
        }
        em_heap_free(heap, blocks[i]);
    }
    return true;
}

static bool heap_shares_out_and_merges(void)
{
    unsigned char *blocks[BLOCKS];
    unsigned seen = 0;
    struct em_heap *heap = em_heap_create(fast_memory, sizeof fast_memory, &em_engine_tlsf);
    if (heap == NULL) {
        return false;
    }
    size_t whole = em_heap_largest_free(heap);
    if (!take_all(heap, blocks) || !em_heap_walk(heap, count_block, &seen) || seen < BLOCKS) {
        return false;
    }
    if (!grow_and_free(heap, blocks) || !em_heap_check(heap, NULL, NULL)) {
        return false;
    }
    void *aligned = em_heap_allocate_aligned(heap, 100, 256, 0);
    bool good = aligned != NULL && (uintptr_t)aligned % 256 == 0;
    em_heap_free(heap, aligned);
    return good && em_heap_largest_free(heap) == whole;
}

/* ---- two memories ---------------------------------------------------------------------------- */

static const struct em_memory_type memories[] = {
    {.name = "fast", .caps = {EM_CAP_DMA, EM_CAP_8BIT | EM_CAP_32BIT | EM_CAP_INTERNAL, 0}},
    {.name = "big", .caps = {EM_CAP_SPIRAM, EM_CAP_8BIT | EM_CAP_32BIT, 0}},
};
static const struct em_chip two_memories = {
    .name = "two",
    .title = "two memories",
    .cores = 1,
    .largest_request = 65536,
    .types = memories,
    .type_count = 2,
    .heap_record_bytes = 36,
};

enum { RECORDS = 2 };

static bool inside(const void *address, const uint32_t *memory)
{
    uintptr_t offset = (uintptr_t)address - (uintptr_t)memory;
    return address != NULL && offset < REGION_WORDS * sizeof *memory;
}

static bool memory_is_found_by_capability(void)
{
    static struct em_caps_heap heaps[RECORDS];
    static struct em_caps_edge edges[EM_POOL_EDGES(RECORDS)];
    static struct em_pool pool;
    const struct em_pool_storage storage = {.heaps = heaps, .edges = edges, .capacity = RECORDS};
    const struct em_region_use uses[RECORDS] = {
        {(uintptr_t)fast_memory, (uintptr_t)fast_memory + sizeof fast_memory, &memories[0], false},
        {(uintptr_t)big_memory, (uintptr_t)big_memory + sizeof big_memory, &memories[1], false},
    };
    em_pool_open(&pool, &two_memories, &em_engine_tlsf, &storage);
    if (em_pool_start(&pool, uses, RECORDS) != EM_OK) {
        return false;
    }
    void *fast = em_caps_allocate(&pool, 100, EM_CAP_DMA | EM_CAP_8BIT);
    void *big = em_caps_allocate(&pool, 100, EM_CAP_SPIRAM);
    if (!inside(fast, fast_memory) || !inside(big, big_memory) || em_caps_allocate(&pool, 100, EM_CAP_EXEC) != NULL) {
        return false;
    }
    size_t left = em_caps_free_bytes(&pool, EM_CAP_8BIT);
    big = em_caps_reallocate(&pool, big, 300, EM_CAP_DMA);
    if (!inside(big, fast_memory) || em_caps_free_bytes(&pool, EM_CAP_8BIT) >= left) {
        return false;
    }
    em_caps_free(&pool, fast);
    em_caps_free(&pool, big);
    return em_caps_free_bytes(&pool, EM_CAP_8BIT) > left;
}

/* ---- banks ----------------------------------------------------------------------------------- */

static bool write_through(struct em_himem *himem, em_himem_handle memory, em_himem_range range, unsigned bank)
{
    void *shown;
    if (em_himem_map(himem, memory, range, bank * BANK_BYTES, 0, BANK_BYTES, 0, &shown) != EM_OK) {
        return false;
    }
    fill(shown, BANK_BYTES, 7u * bank);
    return em_himem_unmap(himem, range, shown, BANK_BYTES) == EM_OK;
}

/* Two neighbouring banks at once, into the range's last pages. */
static bool reads_back(struct em_himem *himem, em_himem_handle memory, em_himem_range range, unsigned bank)
{
    void *shown;
    if (em_himem_map(himem, memory, range, bank * BANK_BYTES, BANK_BYTES, 2 * BANK_BYTES, 0, &shown) != EM_OK) {
        return false;
    }
    bool good = holds(shown, BANK_BYTES, 7u * bank) && holds((unsigned char *)shown + BANK_BYTES, BANK_BYTES, 7u * (bank + 1));
    return em_himem_unmap(himem, range, shown, 2 * BANK_BYTES) == EM_OK && good;
}

static bool every_bank_keeps_its_contents(struct em_himem *himem, em_himem_handle memory, em_himem_range range)
{
    for (unsigned bank = 0; bank < BANKS; bank++) {
        if (!write_through(himem, memory, range, bank)) {
            return false;
        }
    }
    for (unsigned bank = 0; bank + 1 < BANKS; bank++) {
        if (!reads_back(himem, memory, range, bank)) {
            return false;
        }
    }
    return true;
}

static struct em_bank_mmu *open_banks(unsigned char *window)
{
    static uint32_t store[BANKS * BANK_BYTES / 4];
    static struct copied_banks switched;
    copied_banks_open(
        &switched,
        &(struct copied_banks){
            .window = window, .store = (unsigned char *)store, .bank_bytes = BANK_BYTES, .pages = PAGES, .banks = BANKS});
    return &switched.face;
}

static bool banks_are_switched_by_copying(void)
{
    static uint32_t window[PAGES * BANK_BYTES / 4];
    static struct em_himem_bank banks[BANKS];
    static struct em_himem_page pages[PAGES];
    static struct em_himem_memory memory_records[BANKS];
    static uint16_t list[BANKS];
    static struct em_himem himem;
    const struct em_himem_storage storage = {.banks = banks, .pages = pages, .memories = memory_records};
    const struct em_himem_layout layout = {
        .window = (uintptr_t)window, .bank_size = BANK_BYTES, .pages = PAGES, .banks = BANKS};
    em_himem_handle memory;
    em_himem_range range;
    if (em_himem_open(&himem, &layout, open_banks((unsigned char *)window), &storage) != EM_OK ||
        em_himem_allocate(&himem, BANKS, list, &memory) != EM_OK || em_himem_allocate_range(&himem, PAGES, &range) != EM_OK) {
        return false;
    }
    if (!every_bank_keeps_its_contents(&himem, memory, range)) {
        return false;
    }
    return em_himem_free(&himem, memory) == EM_OK && em_himem_free_range(&himem, range) == EM_OK &&
           em_himem_free_bytes(&himem) == BANKS * BANK_BYTES;
}

/* ---- steps ----------------------------------------------------------------------------------- */

static const struct step {
    const char *name;
    bool (*run)(void);
} steps[] = {
    {"heap_shares_out_and_merges\n", heap_shares_out_and_merges},
    {"memory_is_found_by_capability\n", memory_is_found_by_capability},
    {"banks_are_switched_by_copying\n", banks_are_switched_by_copying},
};

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        bool good = steps[i].run();
        bare_print(good ? "good " : "BAD ");
        bare_print(steps[i].name);
        if (!good) {
            return (int)i + 1;
        }
    }
    return 0;
}
