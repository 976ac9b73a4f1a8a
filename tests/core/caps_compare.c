/* A pool against its model, and operations on pools as text. */
#include "caps_model.h"

#include <string.h>

static char difference[400];

static struct em_caps_heap *record_of(struct caps_rig *rig, const struct model_heap *heap)
{
    for (unsigned i = 0; i < rig->pool.count; i++) {
        if (rig->heaps[i].start == heap->start && rig->heaps[i].end == heap->end)
            return &rig->heaps[i];
    }
    return NULL;
}

static const char *compare_heaps(struct caps_model *model, struct caps_rig *rig)
{
    if (rig->pool.count != model->count)
        return "there are more or fewer heaps";
    for (unsigned i = 0; i < model->count; i++) {
        struct em_caps_heap *record = record_of(rig, &model->heaps[i]);
        if (!record || (record->heap != NULL) != model->heaps[i].started)
            return "a heap is missing, or started though it should not be";
        const char *found = record->heap ? heap_model_differs_at_a_glance(&model->heaps[i].blocks, record->heap) : NULL;
        if (found) {
            snprintf(difference, sizeof difference, "the heap at %lx: %s", (unsigned long)record->start, found);
            return difference;
        }
    }
    return NULL;
}

/* Sums over the heaps that have all of these caps. */
static struct em_heap_info sum(const struct caps_model *model, uint32_t caps, size_t *total)
{
    struct em_heap_info sum = {0};
    *total = 0;
    for (unsigned i = 0; i < model->count; i++) {
        const struct model_heap *heap = &model->heaps[i];
        if (!heap->started || (heap->all & caps) != caps)
            continue;
        size_t largest = heap_model_largest(&heap->blocks);
        *total += heap->end - heap->start;
        sum.free_bytes += heap->blocks.free_bytes;
        sum.minimum_free += heap->blocks.minimum;
        sum.largest_free = largest > sum.largest_free ? largest : sum.largest_free;
        sum.total_blocks += heap->blocks.count;
        for (unsigned b = 0; b < heap->blocks.count; b++) {
            sum.free_blocks += heap->blocks.blocks[b].freed != 0;
            sum.allocated_bytes += heap->blocks.blocks[b].freed ? 0 : heap->blocks.blocks[b].size;
        }
    }
    sum.allocated_blocks = sum.total_blocks - sum.free_blocks;
    return sum;
}

static const char *compare_sums(const struct caps_model *model, struct caps_rig *rig, uint32_t caps)
{
    size_t total;
    struct em_heap_info found, wanted = sum(model, caps, &total);
    em_caps_get_info(&rig->pool, &found, caps);
    bool same = em_caps_total(&rig->pool, caps) == total && em_caps_free_bytes(&rig->pool, caps) == wanted.free_bytes &&
                em_caps_minimum_free(&rig->pool, caps) == wanted.minimum_free &&
                em_caps_largest_free(&rig->pool, caps) == wanted.largest_free && memcmp(&found, &wanted, sizeof found) == 0;
    return same ? NULL : "a sum over heaps";
}

static const char *compare_owners(const struct caps_model *model, struct caps_rig *rig)
{
    for (unsigned slot = 0; slot < CAPS_SLOTS; slot++) {
        uintptr_t address = model->slots[slot].address;
        if (!address)
            continue;
        const struct em_caps_heap *owner = em_caps_heap_of(&rig->pool, address);
        if (!owner || owner->start != model->heaps[model->slots[slot].heap].start)
            return "a block is said to be in another heap";
        size_t size = em_caps_block_size(&rig->pool, (void *)address);
        if (model->slots[slot].by_alias && size != model->slots[slot].by_alias)
            return "the size of a block by its instruction address";
    }
    return NULL;
}

const char *caps_model_differs(struct caps_model *model, struct caps_rig *rig)
{
    static const uint32_t asked[] = {0, 1, 2, 4, 8, 0x400, 0x800, 0x1000, 0x804, 0x1400};
    const char *found = compare_heaps(model, rig);
    for (unsigned i = 0; !found && i < sizeof asked / sizeof asked[0]; i++)
        found = compare_sums(model, rig, asked[i]);
    return found ? found : compare_owners(model, rig);
}

/* ---- writing --------------------------------------------------------------------------------- */

static const struct {
    char kind;
    const char *word, *function, *function_without_limit;
} words[] = {{'m', "malloc", "heap_caps_malloc", ""},
             {'a', "aligned", "heap_caps_aligned_alloc", ""},
             {'r', "realloc", "heap_caps_realloc", ""},
             {'f', "free", "", ""},
             {'d', "dmalloc", "heap_caps_malloc_default", "heap_caps_malloc"},
             {'g', "daligned", "heap_caps_aligned_alloc_default", "heap_caps_aligned_alloc"},
             {'e', "drealloc", "heap_caps_realloc_default", "heap_caps_realloc"},
             {'x', "extmem", "", ""},
             {'n', "enable", "", ""},
             {'p', "addcaps", "", ""}};

static void write_pool(FILE *file, const struct caps_model *model, const struct caps_op *op, uintptr_t result)
{
    static const char *const texts[] = {
        [EM_OK] = "ESP_OK",     [EM_FAIL] = "ESP_FAIL",   [EM_NO_MEM] = "ESP_ERR_NO_MEM",
        [EM_INVALID_ARG] = "?", [EM_INVALID_STATE] = "?", [EM_INVALID_SIZE] = "ESP_ERR_INVALID_SIZE"};
    uintptr_t start = model->slots[op->slot].address;
    fprintf(file, " 0x%lx 0x%lx 0x%x 0x%x 0x%x = %s\n", (unsigned long)start, (unsigned long)(start + op->size),
            caps_model_pool_caps[0], caps_model_pool_caps[1], caps_model_pool_caps[2], texts[result]);
}

void caps_op_write(FILE *file, const struct caps_model *model, const struct caps_op *op, uintptr_t result)
{
    unsigned w = 0;
    while (words[w].kind != op->kind)
        w++;
    fprintf(file, "%s", words[w].word);
    if (op->kind == 'p') {
        write_pool(file, model, op, result);
        return;
    }
    if (op->kind != 'n')
        fprintf(file, " %zu", op->kind == 'x' ? op->size : (size_t)op->slot);
    if (op->kind == 'a' || op->kind == 'g')
        fprintf(file, " %zu", op->alignment);
    if (strchr("mardge", op->kind))
        fprintf(file, " %zu", op->size);
    if (strchr("mar", op->kind))
        fprintf(file, " 0x%x", op->caps);
    if (strchr("mardge", op->kind))
        fprintf(file, result ? " = 0x%lx" : " = -", (unsigned long)result);
    fprintf(file, "\n");
    bool by_name = words[w].function_without_limit[0] == '\0' || model->limit >= 0;
    if (model->was_told && words[w].function[0])
        fprintf(file, "! %zu 0x%x %s\n", op->size, model->told, by_name ? words[w].function : words[w].function_without_limit);
}

void caps_model_write_end(FILE *file, const struct caps_model *model, unsigned operations)
{
    static const uint32_t asked[] = {0, 1, 4, 0x400, 0x800};
    for (unsigned i = 0; i < 5; i++) {
        size_t total;
        struct em_heap_info all = sum(model, asked[i], &total);
        fprintf(file, "info 0x%x = %zu %zu %zu %zu %zu %zu %zu\n", asked[i], all.free_bytes, all.allocated_bytes,
                all.largest_free, all.minimum_free, all.allocated_blocks, all.free_blocks, all.total_blocks);
    }
    fprintf(file, "end %u\n", operations + 5);
}
