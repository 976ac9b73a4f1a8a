/* Replays a file of one heap (kind multi_heap): every outcome, every walk; printed text is left out.
 *
 * One idea: see golden.h; an operation is a row, and a block is an offset from the region's start. */
#include "golden.h"

#include <stddef.h>

#include "espmem/guard.h"
#include "espmem/heap.h"
#include "frame.h"

enum { REGION_BYTES = 16 << 20, STEP_OF_BASES = 65536, SLOTS = 1024 };

/* Anywhere that is a multiple of 65536, which is as much of a base as matters. */
static unsigned char memory[REGION_BYTES + STEP_OF_BASES] __attribute__((aligned(STEP_OF_BASES), section(".uncleared")));

static struct em_heap *heap;
static unsigned char *start;
static void *slots[SLOTS];
static bool registered, departed;

static void expect_pointer(struct golden_line *line, const void *pointer)
{
    if (pointer == NULL) {
        golden_expect_word(line, "-");
    } else {
        golden_expect(line, (uint32_t)((uintptr_t)pointer - (uintptr_t)start));
    }
}

static void keep(struct golden_line *line, void *pointer)
{
    slots[line->argument[0]] = pointer;
    expect_pointer(line, pointer);
}

static void do_register(struct golden_line *line)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        slots[i] = NULL;
    }
    registered = true;
    departed = false;
    heap = em_heap_create(start + line->argument[0], line->argument[1], &em_engine_tlsf);
    expect_pointer(line, heap);
}

static void do_allocate(struct golden_line *line)
{
    keep(line, em_guard_allocate(heap, line->argument[1]));
}

static void do_allocate_zeroed(struct golden_line *line)
{
    uint32_t bytes = line->argument[1] * line->argument[2];
    unsigned char *pointer = em_guard_allocate(heap, bytes);
    for (uint32_t i = 0; pointer != NULL && i < bytes; i++) {
        pointer[i] = 0;
    }
    keep(line, pointer);
}

static void do_reallocate(struct golden_line *line)
{
    void *old = slots[line->argument[0]], *pointer = em_guard_reallocate(heap, old, line->argument[1]);
    keep(line, pointer);
    if (pointer == NULL && line->argument[1] != 0) {
        slots[line->argument[0]] = old;
    }
}

static void do_allocate_aligned(struct golden_line *line)
{
    keep(line, em_guard_allocate_aligned(heap, line->argument[1], line->argument[2], 0));
}

static void do_allocate_offset(struct golden_line *line)
{
    keep(line, em_guard_allocate_aligned(heap, line->argument[1], line->argument[2], line->argument[3]));
}

static void do_free(struct golden_line *line)
{
    em_guard_free(heap, slots[line->argument[0]]);
    slots[line->argument[0]] = NULL;
}

static void do_free_raw(struct golden_line *line)
{
    em_guard_free(heap, start + (int32_t)line->argument[0]);
    golden_expect_word(line, "ok");
}

static void do_info(struct golden_line *line)
{
    struct em_heap_info info;
    em_guard_get_info(heap, &info);
    golden_expect(line, info.free_bytes);
    golden_expect(line, info.allocated_bytes);
    golden_expect(line, info.largest_free);
    golden_expect(line, info.minimum_free);
    golden_expect(line, info.allocated_blocks);
    golden_expect(line, info.free_blocks);
    golden_expect(line, info.total_blocks);
}

static void do_free_size(struct golden_line *line)
{
    golden_expect(line, em_guard_free_bytes(heap));
}

static void do_minimum(struct golden_line *line)
{
    golden_expect(line, em_guard_minimum_free(heap));
}

static void do_reset_minimum(struct golden_line *line)
{
    golden_expect(line, em_heap_reset_minimum(heap));
}

static void do_restore_minimum(struct golden_line *line)
{
    em_heap_restore_minimum(heap, line->argument[0]);
}

static void do_block_size(struct golden_line *line)
{
    golden_expect(line, em_guard_block_size(heap, slots[line->argument[0]]));
}

static void do_full_size(struct golden_line *line)
{
    golden_expect(line, em_guard_full_size(heap, slots[line->argument[0]]));
}

static void do_containing_block(struct golden_line *line)
{
    const unsigned char *pointer = slots[line->argument[0]];
    expect_pointer(line, em_guard_containing_block(heap, pointer + (int32_t)line->argument[1]));
}

struct walk {
    struct golden_line *line;
    uint32_t left;
};

static bool see_block(void *context, const struct em_block_view *block)
{
    struct walk *walk = context;
    golden_expect_block(walk->line, (uint32_t)((uintptr_t)block->address - (uintptr_t)start), block->size,
                        block->used ? 'u' : 'f');
    return --walk->left != 0;
}

static void do_walk(struct golden_line *line)
{
    em_heap_walk(heap, see_block, &(struct walk){line, 0});
}

static void do_walk_some(struct golden_line *line)
{
    em_heap_walk(heap, see_block, &(struct walk){line, line->argument[0]});
}

static void do_check(struct golden_line *line)
{
    golden_expect(line, em_guard_check(heap, NULL, NULL));
}

static void do_fill(struct golden_line *line)
{
    for (uint32_t i = 0; i < line->argument[1]; i++) {
        start[i] = (unsigned char)line->argument[0];
    }
}

static void do_nothing(struct golden_line *line)
{
    (void)line;
}

static const struct operation {
    const char *word;
    void (*perform)(struct golden_line *line);
    bool changes, needs_heap, has_slot;
} operations[] = {
    {"f", do_free, false, true, true},
    {"m", do_allocate, true, true, true},
    {"r", do_reallocate, true, true, true},
    {"a", do_allocate_aligned, true, true, true},
    {"i", do_info, false, true, false},
    {"G", do_full_size, false, true, true},
    {"g", do_block_size, false, true, true},
    {"o", do_allocate_offset, true, true, true},
    {"F", do_free_size, false, true, false},
    {"e", do_free, false, true, true},
    {"W", do_walk, false, true, false},
    {"R", do_register, true, false, false},
    {"k", do_check, false, true, false},
    {"Z", do_fill, false, false, false},
    {"M", do_minimum, false, true, false},
    {"x", do_reset_minimum, false, true, false},
    {"w", do_containing_block, false, true, true},
    {"c", do_allocate_zeroed, true, true, true},
    {"y", do_restore_minimum, false, true, false},
    {"V", do_walk_some, false, true, false},
    {"d", do_nothing, false, false, false},
    {"u", do_free_raw, false, true, false},
};

static const struct operation *operation_of(const struct golden_line *line)
{
    for (unsigned i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (golden_is(line, operations[i].word)) {
            return &operations[i];
        }
    }
    return NULL;
}

/* Performs it; a fault in it is what the recording calls ABORT. */
static void perform(struct golden_line *line, const struct operation *operation)
{
    const char *outcome = line->rest;
    if (operation->needs_heap && heap == NULL) { /* the last register failed, here and in the recording */
        if (line->has_outcome) {
            golden_expect_word(line, "-");
        }
        return;
    }
    operation->perform(line);
    if (target_faults() != 0) {
        line->rest = outcome;
        line->differs = false;
        golden_expect_word(line, "ABORT");
    }
}

/* False iff the line's outcome is another. A defect of the original is not compared, nor what follows from one. */
static bool replay_line(struct golden_line *line)
{
    const struct operation *operation = operation_of(line);
    if (operation == NULL || (operation->has_slot && line->argument[0] >= SLOTS)) {
        return false;
    }
    perform(line, operation);
    if (line->has_outcome) {
        golden_expect_end(line);
    }
    if (line->peer) {
        departed = departed || (operation->changes && line->differs);
    }
    return line->peer || departed || !line->differs;
}

static bool is_header(const struct golden_line *line)
{
    return golden_is(line, "golden") || golden_is(line, "kind") || golden_is(line, "ptr") || golden_is(line, "poison") ||
           golden_is(line, "seed");
}

bool golden_replay_heap(const char **text, struct golden_line *line, unsigned *count)
{
    registered = departed = false;
    heap = NULL;
    target_faults();
    for (;;) {
        *text = golden_line_read(line, *text);
        if (golden_is(line, "end")) {
            return registered;
        }
        if (golden_is(line, "base")) {
            start = memory + (line->argument[0] & (STEP_OF_BASES - 1));
        } else if (golden_is(line, "size")) {
            if (line->argument[0] > REGION_BYTES) {
                return false;
            }
        } else if (!is_header(line)) {
            ++*count;
            if (!replay_line(line)) {
                return false;
            }
        }
    }
}
