/* Random sequences on an ESP32's pool, compared with the model after every operation; contents are
 * checked as well. What differs is shrunk and printed as a script. ESPMEM_LONG=1 runs many more. */
#include "check.h"

#include "caps_model.h"
#include "port.h"
#include "random.h"
#include "shrink.h"

enum { OPS = 300 };

struct trial {
    unsigned seed;
    size_t psram;
    struct caps_rig rig;
    struct caps_model model;
    struct {
        size_t size;
        unsigned char seed;
    } contents[HEAP_SLOTS];
    char difference[500];
    FILE *script;
};

/* ---- one operation --------------------------------------------------------------------------- */

static bool is_out_of_place(const struct trial *trial, const struct caps_op *op)
{
    bool taken = trial->model.slots[op->slot].address != 0;
    return (strchr("madg", op->kind) && taken) || (op->kind == 'p' && (!taken || op->slot < CAPS_POOLS)) ||
           (strchr("fre", op->kind) && op->slot >= CAPS_POOLS) || (op->kind == 'n' && trial->model.over);
}

static uintptr_t perform_one(struct caps_rig *rig, const struct caps_op *op, uintptr_t old)
{
    struct em_pool *pool = &rig->pool;
    switch (op->kind) {
    case 'm':
        return (uintptr_t)em_caps_allocate(pool, op->size, op->caps);
    case 'a':
        return (uintptr_t)em_caps_allocate_aligned(pool, op->alignment, op->size, op->caps);
    case 'r':
        return (uintptr_t)em_caps_reallocate(pool, (void *)old, op->size, op->caps);
    case 'd':
        return (uintptr_t)em_caps_allocate_default(pool, op->size);
    case 'g':
        return (uintptr_t)em_caps_allocate_aligned_default(pool, op->alignment, op->size);
    case 'e':
        return (uintptr_t)em_caps_reallocate_default(pool, (void *)old, op->size);
    case 'x':
        em_pool_limit_external(pool, (long)op->size);
        return 0;
    case 'n':
        em_pool_end_startup(pool);
        return 0;
    case 'p':
        return (uintptr_t)em_pool_add(pool, caps_model_pool_caps, old, old + op->size);
    default:
        em_caps_free(pool, (void *)old);
        return 0;
    }
}

/* Blocks are filled with a byte each; whole words only, since some memory knows no others. */
static bool has_contents(const struct trial *trial, unsigned slot, uintptr_t address, size_t bytes)
{
    const unsigned char *block = (const unsigned char *)address;
    for (size_t i = 0; address && i<bytes; i += bytes> 4096 ? 61 : 1) {
        if (block[i] != trial->contents[slot].seed)
            return false;
    }
    return true;
}

static void fill(struct trial *trial, const struct caps_op *op, uintptr_t address)
{
    if (!address || op->slot >= CAPS_POOLS)
        return;
    trial->contents[op->slot].size = op->size;
    trial->contents[op->slot].seed++;
    memset((void *)address, trial->contents[op->slot].seed, op->size);
}

static const char *step(struct trial *trial, const struct caps_op *op)
{
    uintptr_t old = trial->model.slots[op->slot].address;
    size_t kept = old ? trial->contents[op->slot].size : 0;
    bool lost = !has_contents(trial, op->slot, old, op->slot < CAPS_POOLS ? kept : 0);
    unsigned events = trial->rig.events;
    uintptr_t found = perform_one(&trial->rig, op, old), wanted = caps_model_do(&trial->model, op);
    if (trial->script)
        caps_op_write(trial->script, &trial->model, op, wanted);
    bool compared = strchr("madgrep", op->kind) != NULL;
    if (compared && found != wanted) {
        snprintf(trial->difference, sizeof trial->difference, "%lx, not %lx", (unsigned long)found, (unsigned long)wanted);
        return trial->difference;
    }
    if (strchr("re", op->kind) && found)
        lost |= !has_contents(trial, op->slot, found, op->size < kept ? op->size : kept);
    if (strchr("madgre", op->kind))
        fill(trial, op, found);
    bool told = trial->rig.events > events && trial->rig.event.kind == EM_FAILED;
    if (strchr("madgre", op->kind) && (told != trial->model.was_told || (told && trial->rig.event.caps != trial->model.told)))
        return "the failure that was told";
    if (lost || test_port.faults != 0)
        return lost ? "a block has lost its contents" : "a fault";
    return caps_model_differs(&trial->model, &trial->rig);
}

static unsigned perform(void *context, const void *ops, unsigned count)
{
    struct trial *trial = context;
    memset(trial->contents, 0, sizeof trial->contents);
    caps_rig_start(&trial->rig, 2);
    caps_model_start(&trial->model, &trial->rig);
    if (trial->psram) {
        caps_rig_add_psram(&trial->rig, trial->psram);
        caps_model_add(&trial->model, em_chip_esp32.psram_heap.caps, RIG_PSRAM, RIG_PSRAM + trial->psram);
    }
    for (unsigned i = 0; i < count; i++) {
        const struct caps_op *op = (const struct caps_op *)ops + i;
        if (is_out_of_place(trial, op))
            continue;
        const char *wrong = step(trial, op);
        if (!wrong)
            continue;
        char what[sizeof trial->difference];
        snprintf(what, sizeof what, "%c %u %zu %zu %x: %.300s", op->kind, op->slot, op->size, op->alignment, op->caps, wrong);
        memcpy(trial->difference, what, sizeof what);
        return i + 1;
    }
    return 0;
}

/* ---- sequences ------------------------------------------------------------------------------- */

static uint32_t random_caps(struct random *random)
{
    static const uint32_t usual[] = {0x1000, 0x4,    0x2,    0x8,   0x800, 0x400, 0x1,
                                     0x804,  0x1800, 0x1400, 0x802, 0x408, 0x801, 0x1004};
    if (random_below(random, 12) != 0)
        return usual[random_below(random, sizeof usual / sizeof usual[0])];
    uint32_t caps = random_word(random) & 0x1c0f;
    return random_below(random, 4) == 0 ? caps | EM_CAP_CACHE_ALIGNED : caps;
}

static size_t random_size(struct random *random)
{
    switch (random_below(random, 12)) {
    case 0:
        return random_below(random, 200000);
    case 1:
        return random_below(random, 20) == 0 ? 0x3ffff0 + random_below(random, 40) : random_below(random, 3000000);
    case 2:
    case 3:
    case 4:
        return random_below(random, 16000);
    default:
        return random_below(random, 600);
    }
}

static void make_sequence(struct trial *trial, struct caps_op *ops)
{
    static const char kinds[] = "mmmmmmmmaaarrrrrffffffdddgeee";
    struct random random = random_from(trial->seed);
    for (unsigned i = 0; i < OPS; i++) {
        struct caps_op op = {.kind = kinds[random_below(&random, sizeof kinds - 1)], .slot = random_below(&random, CAPS_SLOTS)};
        op.size = random_size(&random);
        op.alignment = (size_t)1 << random_below(&random, 13);
        op.caps = random_caps(&random);
        ops[i] = op;
    }
    if (trial->seed % 4 != 0)
        ops[trial->seed % 50] = (struct caps_op){.kind = 'n'};
    if (trial->seed % 3 != 0)
        ops[50 + trial->seed % 50] = (struct caps_op){.kind = 'x', .size = (size_t)1 << trial->seed % 17};
    for (unsigned i = 0; i < trial->seed % 3; i++) { /* a block becomes a heap of its own, as for DMA at start */
        size_t size = 150 + trial->seed * 37 % 20000;
        ops[100 + 50 * i] = (struct caps_op){.kind = 'm', .slot = CAPS_POOLS + i, .size = size, .caps = 0x808};
        ops[101 + 50 * i] = (struct caps_op){.kind = 'p', .slot = CAPS_POOLS + i, .size = size / 4 * 4};
    }
}

static void print_script(struct trial *trial, const struct caps_op *ops, unsigned count)
{
    printf(
        "golden 1 heap_caps\nkind model\nptr 32\npoison none\nlayout log\npsram %zu\nseed %u\ninit\n"
        "| I heap_init: Initializing. RAM available for dynamic allocation:\n"
        "| I heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM\n| I heap_init: At 3FFB3448 len 0002CBB8 (178 KiB): DRAM\n"
        "| I heap_init: At 3FFE0440 len 00003AE0 (14 KiB): D/IRAM\n| I heap_init: At 3FFE4350 len 0001BCB0 (111 KiB): D/IRAM\n"
        "| I heap_init: At 4008E54C len 00011AB4 (70 KiB): IRAM\n",
        trial->psram, trial->seed);
    if (trial->psram)
        printf("addcaps 0x3f800000 0x%zx 0x1400 0x0 0x100006 = ESP_OK\n", RIG_PSRAM + trial->psram);
    trial->script = stdout;
    perform(trial, ops, count);
    trial->script = NULL;
    caps_model_write_end(stdout, &trial->model, count);
}

static bool passes(struct trial *trial, unsigned *left)
{
    static struct caps_op ops[OPS];
    make_sequence(trial, ops);
    if (perform(trial, ops, OPS) == 0)
        return true;
    *left = shrink(ops, sizeof ops[0], OPS, perform, trial);
    print_script(trial, ops, *left);
    return false;
}

TEST(random_sequences_on_a_pool_are_as_the_model_says)
{
    static const size_t psram[] = {2112 << 10, 0, 3840 << 10, 4096 << 10};
    static struct trial trial;
    unsigned left = 0, rounds = random_rounds(40, 4000);
    for (unsigned i = 1; i <= rounds; i++) {
        trial = (struct trial){.seed = i, .psram = psram[i % 4]};
        if (!passes(&trial, &left))
            check_fail(__FILE__, __LINE__, "psram %zu, seed %u: %s (the script above)", trial.psram, i, trial.difference);
    }
}

CHECK_MAIN
