/* Pictures of heaps: see picture.h. */
#include "picture.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "port.h"

static char text[4000];

static bool draw(void *context, const struct em_block_view *block)
{
    size_t *used = context;
    if (*used < sizeof text - 20)
        *used += (size_t)snprintf(text + *used, 20, "%s%c%zu", *used ? " " : "", block->used ? 'U' : 'F', block->size);
    return true;
}

const char *picture(struct em_heap *heap)
{
    size_t used = 0;
    text[0] = '\0';
    return em_heap_walk(heap, draw, &used) ? text : "a walk that goes astray";
}

void *picture_memory(size_t bytes)
{
    static void *memory;
    static size_t length;
    if (bytes > length) {
        if (memory)
            munmap(memory, length + 0x10000);
        length = (bytes + 0x20000) & ~(size_t)0xffff;
        memory = mmap(NULL, length + 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED)
            abort();
    }
    return (void *)(((uintptr_t)memory + 0xffff) & ~(uintptr_t)0xffff);
}

static char difference[600];

/* One step of both; what differs afterwards. */
static const char *step(struct heap_player *player, struct heap_model *model, const struct heap_op *op, intmax_t *result)
{
    *result = heap_player_do(player, op);
    intmax_t wanted = heap_model_do(model, op);
    const char *found = heap_model_differs(model, player->heap);
    if (*result != wanted)
        snprintf(difference, sizeof difference, "%c %u %zu gives %" PRIdMAX ", the model %" PRIdMAX, op->kind, op->slot,
                 op->size, *result, wanted);
    else if (found)
        snprintf(difference, sizeof difference, "after %c %u %zu: %s", op->kind, op->slot, op->size, found);
    else if (player->spoiled)
        snprintf(difference, sizeof difference, "after %c %u %zu: a block has lost its contents", op->kind, op->slot, op->size);
    else if (test_port.held != 0 || test_port.faults != 0)
        snprintf(difference, sizeof difference, "after %c %u %zu: a fault, or a lock is held", op->kind, op->slot, op->size);
    else
        return NULL;
    return difference;
}

static const char *play(const struct picture_case *it, const struct engine_rules *rules, void *base)
{
    static struct heap_model model;
    static struct heap_player player;
    static struct heap_op ops[HEAP_OPS];
    struct em_lock lock = {{0, 0}};
    int before = heap_script_read(it->before, ops, HEAP_OPS - 1);
    if (before < 0 || heap_script_read(it->op, ops + before, 1) != 1)
        return "the case cannot be read";
    test_port_reset();
    heap_player_start(&player, base, it->bytes, rules->engine);
    if (!player.heap || !heap_model_start(&model, rules, (uintptr_t)base, it->bytes))
        return "no heap";
    em_heap_set_lock(player.heap, &lock);
    intmax_t result = 0;
    const char *wrong = heap_model_differs(&model, player.heap);
    for (int i = 0; !wrong && i <= before; i++)
        wrong = step(&player, &model, &ops[i], &result);
    if (!wrong && it->result != ANY_RESULT && result != it->result) {
        snprintf(difference, sizeof difference, "the result is %" PRIdMAX ", not %" PRIdMAX, result, it->result);
        return difference;
    }
    if (!wrong && it->picture && strcmp(picture(player.heap), it->picture) != 0) {
        snprintf(difference, sizeof difference, "the heap is \"%.200s\", not \"%.200s\"", text, it->picture);
        return difference;
    }
    return wrong;
}

const char *picture_differs(const struct picture_case *it)
{
    const char *wrong = NULL;
    for (unsigned engine = 0; !wrong && engine < engine_count; engine++)
        wrong = play(it, engine_rules[engine], picture_memory(it->bytes));
    return wrong;
}
