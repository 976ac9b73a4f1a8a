/* Reading, writing and performing operations on a heap: see heap_script.h. */
#include "heap_script.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- contents -------------------------------------------------------------------------------- */

enum { PATTERN = 65521 };
static unsigned char pattern[PATTERN + 256];

static void make_pattern(void)
{
    uint32_t state = 1;
    for (unsigned i = 0; pattern[PATTERN] == 0 && i < sizeof pattern; i++) {
        state = state * 1664525u + 1013904223u;
        pattern[i] = (unsigned char)(state >> 24 | 1);
    }
}

static void fill(unsigned char *to, size_t bytes, unsigned seed)
{
    for (size_t done = 0, part; done < bytes; done += part) {
        part = bytes - done < PATTERN ? bytes - done : PATTERN;
        memcpy(to + done, pattern + seed % 256, part);
    }
}

static bool holds(const unsigned char *block, size_t bytes, unsigned seed)
{
    for (size_t done = 0, part; done < bytes; done += part) {
        part = bytes - done < PATTERN ? bytes - done : PATTERN;
        if (memcmp(block + done, pattern + seed % 256, part) != 0)
            return false;
    }
    return true;
}

/* ---- performing ------------------------------------------------------------------------------ */

void heap_player_start(struct heap_player *player, void *start, size_t bytes, const struct em_engine *engine)
{
    make_pattern();
    memset(player, 0, sizeof *player);
    player->heap = em_heap_create(start, bytes, engine);
}

static void check_contents(struct heap_player *player, unsigned slot, size_t bytes)
{
    if (player->slots[slot].address && !holds(player->slots[slot].address, bytes, player->slots[slot].seed))
        player->spoiled = true;
}

static intmax_t keep(struct heap_player *player, unsigned slot, void *address, size_t size)
{
    player->slots[slot].address = address;
    player->slots[slot].size = address ? size : 0;
    if (!address)
        return HEAP_NONE;
    player->slots[slot].seed = player->seeds++;
    fill(address, size, player->slots[slot].seed);
    return (intmax_t)((uintptr_t)address - (uintptr_t)player->heap);
}

static intmax_t do_realloc(struct heap_player *player, const struct heap_op *op)
{
    size_t old = player->slots[op->slot].size;
    check_contents(player, op->slot, old);
    void *address = em_heap_reallocate(player->heap, player->slots[op->slot].address, op->size);
    if (!address && op->size != 0) {
        check_contents(player, op->slot, old);
        return HEAP_NONE;
    }
    player->slots[op->slot].address = address;
    check_contents(player, op->slot, op->size < old ? op->size : old);
    return keep(player, op->slot, address, op->size);
}

static intmax_t do_resize(struct heap_player *player, const struct heap_op *op)
{
    size_t old = player->slots[op->slot].size;
    if (!player->slots[op->slot].address)
        return 0;
    if (!em_heap_resize(player->heap, player->slots[op->slot].address, op->size)) {
        check_contents(player, op->slot, old);
        return 0;
    }
    check_contents(player, op->slot, op->size < old ? op->size : old);
    keep(player, op->slot, player->slots[op->slot].address, op->size);
    return 1;
}

intmax_t heap_player_do(struct heap_player *player, const struct heap_op *op)
{
    struct em_heap *heap = player->heap;
    switch (op->kind) {
    case 'm':
        return keep(player, op->slot, em_heap_allocate(heap, op->size), op->size);
    case 'a':
        return keep(player, op->slot, em_heap_allocate_aligned(heap, op->size, op->alignment, 0), op->size);
    case 'o':
        return keep(player, op->slot, em_heap_allocate_aligned(heap, op->size, op->alignment, op->offset), op->size);
    case 'r':
        return do_realloc(player, op);
    case 't':
        return do_resize(player, op);
    case 'f':
        check_contents(player, op->slot, player->slots[op->slot].size);
        em_heap_free(heap, player->slots[op->slot].address);
        keep(player, op->slot, NULL, 0);
        return 0;
    case 'x':
        return (intmax_t)em_heap_reset_minimum(heap);
    case 'y':
        em_heap_restore_minimum(heap, op->size);
        return 0;
    default:
        abort();
    }
}

/* ---- reading and writing --------------------------------------------------------------------- */

static bool read_op(const char *line, struct heap_op *op)
{
    size_t numbers[4] = {0, 0, 0, 0};
    char *end = (char *)(uintptr_t)line + 1;
    unsigned count = 0;
    while (*line != '\0' && count < 4) {
        char *after;
        size_t number = strtoul(end, &after, 0);
        if (after == end)
            break;
        numbers[count++] = number;
        end = after;
    }
    *op = (struct heap_op){*line, (unsigned)numbers[0], numbers[1], numbers[2], numbers[3]};
    if (op->kind == 'y')
        *op = (struct heap_op){.kind = 'y', .size = numbers[0]};
    static const char kinds[] = "mraoftxy", wanted[] = "22341201";
    const char *kind = strchr(kinds, op->kind);
    return *line != '\0' && kind && (unsigned)(wanted[kind - kinds] - '0') == count && op->slot < HEAP_SLOTS;
}

int heap_script_read(const char *text, struct heap_op *ops, unsigned room)
{
    unsigned count = 0;
    while (*(text += strspn(text, " ;\n")) != '\0') {
        char line[100];
        size_t length = strcspn(text, ";\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        if (count == room || !read_op(line, &ops[count++]))
            return -1;
        text += length;
    }
    return (int)count;
}

static void write_op(FILE *file, const struct heap_op *op, intmax_t result)
{
    static const char takes_size[] = "mraot";
    fprintf(file, "%c", op->kind);
    if (op->kind == 'y')
        fprintf(file, " %zu", op->size);
    else if (op->kind != 'x')
        fprintf(file, " %u", op->slot);
    if (strchr(takes_size, op->kind))
        fprintf(file, " %zu", op->size);
    if (op->kind == 'a' || op->kind == 'o')
        fprintf(file, " %zu", op->alignment);
    if (op->kind == 'o')
        fprintf(file, " %zu", op->offset);
    if (op->kind == 'f' || op->kind == 'y')
        fprintf(file, "\n");
    else if (result == HEAP_NONE)
        fprintf(file, " = -\n");
    else
        fprintf(file, " = %" PRIdMAX "\n", result);
}

void heap_script_write(FILE *file, const struct heap_script *script)
{
    fprintf(file, "golden 1 multi_heap\nkind model\nptr 32\npoison none\nbase 0x%zx\nsize %zu\nseed %u\n",
            0x3ffb0000 + (size_t)(script->base & 0xffff), script->bytes, script->seed);
    fprintf(file, "R 0 %zu = 0\n", script->bytes);
    for (unsigned i = 0; i < script->count; i++)
        write_op(file, &script->ops[i], script->results[i]);
}
