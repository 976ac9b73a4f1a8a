/* Random sequences on himem, compared with the model after every operation; a machine that refuses now
 * and then. What differs is shrunk and printed as a script. ESPMEM_LONG=1 runs many more. */
#include "check.h"

#include "himem_model.h"
#include "port.h"
#include "random.h"
#include "shrink.h"

enum { OPS = 600 };

struct trial {
    unsigned pages, banks, seed;
    struct himem_rig rig;
    struct himem_model model;
    char difference[200];
    FILE *script; /* where the operations are written as they are performed, or NULL */
};

/* A slot that holds something is not allocated into again. */
static bool is_out_of_place(const struct trial *trial, const struct himem_op *op)
{
    return (op->kind == 'a' && himem_model_has_memory(&trial->model, op->slot)) ||
           (op->kind == 'r' && himem_model_has_range(&trial->model, op->range));
}

/* What frees empties a slot, so the model looks first; what takes fills one, so it looks afterwards. */
static void do_both(struct trial *trial, const struct himem_op *op, void **pointer, enum em_error *found, enum em_error *wanted)
{
    bool frees = op->kind == 'f' || op->kind == 'd';
    if (frees)
        *wanted = himem_model_do(&trial->model, op);
    *found = himem_rig_do(&trial->rig, op, pointer);
    if (!frees)
        *wanted = himem_model_do(&trial->model, op);
}

static const char *address_differs(const struct trial *trial, const struct himem_op *op, const void *pointer)
{
    uintptr_t wanted = rig_address(&trial->rig, op->range) + op->at;
    return op->kind == 'm' && (uintptr_t)pointer != wanted ? "map gives another address" : NULL;
}

static unsigned perform(void *context, const void *ops, unsigned count)
{
    struct trial *trial = context;
    rig_open(&trial->rig, trial->pages, trial->banks);
    himem_model_start(&trial->model, &trial->rig);
    for (unsigned i = 0; i < count; i++) {
        const struct himem_op *op = (const struct himem_op *)ops + i;
        void *pointer = NULL;
        if (is_out_of_place(trial, op))
            continue;
        enum em_error found, wanted;
        do_both(trial, op, &pointer, &found, &wanted);
        const char *difference = found != wanted ? "the result" : himem_model_differs(&trial->model, &trial->rig);
        if (!difference && found == EM_OK)
            difference = address_differs(trial, op, pointer);
        if (trial->script)
            himem_op_write(trial->script, &trial->model, op, wanted);
        if (!difference && test_port.faults == 0)
            continue;
        snprintf(trial->difference, sizeof trial->difference, "%c %u %u: %s, not %s: %s", op->kind, op->slot, op->range,
                 em_error_text(found), em_error_text(wanted), difference ? difference : "a fault");
        return i + 1;
    }
    return 0;
}

/* ---- sequences ------------------------------------------------------------------------------- */

/* Mostly a whole number of banks, rarely one byte off or so large that it wraps. */
static size_t random_bytes(struct random *random, unsigned banks)
{
    static const size_t odd[] = {1, 4, RIG_BANK - 1, RIG_BANK + 1, 0xffffffff, 0xffff8000, 0x80000000};
    if (random_below(random, 100) == 0)
        return odd[random_below(random, sizeof odd / sizeof odd[0])];
    return (size_t)RIG_BANK * random_below(random, banks + 1);
}

static void make_sequence(const struct trial *trial, struct himem_op *ops, unsigned count)
{
    static const char kinds[] = "aaaarrrrmmmmmmmmmmmmmmmmuuuuuuuuuufd";
    struct random random = random_from(trial->seed);
    for (unsigned i = 0; i < count; i++) {
        struct himem_op op = {.kind = kinds[random_below(&random, sizeof kinds - 1)]};
        op.slot = random_below(&random, random_below(&random, 16) == 0 ? RIG_SLOTS : 3);
        op.range = random_below(&random, random_below(&random, 16) == 0 ? RIG_SLOTS : 3);
        op.offset = random_bytes(&random, random_below(&random, 4));
        op.at = random_bytes(&random, random_below(&random, 4));
        op.length = random_bytes(&random, random_below(&random, 20) == 0 ? trial->banks + 1
                                          : op.kind == 'a'               ? 6
                                                                         : random_below(&random, 4));
        if (op.kind == 'r')
            op.length = random_below(&random, 8) == 0 ? random_below(&random, trial->pages + 2) : random_below(&random, 7);
        if (op.kind == 'u' && op.at > 0x1000000)
            op.at = 4; /* an address has 32 bits in a script */
        if (op.kind == 'u' && random_below(&random, 8) == 0)
            op.at = (size_t)0 - op.at;
        op.refuse = random_below(&random, 10) == 0 ? 1 + random_below(&random, 3) : 0;
        ops[i] = op;
    }
}

static bool passes(struct trial *trial, unsigned *left)
{
    static struct himem_op ops[OPS];
    make_sequence(trial, ops, OPS);
    if (perform(trial, ops, OPS) == 0)
        return true;
    *left = shrink(ops, sizeof ops[0], OPS, perform, trial);
    printf("golden 1 himem\nkind model\nreserve %u\npsram %u\nseed %u\n", trial->pages,
           (128 - trial->pages + trial->banks) * (unsigned)RIG_BANK, trial->seed);
    trial->script = stdout;
    perform(trial, ops, *left);
    trial->script = NULL;
    himem_model_write_end(stdout, &trial->model, *left);
    return false;
}

TEST(random_sequences_on_himem_are_as_the_model_says)
{
    static const struct {
        unsigned pages, banks;
    } layouts[] = {{8, 136}, {62, 190}, {8, 8}, {1, 1}, {3, 7}, {62, 4}, {16, 40}};
    static struct trial trial;
    unsigned left = 0, rounds = random_rounds(15, 1500);
    for (unsigned i = 0; i < rounds * 7; i++) {
        trial = (struct trial){.pages = layouts[i % 7].pages, .banks = layouts[i % 7].banks, .seed = i + 1};
        if (!passes(&trial, &left))
            check_fail(__FILE__, __LINE__, "%u pages, %u banks, seed %u: %s (the script above)", trial.pages, trial.banks,
                       trial.seed, trial.difference);
    }
}

/* The mmu's map, but for one page that it leaves as it was and says nothing. */
static bool (*honest_map)(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags);

static bool lying_map(struct em_bank_mmu *mmu, unsigned page, unsigned bank, unsigned count, unsigned flags)
{
    return count == 2 || honest_map(mmu, page, bank, count, flags);
}

static unsigned perform_with_a_lie(void *context, const void *ops, unsigned count)
{
    struct trial *trial = context;
    rig_open(&trial->rig, trial->pages, trial->banks);
    honest_map = trial->rig.mmu.face.map;
    trial->rig.mmu.face.map = lying_map;
    himem_model_start(&trial->model, &trial->rig);
    for (unsigned i = 0; i < count; i++) {
        const struct himem_op *op = (const struct himem_op *)ops + i;
        void *pointer;
        if (is_out_of_place(trial, op))
            continue;
        enum em_error found, wanted;
        do_both(trial, op, &pointer, &found, &wanted);
        if (himem_model_differs(&trial->model, &trial->rig))
            return i + 1;
    }
    return 0;
}

TEST(a_planted_fault_is_found_and_shrunk_to_an_alloc_a_range_and_a_map)
{
    static struct trial trial;
    static struct himem_op ops[OPS];
    trial = (struct trial){.pages = 16, .banks = 40, .seed = 3};
    make_sequence(&trial, ops, OPS);
    CHECK(perform_with_a_lie(&trial, ops, OPS) != 0);
    CHECK_EQ(shrink(ops, sizeof ops[0], OPS, perform_with_a_lie, &trial), 3);
}

CHECK_MAIN
