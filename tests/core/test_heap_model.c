/* Random sequences on heaps of many sizes, compared with the model after every operation.
 *
 * What differs is shrunk and printed as a script that `espmem golden` replays; it then belongs into
 * tests/scripts. ESPMEM_LONG=1 runs many more. */
#include "check.h"

#include "core/heap/state.h"
#include "heap_model.h"
#include "picture.h"
#include "port.h"
#include "random.h"
#include "shrink.h"

static const size_t sizes[] = {220,    221,    224,    236,     256,     300,     511,     1024,   2047,
                               4096,   6432,   15072,  16404,   16405,   32768,   65539,   113840, 183224,
                               262164, 262165, 524288, 1048575, 2162688, 4194304, 16777216};

/* One sequence on one heap. */
struct trial {
    const struct engine_rules *rules;
    unsigned char *base;
    size_t bytes;
    unsigned seed;
    struct heap_player player;
    struct heap_model model;
    char difference[300];
};

static intmax_t results[HEAP_OPS];

/* What makes no sense, as the recordings have it: a second block in a slot. */
static bool is_out_of_place(const struct heap_player *player, const struct heap_op *op)
{
    return strchr("mao", op->kind) && player->slots[op->slot].address;
}

static bool starts(struct trial *trial)
{
    heap_player_start(&trial->player, trial->base, trial->bytes, trial->rules->engine);
    bool wanted = heap_model_start(&trial->model, trial->rules, (uintptr_t)trial->base, trial->bytes);
    return wanted == (trial->player.heap != NULL);
}

static unsigned perform(void *context, const void *ops, unsigned count)
{
    struct trial *trial = context;
    test_port_reset();
    if (!starts(trial)) {
        snprintf(trial->difference, sizeof trial->difference, "the region is not registered as it should be");
        return 1;
    }
    for (unsigned i = 0; trial->player.heap && i < count; i++) {
        const struct heap_op *op = (const struct heap_op *)ops + i;
        if (is_out_of_place(&trial->player, op))
            continue;
        intmax_t found = heap_player_do(&trial->player, op);
        results[i] = heap_model_do(&trial->model, op);
        const char *difference = heap_model_differs(&trial->model, trial->player.heap);
        if (found == results[i] && !difference && !trial->player.spoiled && test_port.faults == 0)
            continue;
        snprintf(trial->difference, sizeof trial->difference, "%c %u %zu: %" PRIdMAX ", not %" PRIdMAX "; %s", op->kind,
                 op->slot, op->size, found, results[i],
                 difference              ? difference
                 : trial->player.spoiled ? "lost contents"
                                         : "the heap is right");
        return i + 1;
    }
    return 0;
}

/* ---- sequences ------------------------------------------------------------------------------- */

/* Most sizes are small, some fill the heap, a few are impossible or at an edge. */
static size_t random_size(struct random *random, const struct trial *trial)
{
    uint32_t all = (uint32_t)trial->bytes;
    switch (random_below(random, 16)) {
    case 0:
        return random_below(random, all + all / 8);
    case 1:
    case 2:
        return random_below(random, all / 4 + 1);
    case 3:
    case 4:
    case 5:
        return random_below(random, all / 32 + 64);
    case 6:
        return ((size_t)1 << random_below(random, 25)) + random_below(random, 9) - 4;
    case 7:
        return random_below(random, 16) == 0 ? SIZE_MAX - random_below(random, 40) : random_below(random, 20);
    default:
        return 1 + random_below(random, 120);
    }
}

static struct heap_op random_op(struct random *random, const struct trial *trial, const char *kinds)
{
    static const size_t odd[] = {0, 3, 24, 0xfffffff0, SIZE_MAX / 2 + 1, SIZE_MAX};
    struct heap_op op = {.kind = kinds[random_below(random, (uint32_t)strlen(kinds))]};
    op.slot = random_below(random, trial->bytes < 2000 ? 24 : 200);
    op.size = random_size(random, trial);
    op.alignment = (size_t)1 << random_below(random, random_below(random, 8) == 0 ? 24 : 9);
    if (random_below(random, 64) == 0)
        op.alignment = odd[random_below(random, sizeof odd / sizeof odd[0])];
    op.offset = random_below(random, 16) == 0 ? random_word(random) : random_below(random, 100);
    return op;
}

/* What a sequence is made of: a phase takes mostly, the next gives back mostly. */
static void make_sequence(struct trial *trial, struct heap_op *ops, unsigned count)
{
    static const char *const phases[] = {"mmmmmmmmaoorrrtf", "mmffffrrrttao", "mmmmrfxy", "ffffffmr", "rrrrrrttf", "aaaooomff"};
    struct random random = random_from(trial->seed);
    const char *kinds = phases[0];
    for (unsigned i = 0; i < count; i++) {
        if (random_below(&random, 60) == 0)
            kinds = phases[random_below(&random, sizeof phases / sizeof phases[0])];
        ops[i] = random_op(&random, trial, kinds);
    }
}

/* Keeps what was performed, with the results that are right. */
static void print_script(struct trial *trial, struct heap_op *ops, unsigned count)
{
    unsigned kept = 0;
    starts(trial);
    for (unsigned i = 0; i < count; i++) {
        if (!strchr("mao", ops[i].kind) || trial->model.slots[ops[i].slot] == 0) {
            results[kept] = heap_model_do(&trial->model, &ops[i]);
            ops[kept++] = ops[i];
        }
    }
    heap_script_write(stdout, &(struct heap_script){(uintptr_t)trial->base, trial->bytes, trial->seed, ops, results, kept});
    heap_model_write_end(stdout, &trial->model, kept);
}

/* The recordings know no resize: a realloc instead, where that shows the fault as well. */
static void spell_for_the_tool(struct trial *trial, struct heap_op *ops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char kind = ops[i].kind;
        ops[i].kind = kind == 't' ? 'r' : kind;
        if (perform(trial, ops, count) == 0)
            ops[i].kind = kind;
    }
}

/* True if all was well; else the shrunk sequence is printed, and its length is in *left. */
static bool passes(struct trial *trial, unsigned count, unsigned *left)
{
    static struct heap_op ops[HEAP_OPS];
    make_sequence(trial, ops, count);
    if (perform(trial, ops, count) == 0)
        return true;
    *left = shrink(ops, sizeof ops[0], count, perform, trial);
    spell_for_the_tool(trial, ops, *left);
    perform(trial, ops, *left);
    print_script(trial, ops, *left);
    return false;
}

static void try_size(size_t bytes, unsigned rounds)
{
    static struct trial trial;
    unsigned left = 0;
    for (unsigned i = 0; i < engine_count * rounds; i++) {
        unsigned seed = (unsigned)bytes * 31 + i / engine_count;
        unsigned shift = 4 * (seed % 16); /* also starts that are no multiple of 8 or 16 */
        trial = (struct trial){.rules = engine_rules[i % engine_count], .bytes = bytes, .seed = seed};
        trial.base = (unsigned char *)picture_memory(bytes + 64) + shift;
        if (!passes(&trial, bytes < 1024 ? 120 : 400, &left))
            check_fail(__FILE__, __LINE__, "engine %s, %zu bytes, seed %u: %s (the script above)", trial.rules->engine->name,
                       bytes, seed, trial.difference);
    }
}

TEST(random_sequences_on_tiny_heaps_are_as_the_model_says)
{
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0] && sizes[i] < 1024; i++)
        try_size(sizes[i], random_rounds(30, 3000));
    for (size_t bytes = 1; bytes < 700; bytes += 7)
        try_size(bytes, random_rounds(1, 100));
}

TEST(random_sequences_on_heaps_of_every_size_are_as_the_model_says)
{
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i] >= 1024)
            try_size(sizes[i], random_rounds(8, 300));
    }
}

/* ---- the test of the test -------------------------------------------------------------------- */

static bool forgets_to_grow(struct em_heap *heap, struct em_block *block, size_t size)
{
    return em_block_size_of(block) < 64 ? false : em_engine_tlsf.resize(heap, block, size);
}

TEST(a_planted_fault_is_found_and_shrunk_to_the_operations_it_takes)
{
    struct em_engine broken = em_engine_tlsf;
    broken.resize = forgets_to_grow;
    struct engine_rules rules = *engine_rules[0];
    rules.engine = &broken;
    static struct trial trial;
    trial = (struct trial){.rules = &rules, .base = picture_memory(15072), .bytes = 15072, .seed = 1};
    unsigned left = 0;
    CHECK(!passes(&trial, 400, &left));
    CHECK_EQ(left, 2); /* a small block, and the realloc of it */
}

CHECK_MAIN
