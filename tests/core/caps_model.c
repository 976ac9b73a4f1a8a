/* The model of a pool: see caps_model.h. */
#include "caps_model.h"

#include <stdlib.h>
#include <string.h>

enum { MOVED = 239, CHARGES = 240, EXEC = 1, W32 = 2, W8 = 4, DMA = 8, SPIRAM = 0x400, INTERNAL = 0x800, DEFAULT = 0x1000 };

const uint32_t caps_model_pool_caps[3] = {0, DMA | INTERNAL, DEFAULT | W8 | W32};

/* ---- heaps ----------------------------------------------------------------------------------- */

static struct model_heap *new_heap(struct caps_model *model, const uint32_t caps[3], uintptr_t start, uintptr_t end)
{
    if (model->count == RIG_HEAPS)
        return NULL;
    struct model_heap *heap = &model->heaps[model->count];
    memset(heap, 0, sizeof *heap);
    heap->start = start;
    heap->end = end;
    memcpy(heap->caps, caps, sizeof heap->caps);
    heap->all = caps[0] | caps[1] | caps[2];
    heap->reversed_alias = start >= 0x3FFE0000 && end <= 0x40000000;
    return heap;
}

static bool start_heap(struct caps_model *model, struct model_heap *heap)
{
    heap->started = heap_model_start(&heap->blocks, engine_rules[0], heap->start, heap->end - heap->start);
    if (model->over)
        heap->blocks.minimum = 0;
    return heap->started;
}

static size_t length_of(const struct caps_model *model, unsigned place)
{
    const struct model_heap *heap = &model->heaps[model->order[place]];
    return heap->end - heap->start;
}

void caps_model_start(struct caps_model *model, const struct caps_rig *rig)
{
    memset(model, 0, sizeof *model);
    model->limit = -1;
    for (unsigned i = 0; i < rig->piece_count; i++) {
        const struct em_region_use *piece = &rig->pieces[i];
        struct model_heap *heap = new_heap(model, piece->type->caps, piece->start, piece->end);
        if (!piece->startup_stack)
            start_heap(model, heap);
        model->order[model->count++] = i;
        for (unsigned p = model->count - 1; p > 0 && length_of(model, p - 1) > length_of(model, p); p--) {
            unsigned swapped = model->order[p];
            model->order[p] = model->order[p - 1];
            model->order[p - 1] = swapped;
        }
    }
    heap_model_do(&model->heaps[0].blocks, &(struct heap_op){.kind = 'm', .slot = CHARGES, .size = 36 * rig->piece_count});
    model->charges = 1;
}

/* ---- requests -------------------------------------------------------------------------------- */

/* What hardware reads is a multiple of the alignment asked for; the ESP32 has no other wish. DMA reaches
 * no external memory, so there the wish is dropped. */
static bool rounded(size_t *size, uint32_t *caps, size_t alignment)
{
    if (*size == 0 || *size > 0x400000)
        return false;
    if (*caps & (DMA | EM_CAP_SIMD | EM_CAP_CACHE_ALIGNED))
        *size = (*size + alignment - 1) / alignment * alignment;
    if (*caps & SPIRAM)
        *caps &= ~(uint32_t)DMA;
    *caps &= ~EM_CAP_CACHE_ALIGNED;
    if (*caps & EXEC) {
        if (*caps & (W8 | DMA))
            return false;
        *caps |= W32;
    }
    if (*caps & W32)
        *size = (*size + 3) / 4 * 4;
    return *size <= 0x400000;
}

static bool serve(struct caps_model *model, unsigned index, unsigned slot, size_t alignment, size_t size, uint32_t caps)
{
    struct model_heap *heap = &model->heaps[index];
    bool alias = (caps & EXEC) && heap->reversed_alias;
    struct heap_op op = {alignment <= 4 ? 'm' : 'a', slot, size + (alias ? 4 : 0), alignment, 0};
    intmax_t offset = heap_model_do(&heap->blocks, &op);
    if (offset == HEAP_NONE)
        return false;
    uintptr_t data = heap->start + (uintptr_t)offset;
    model->slots[slot].heap = index;
    model->slots[slot].by_alias = alias ? size : 0;
    model->slots[slot].address = alias ? 0x400A0000 + (0x40000000 - (data + size + 4)) + 4 : data;
    return true;
}

static bool choose(struct caps_model *model, unsigned slot, size_t alignment, size_t size, uint32_t caps)
{
    for (unsigned priority = 0; priority < 3; priority++) {
        for (unsigned place = 0; place < model->count; place++) {
            const struct model_heap *heap = &model->heaps[model->order[place]];
            if (heap->started && (heap->caps[priority] & caps) && (heap->all & caps) == caps &&
                serve(model, model->order[place], slot, alignment, size, caps))
                return true;
        }
    }
    return false;
}

/* ---- operations ------------------------------------------------------------------------------ */

static bool allocate(struct caps_model *model, unsigned slot, size_t alignment, size_t size, uint32_t caps)
{
    bool power = alignment != 0 && (alignment & (alignment - 1)) == 0;
    return power && rounded(&size, &caps, alignment) && choose(model, slot, alignment, size, caps);
}

static void release(struct caps_model *model, unsigned slot)
{
    if (model->slots[slot].address)
        heap_model_do(&model->heaps[model->slots[slot].heap].blocks, &(struct heap_op){.kind = 'f', .slot = slot});
    memset(&model->slots[slot], 0, sizeof model->slots[slot]);
}

static bool reallocate(struct caps_model *model, unsigned slot, size_t size, uint32_t caps)
{
    if (!model->slots[slot].address)
        return allocate(model, slot, 4, size, caps);
    if (size == 0) {
        release(model, slot);
        return false;
    }
    if (!rounded(&size, &caps, 4))
        return false;
    struct model_heap *heap = &model->heaps[model->slots[slot].heap];
    if (!model->slots[slot].by_alias && (heap->all & caps) == caps) {
        intmax_t offset = heap_model_do(&heap->blocks, &(struct heap_op){.kind = 'r', .slot = slot, .size = size});
        if (offset != HEAP_NONE) {
            model->slots[slot].address = heap->start + (uintptr_t)offset;
            return true;
        }
    }
    if (!choose(model, MOVED, 4, size, caps))
        return false;
    release(model, slot);
    model->slots[slot] = model->slots[MOVED];
    memset(&model->slots[MOVED], 0, sizeof model->slots[MOVED]);
    struct heap_model *now = &model->heaps[model->slots[slot].heap].blocks;
    now->slots[slot] = now->slots[MOVED];
    now->slots[MOVED] = 0;
    return true;
}

static bool by_default(struct caps_model *model, const struct caps_op *op)
{
    bool internal = model->limit < 0 || op->size <= (size_t)model->limit;
    const uint32_t tries[2] = {DEFAULT | (internal ? INTERNAL : SPIRAM), model->limit < 0 ? 0 : DEFAULT};
    for (unsigned i = 0; i < 2 && tries[i]; i++) {
        bool done = op->kind == 'e' ? reallocate(model, op->slot, op->size, tries[i])
                                    : allocate(model, op->slot, op->kind == 'g' ? op->alignment : 4, op->size, tries[i]);
        if (done || op->size == 0)
            return done;
        model->told = tries[i];
    }
    return false;
}

static void end_startup(struct caps_model *model)
{
    for (unsigned i = 0; i < model->count; i++) {
        if (!model->heaps[i].started)
            start_heap(model, &model->heaps[i]);
    }
    model->over = true;
}

enum em_error caps_model_add(struct caps_model *model, const uint32_t caps[3], uintptr_t start, uintptr_t end)
{
    for (unsigned i = 0; i < model->count; i++) {
        const struct model_heap *heap = &model->heaps[i];
        bool apart = end <= heap->start || start >= heap->end, inside = start >= heap->start && end <= heap->end;
        if (!apart && (!inside || (start == heap->start && end == heap->end)))
            return EM_FAIL;
    }
    unsigned charge = CHARGES + model->charges;
    if (!choose(model, charge, 4, 36, W8 | INTERNAL))
        return EM_NO_MEM;
    struct model_heap *heap = new_heap(model, caps, start, end);
    if (!heap || !start_heap(model, heap)) {
        release(model, charge);
        return heap ? EM_INVALID_SIZE : EM_NO_MEM;
    }
    model->charges++;
    memmove(&model->order[1], &model->order[0], model->count * sizeof model->order[0]);
    model->order[0] = model->count++;
    return EM_OK;
}

uintptr_t caps_model_do(struct caps_model *model, const struct caps_op *op)
{
    model->told = op->caps;
    bool done = true;
    switch (op->kind) {
    case 'm':
    case 'a':
        done = allocate(model, op->slot, op->kind == 'm' ? 4 : op->alignment, op->size, op->caps);
        break;
    case 'r':
        done = reallocate(model, op->slot, op->size, op->caps);
        break;
    case 'f':
        release(model, op->slot);
        break;
    case 'x':
        model->limit = (long)op->size;
        break;
    case 'n':
        end_startup(model);
        break;
    case 'p':
        return caps_model_add(model, caps_model_pool_caps, model->slots[op->slot].address,
                              model->slots[op->slot].address + op->size);
    default:
        done = by_default(model, op);
    }
    model->was_told = !done && op->size != 0;
    return done ? model->slots[op->slot].address : 0;
}
