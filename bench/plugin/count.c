/* QEMU plugin: the exact number of instructions that each call of chosen functions executes.
 *
 *   -plugin count.so,fn=NAME[,fn=NAME…][,profile=on][,out=FILE]
 *
 * Prints for every function `function NAME calls C sum S min M max N p999 P`: instructions from its
 * first one to its return, those of the functions it calls included. With profile=on follows, for each
 * symbol, `symbol NAME executed N blocks …`: what ran inside the chosen functions, callees not included,
 * and for each of its pieces `piece ADDRESS instructions I executed E symbol`.
 * Knows nothing of heaps. One processor, one thread, no recursion through a chosen function.
 *
 * One idea: a translated block runs from start to end, so counting whole blocks is exact; and calls and
 * returns are seen in the addresses alone: a return goes to the address after the call that is pending. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "qemu_api.h"

enum { FUNCTIONS = 32, DEPTH = 256, BUCKETS = 1 << 16, NO_FUNCTION = -1 };

struct function {
    const char *name;
    uint64_t entry; /* address of its first instruction, 0 until it was seen */
    uint64_t calls, sum, min, max;
    uint64_t *histogram; /* calls by instructions; the last bucket takes all longer ones */
};

struct block {
    struct block *next;
    const char *symbol;
    uint64_t start, end; /* end: the address after the last instruction */
    uint64_t instructions;
    uint64_t executed; /* times, while a chosen function was active */
    int entry_of;      /* the function that begins here, or NO_FUNCTION */
    bool ends_in_call;
};

struct frame {
    uint64_t return_to, counted_before;
    int function;
    bool tail; /* entered by a jump out of the frame below, so both return at once */
};

static struct function functions[FUNCTIONS];
static int function_count;
static struct block *blocks;
static struct frame frames[DEPTH];
static unsigned depth, active;
static uint64_t counted;
static const struct block *last;
static const char *target;
static FILE *out;
static bool profile;

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static void stop(const char *sentence)
{
    fprintf(stderr, "count: %s\n", sentence);
    exit(2);
}

/* ---- translation: what a block is --------------------------------------------------------------- */

static int function_at(const char *symbol, uint64_t address)
{
    for (int i = 0; symbol && i < function_count; i++) {
        if (strcmp(symbol, functions[i].name) != 0) {
            continue;
        }
        if (functions[i].entry == 0) {
            functions[i].entry = address; /* what is translated first of a function is where it is entered */
        }
        return functions[i].entry == address ? i : NO_FUNCTION;
    }
    return NO_FUNCTION;
}

static void enter_block(unsigned vcpu, void *context);

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    size_t count = qemu_plugin_tb_n_insns(tb);
    const struct qemu_plugin_insn *first = qemu_plugin_tb_get_insn(tb, 0);
    const struct qemu_plugin_insn *final = qemu_plugin_tb_get_insn(tb, count - 1);
    struct block *block = calloc(1, sizeof *block);
    if (!block) {
        stop("out of memory for a translated block");
    }
    block->symbol = qemu_plugin_insn_symbol(first);
    block->start = qemu_plugin_insn_vaddr(first);
    block->end = qemu_plugin_insn_vaddr(final) + qemu_plugin_insn_size(final);
    block->instructions = count;
    block->entry_of = function_at(block->symbol, block->start);
    block->ends_in_call = is_call(target, qemu_plugin_insn_data(final), qemu_plugin_insn_size(final));
    block->next = blocks;
    blocks = block;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, enter_block, QEMU_PLUGIN_CB_NO_REGS, block);
}

/* ---- execution: calls and returns --------------------------------------------------------------- */

static void push(uint64_t return_to, bool tail)
{
    if (depth == DEPTH) {
        stop("calls are nested too deeply; is the program recursive?");
    }
    frames[depth++] = (struct frame){.return_to = return_to, .function = NO_FUNCTION, .tail = tail};
}

static void finish(const struct frame *frame)
{
    if (frame->function == NO_FUNCTION) {
        return;
    }
    struct function *function = &functions[frame->function];
    uint64_t instructions = counted - frame->counted_before;
    function->calls++;
    function->sum += instructions;
    function->min = instructions < function->min ? instructions : function->min;
    function->max = instructions > function->max ? instructions : function->max;
    function->histogram[instructions < BUCKETS ? instructions : BUCKETS - 1]++;
    active--;
}

static void leave(uint64_t address)
{
    if (depth == 0 || frames[depth - 1].return_to != address) {
        return;
    }
    bool tail = true;
    while (tail && depth > 0) {
        finish(&frames[--depth]);
        tail = frames[depth].tail;
    }
}

/* A function is entered by the call just made, or by a jump from another function; a jump from within
 * itself is a loop. */
static void enter_function(const struct block *block, bool called)
{
    if (block->entry_of == NO_FUNCTION || depth == 0) {
        return;
    }
    if (!called) {
        if (last->symbol == block->symbol) {
            return;
        }
        push(frames[depth - 1].return_to, true);
    }
    frames[depth - 1].function = block->entry_of;
    frames[depth - 1].counted_before = counted;
    active++;
}

static void enter_block(unsigned vcpu, void *context)
{
    (void)vcpu;
    struct block *block = context;
    bool called = last && last->ends_in_call && last->end != block->start; /* else a conditional call not made */
    if (called) {
        push(last->end, false);
    } else {
        leave(block->start);
    }
    enter_function(block, called);
    counted += block->instructions;
    if (active > 0) {
        block->executed++;
    }
    last = block;
}

/* ---- the end: what is printed ------------------------------------------------------------------- */

static uint64_t quantile(const struct function *function, uint64_t of_thousand)
{
    uint64_t want = (function->calls * of_thousand + 999) / 1000, seen = 0;
    for (unsigned i = 0; i < BUCKETS - 1; i++) {
        seen += function->histogram[i];
        if (seen >= want) {
            return i;
        }
    }
    return function->max;
}

/* Symbols are one pointer each in QEMU's table, but a name may stand in several files. */
static bool comes_first(const struct block *block)
{
    for (const struct block *other = block->next; other; other = other->next) {
        if (other->executed && other->symbol && strcmp(other->symbol, block->symbol) == 0) {
            return false;
        }
    }
    return true;
}

static void print_symbol(const char *symbol)
{
    uint64_t executed = 0;
    for (const struct block *block = blocks; block; block = block->next) {
        if (block->executed && block->symbol && strcmp(block->symbol, symbol) == 0) {
            executed += block->executed * block->instructions;
        }
    }
    fprintf(out, "symbol %s executed %llu\n", symbol, (unsigned long long)executed);
}

static void print_profile(void)
{
    for (const struct block *block = blocks; block; block = block->next) {
        if (block->executed && block->symbol && comes_first(block)) {
            print_symbol(block->symbol);
        }
    }
    for (const struct block *block = blocks; block; block = block->next) {
        if (block->executed) {
            fprintf(out, "piece %llx instructions %llu executed %llu %s\n", (unsigned long long)block->start,
                    (unsigned long long)block->instructions, (unsigned long long)block->executed,
                    block->symbol ? block->symbol : "?");
        }
    }
}

static void finished(uint64_t id, void *context)
{
    (void)id;
    (void)context;
    for (int i = 0; i < function_count; i++) {
        const struct function *f = &functions[i];
        fprintf(out, "function %s calls %llu sum %llu min %llu max %llu p999 %llu\n", f->name, (unsigned long long)f->calls,
                (unsigned long long)f->sum, (unsigned long long)(f->calls ? f->min : 0), (unsigned long long)f->max,
                (unsigned long long)(f->calls ? quantile(f, 999) : 0));
    }
    if (profile) {
        print_profile();
    }
    fclose(out);
}

/* ---- set-up ------------------------------------------------------------------------------------- */

static void add_function(const char *name)
{
    if (function_count == FUNCTIONS) {
        stop("too many functions; give at most 32 fn=NAME");
    }
    uint64_t *histogram = calloc(BUCKETS, sizeof *histogram);
    char *copy = strdup(name);
    if (!histogram || !copy) {
        stop("out of memory for a function's histogram");
    }
    functions[function_count++] = (struct function){.name = copy, .min = UINT64_MAX, .histogram = histogram};
}

static void read_option(const char *option)
{
    if (strncmp(option, "fn=", 3) == 0) {
        add_function(option + 3);
    } else if (strcmp(option, "profile=on") == 0) {
        profile = true;
    } else if (strncmp(option, "out=", 4) == 0) {
        out = fopen(option + 4, "w");
        if (!out) {
            stop("the file of out= cannot be written");
        }
    } else {
        stop("options are fn=NAME, profile=on and out=FILE");
    }
}

__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const struct qemu_info *info, int argc, char **argv)
{
    out = stderr;
    target = strdup(info->target_name);
    if (!target || !calls_known(target)) {
        stop("the calls of this processor are not known; add them to bench/plugin/calls.c");
    }
    for (int i = 0; i < argc; i++) {
        read_option(argv[i]);
    }
    if (function_count == 0) {
        stop("nothing to count; give fn=NAME");
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
