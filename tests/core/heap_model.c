/* The model of a heap: see heap_model.h. */
#include "heap_model.h"

#include <stdlib.h>
#include <string.h>

/* ---- the chip-exact engine's rules ----------------------------------------------------------- */

enum { P = 4 };

static unsigned bit_length(size_t value)
{
    unsigned length = 0;
    for (; value != 0; value >>= 1)
        length++;
    return length;
}

static bool tlsf_lay_out(struct heap_model *model, uint32_t *first, uint32_t *size)
{
    if (model->bytes < 220)
        return false;
    size_t pool = model->bytes - 5 * P;
    model->class_bits = pool <= 16384 ? 3 : pool <= 262144 ? 4 : 5;
    size_t rows = bit_length(pool) - model->class_bits - 1;
    size_t tables = 36 + 4 * rows + P * (rows << model->class_bits);
    *first = (uint32_t)(5 * P + tables + P);
    *size = (uint32_t)((pool - tables - 2 * P) / 4 * 4);
    return true;
}

static size_t tlsf_class_start(const struct heap_model *model, size_t size)
{
    if (size < (size_t)4 << model->class_bits)
        return size;
    size_t width = (size_t)1 << (bit_length(size) - 1 - model->class_bits);
    return size / width * width;
}

static const struct engine_rules tlsf_rules = {
    .engine = &em_engine_tlsf,
    .header = 4,
    .payload_minimum = 12,
    .lay_out = tlsf_lay_out,
    .class_start = tlsf_class_start,
};

const struct engine_rules *const engine_rules[] = {&tlsf_rules};
const unsigned engine_count = sizeof engine_rules / sizeof engine_rules[0];

/* ---- blocks ---------------------------------------------------------------------------------- */

static uint32_t rest_minimum(const struct heap_model *model)
{
    return model->rules->header + model->rules->payload_minimum;
}

static void delete_at(struct heap_model *model, unsigned i)
{
    memmove(&model->blocks[i], &model->blocks[i + 1], (model->count - i - 1) * sizeof model->blocks[0]);
    model->count--;
}

static void insert_at(struct heap_model *model, unsigned i, struct model_block block)
{
    if (model->count == MODEL_BLOCKS)
        abort();
    memmove(&model->blocks[i + 1], &model->blocks[i], (model->count - i) * sizeof model->blocks[0]);
    model->blocks[i] = block;
    model->count++;
}

static bool is_free(const struct heap_model *model, unsigned i)
{
    return i < model->count && model->blocks[i].freed != 0;
}

/* A block becomes one with its free neighbours, and the newest of its class. */
static void set_free(struct heap_model *model, unsigned i)
{
    if (is_free(model, i + 1)) {
        model->blocks[i].size += model->rules->header + model->blocks[i + 1].size;
        delete_at(model, i + 1);
    }
    if (i > 0 && is_free(model, i - 1)) {
        model->blocks[i - 1].size += model->rules->header + model->blocks[i].size;
        delete_at(model, i--);
    }
    model->blocks[i].freed = ++model->clock;
}

/* Cuts a used block; what is left becomes free, unless it is too small to be a block. */
static void cut(struct heap_model *model, unsigned i, size_t size)
{
    struct model_block *block = &model->blocks[i];
    if (block->size - size < rest_minimum(model))
        return;
    uint32_t header = model->rules->header, kept = (uint32_t)size;
    struct model_block rest = {block->offset + kept + header, block->size - kept - header, 0};
    block->size = kept;
    insert_at(model, i + 1, rest);
    set_free(model, i + 1);
}

static unsigned find(const struct heap_model *model, uint32_t offset)
{
    unsigned i = 0;
    while (i < model->count && model->blocks[i].offset != offset)
        i++;
    if (i == model->count)
        abort();
    return i;
}

/* The newest block of the lowest class among those that are large enough; -1 if none is. */
static int choose(const struct heap_model *model, size_t size)
{
    int best = -1;
    size_t lowest = 0;
    for (unsigned i = 0; i < model->count; i++) {
        const struct model_block *block = &model->blocks[i];
        if (block->freed == 0 || block->size < size)
            continue;
        size_t class = model->rules->class_start(model, block->size);
        if (best < 0 || class < lowest || (class == lowest && block->freed > model->blocks[best].freed)) {
            best = (int)i;
            lowest = class;
        }
    }
    return best;
}

/* ---- sizes ----------------------------------------------------------------------------------- */

/* 0: impossible. */
static size_t rounded(const struct heap_model *model, size_t size)
{
    if (size == 0 || size > model->bytes)
        return 0;
    size = (size + 3) / 4 * 4;
    return size < model->rules->payload_minimum ? model->rules->payload_minimum : size;
}

static size_t rounded_to_class(const struct heap_model *model, size_t size)
{
    size_t start = model->rules->class_start(model, size);
    for (size_t next = size; start != size; next += 4) {
        start = model->rules->class_start(model, next);
        if (start >= size)
            return start;
    }
    return size;
}

size_t heap_model_largest(const struct heap_model *model)
{
    size_t largest = 0;
    for (unsigned i = 0; i < model->count; i++) {
        size_t size = model->blocks[i].freed ? model->rules->class_start(model, model->blocks[i].size) : 0;
        largest = size > largest ? size : largest;
    }
    return largest;
}

/* ---- operations ------------------------------------------------------------------------------ */

void heap_model_settle(struct heap_model *model)
{
    model->free_bytes = model->never;
    for (unsigned i = 0; i < model->count; i++)
        model->free_bytes += model->blocks[i].freed ? model->blocks[i].size + model->rules->header : 0;
}

static void note_minimum(struct heap_model *model)
{
    heap_model_settle(model);
    if (model->free_bytes < model->minimum)
        model->minimum = model->free_bytes;
}

bool heap_model_start(struct heap_model *model, const struct engine_rules *rules, uintptr_t base, size_t bytes)
{
    memset(model, 0, offsetof(struct heap_model, blocks));
    model->rules = rules;
    model->base = base;
    model->bytes = bytes;
    model->clock = 1;
    uint32_t first, size;
    if (!rules->lay_out(model, &first, &size))
        return false;
    model->blocks[0] = (struct model_block){first, size, 1};
    model->count = 1;
    model->never = (uint32_t)bytes - first - size;
    heap_model_settle(model);
    model->minimum = model->free_bytes;
    return true;
}

static int take(struct heap_model *model, size_t need, size_t size)
{
    int i = need == 0 ? -1 : choose(model, need);
    if (i >= 0) {
        model->blocks[i].freed = 0;
        cut(model, (unsigned)i, size);
    }
    return i;
}

static int take_plain(struct heap_model *model, size_t size)
{
    size = rounded(model, size);
    if (size == 0)
        return -1;
    size = rounded_to_class(model, size);
    return take(model, size, size);
}

/* What stays free in front of an aligned block: nothing, or at least a whole block. With an offset
 * there always is one. */
static uint32_t gap_before(const struct heap_model *model, uint32_t offset, size_t alignment, size_t shift)
{
    for (uint32_t gap = 0;; gap += 4) {
        bool may = gap >= rest_minimum(model) || (gap == 0 && shift == 0);
        if (may && (model->base + offset + gap + shift) % alignment == 0)
            return gap;
    }
}

static int take_aligned(struct heap_model *model, size_t size, size_t alignment, size_t shift)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0 || shift > SIZE_MAX - 3)
        return -1;
    size_t need = size = rounded(model, size);
    shift = (shift + 3) / 4 * 4;
    if (size == 0 || alignment > SIZE_MAX / 4)
        return -1;
    if (alignment > 4)
        need = rounded(model, (size + alignment + rest_minimum(model) + alignment - 1) / alignment * alignment);
    if (need == 0)
        return -1;
    need = rounded_to_class(model, need);
    if (alignment <= 4)
        return take(model, need, size);
    int i = choose(model, need);
    if (i < 0)
        return -1;
    uint32_t gap = gap_before(model, model->blocks[i].offset, alignment, shift);
    model->blocks[i].freed = 0;
    if (gap != 0) {
        struct model_block aligned = {model->blocks[i].offset + gap, model->blocks[i].size - gap, 0};
        model->blocks[i].size = gap - model->rules->header;
        insert_at(model, (unsigned)++i, aligned);
        set_free(model, (unsigned)i - 1);
    }
    cut(model, (unsigned)i, size);
    return i;
}

/* In place, with the follower's room where that is free. A rest too small for a block stays. */
static bool resize(struct heap_model *model, unsigned i, size_t size)
{
    size = rounded(model, size);
    struct model_block *block = &model->blocks[i];
    size_t reach = block->size + (is_free(model, i + 1) ? model->rules->header + model->blocks[i + 1].size : 0);
    if (size == 0 || size > reach)
        return false;
    if (size > block->size) {
        block->size = (uint32_t)reach;
        delete_at(model, i + 1);
    }
    cut(model, i, size);
    return true;
}

static intmax_t keep(struct heap_model *model, unsigned slot, int i)
{
    if (i < 0)
        return HEAP_NONE;
    model->slots[slot] = model->blocks[i].offset;
    note_minimum(model);
    return model->blocks[i].offset;
}

static void release(struct heap_model *model, unsigned slot)
{
    if (model->slots[slot] != 0)
        set_free(model, find(model, model->slots[slot]));
    model->slots[slot] = 0;
    heap_model_settle(model);
}

static intmax_t reallocate(struct heap_model *model, unsigned slot, size_t size)
{
    uint32_t old = model->slots[slot];
    if (old == 0)
        return keep(model, slot, take_plain(model, size));
    if (size == 0) {
        release(model, slot);
        return HEAP_NONE;
    }
    if (resize(model, find(model, old), size)) {
        note_minimum(model);
        return old;
    }
    int i = take_plain(model, size);
    if (i < 0)
        return HEAP_NONE;
    uint32_t moved = model->blocks[i].offset;
    release(model, slot); /* the moment when both live is not counted */
    model->slots[slot] = moved;
    note_minimum(model);
    return moved;
}

intmax_t heap_model_do(struct heap_model *model, const struct heap_op *op)
{
    intmax_t result = 0;
    switch (op->kind) {
    case 'm':
        return keep(model, op->slot, take_plain(model, op->size));
    case 'a':
    case 'o':
        return keep(model, op->slot, take_aligned(model, op->size, op->alignment, op->kind == 'o' ? op->offset : 0));
    case 'r':
        return reallocate(model, op->slot, op->size);
    case 't':
        result = model->slots[op->slot] != 0 && resize(model, find(model, model->slots[op->slot]), op->size);
        note_minimum(model);
        return result;
    case 'f':
        release(model, op->slot);
        return 0;
    case 'x':
        result = model->minimum;
        model->minimum = model->free_bytes;
        return result;
    case 'y':
        model->minimum = op->size < model->minimum ? (uint32_t)op->size : model->minimum;
        return 0;
    default:
        abort();
    }
}
