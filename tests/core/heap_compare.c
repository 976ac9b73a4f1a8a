/* A heap against its model, block by block. The heap is asked through its public face only. */
#include "heap_model.h"

#include <inttypes.h>
#include <string.h>

static char difference[300];

#define DIFFERS(...) (snprintf(difference, sizeof difference, __VA_ARGS__), (const char *)difference)

struct comparison {
    const struct heap_model *model;
    struct em_heap *heap;
    unsigned next;
    const char *difference;
};

static bool compare_block(void *context, const struct em_block_view *block)
{
    struct comparison *it = context;
    uintptr_t offset = (uintptr_t)block->address - (uintptr_t)it->heap;
    if (it->next == it->model->count) {
        it->difference = DIFFERS("a block at %zu, where the heap should have ended", (size_t)offset);
        return false;
    }
    const struct model_block *wanted = &it->model->blocks[it->next++];
    if (offset != wanted->offset || block->size != wanted->size || block->used != (wanted->freed == 0))
        it->difference = DIFFERS("block %u is %zu,%zu,%c, not %u,%u,%c", it->next, (size_t)offset, block->size,
                                 block->used ? 'u' : 'f', wanted->offset, wanted->size, wanted->freed ? 'f' : 'u');
    return it->difference == NULL;
}

static const char *compare_blocks(const struct heap_model *model, struct em_heap *heap)
{
    struct comparison it = {model, heap, 0, NULL};
    bool whole = em_heap_walk(heap, compare_block, &it);
    if (it.difference)
        return it.difference;
    return whole && it.next == model->count ? NULL : DIFFERS("only %u of %u blocks are there", it.next, model->count);
}

/* In the order of a recording's `i`. */
enum { TOTALS = 7 };

static void total(const struct heap_model *model, size_t totals[TOTALS])
{
    size_t free_blocks = 0, used_bytes = 0;
    for (unsigned i = 0; i < model->count; i++) {
        free_blocks += model->blocks[i].freed != 0;
        used_bytes += model->blocks[i].freed ? 0 : model->blocks[i].size;
    }
    const size_t all[TOTALS] = {
        model->free_bytes, used_bytes,  heap_model_largest(model), model->minimum, model->count - free_blocks,
        free_blocks,       model->count};
    memcpy(totals, all, sizeof all);
}

void heap_model_write_end(FILE *file, const struct heap_model *model, unsigned operations)
{
    size_t totals[TOTALS];
    total(model, totals);
    fprintf(file, "i =");
    for (unsigned i = 0; i < TOTALS; i++)
        fprintf(file, " %zu", totals[i]);
    fprintf(file, "\nW =");
    for (unsigned i = 0; i < model->count; i++)
        fprintf(file, " %u,%u,%c", model->blocks[i].offset, model->blocks[i].size, model->blocks[i].freed ? 'f' : 'u');
    fprintf(file, "\nk = 1\nend %u\n", operations + 4);
}

static const char *compare_totals(const struct heap_model *model, struct em_heap *heap)
{
    struct em_heap_info info;
    size_t wanted[TOTALS];
    total(model, wanted);
    static const char *const names[] = {"free bytes",  "allocated bytes", "largest", "minimum",
                                        "used blocks", "free blocks",     "blocks"};
    em_heap_get_info(heap, &info);
    const size_t found[] = {info.free_bytes,       info.allocated_bytes, info.largest_free, info.minimum_free,
                            info.allocated_blocks, info.free_blocks,     info.total_blocks};
    for (unsigned i = 0; i < TOTALS; i++) {
        if (found[i] != wanted[i])
            return DIFFERS("%s: %zu, not %zu", names[i], found[i], wanted[i]);
    }
    bool same = em_heap_free_bytes(heap) == found[0] && em_heap_largest_free(heap) == found[2] &&
                em_heap_minimum_free(heap) == found[3] && em_heap_size(heap) == model->bytes;
    return same ? NULL : DIFFERS("a total asked for alone differs from the same in the info");
}

/* The size of each live block, for a few of them what holds their first and last byte. */
static const char *compare_questions(const struct heap_model *model, struct em_heap *heap)
{
    for (unsigned i = 0; i < model->count; i++) {
        const struct model_block *block = &model->blocks[i];
        unsigned char *address = (unsigned char *)heap + block->offset;
        if (block->freed == 0 && em_heap_block_size(heap, address) != block->size)
            return DIFFERS("the size of the block at %u is %zu, not %u", block->offset, em_heap_block_size(heap, address),
                           block->size);
        if (model->count > 16 && (i + model->clock) % 16 != 0)
            continue;
        void *wanted = block->freed ? NULL : address;
        if (em_heap_containing_block(heap, address) != wanted ||
            em_heap_containing_block(heap, address + block->size - 1) != wanted ||
            em_heap_containing_block(heap, address - 1) != NULL)
            return DIFFERS("what holds an address of the block at %u is wrong", block->offset);
    }
    return NULL;
}

static void note_fault(void *context, const struct em_fault *fault)
{
    (void)context;
    (void)DIFFERS("the heap says of itself: fault %d at %zu, expected %zu, found %zu", (int)fault->kind,
                  (size_t)(fault->address - fault->heap), (size_t)fault->expected, (size_t)fault->found);
}

const char *heap_model_differs_at_a_glance(const struct heap_model *model, struct em_heap *heap)
{
    const char *found = compare_blocks(model, heap);
    found = found ? found : compare_totals(model, heap);
    if (!found && !em_heap_check(heap, note_fault, NULL))
        found = difference;
    return found;
}

const char *heap_model_differs(const struct heap_model *model, struct em_heap *heap)
{
    const char *found = heap_model_differs_at_a_glance(model, heap);
    return found ? found : compare_questions(model, heap);
}
