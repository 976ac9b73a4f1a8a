/* The corruption matrix: every kind of damage that a program does to a heap, by every guard and engine.
 *
 * Each case is a program of its own with a time limit, run twice: once it plants the damage, frees what
 * there is and goes on allocating; once it plants the damage and checks at once. Which were seen, when,
 * and whether the report names the block, is printed as a table.
 *
 * What was written to free memory may be gone again when other blocks have been made of it; then only a
 * check that comes before can show it.
 *
 * One idea: nothing may end in a hang, or in a crash that nobody explains; what must be seen at which
 * level stands in the table of plants. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "esp_heap_caps.h"
#include "espmem/sim.h"

enum { BLOCKS = 12, SIZE = 40, SECONDS = 20 };

/* ---- what a child does ------------------------------------------------------------------------ */

static unsigned char *blocks[BLOCKS];

/* Blocks side by side, of which the test damages around the fifth. */
static unsigned char *victim(void)
{
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = heap_caps_malloc(SIZE, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
        memset(blocks[i], 'a' + i, SIZE);
    }
    printf("block 0x%08lx\n", (unsigned long)(uintptr_t)blocks[5]);
    return blocks[5];
}

static void give(int i)
{
    heap_caps_free(blocks[i]);
    blocks[i] = NULL;
}

/* The compiler must not know where a pointer comes from. */
static volatile unsigned char *at(const void *pointer, ptrdiff_t offset)
{
    uintptr_t address = (uintptr_t)pointer + (uintptr_t)offset;
    __asm__("" : "+r"(address));
    return (volatile unsigned char *)address;
}

static void free_at(const void *pointer, ptrdiff_t offset)
{
    heap_caps_free((void *)(uintptr_t)at(pointer, offset));
}

static void write_word(volatile unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

static int marks_in_front(void)
{
    const char *guard = getenv("ESPMEM_GUARD");
    return guard && (strcmp(guard, "light") == 0 || strcmp(guard, "comprehensive") == 0) ? 8 : 0;
}

static void double_free_at_once(void)
{
    const void *pointer = victim();
    give(5);
    free_at(pointer, 0);
}

static void double_free_later(void)
{
    const void *pointer = victim();
    give(5);
    give(4);
    give(9);
    blocks[9] = heap_caps_malloc(200, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    free_at(pointer, 0);
}

static void interior_free(void)
{
    free_at(victim(), 16);
}

static void unaligned_free(void)
{
    free_at(victim(), 1);
}

static void foreign_free(void)
{
    static uint32_t mine[8];
    victim();
    free_at(&mine[4], 0);
}

static void stack_free(void)
{
    uint32_t here[8] = {0};
    victim();
    free_at(&here[4], 0);
}

static void wrong_heap_free(void)
{
    unsigned char *region = heap_caps_malloc(4096, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    multi_heap_handle_t other = multi_heap_register(region, 4096);
    multi_heap_free(other, (void *)(uintptr_t)at(victim(), 0));
}

static void overflow_1(void)
{
    *at(victim(), SIZE) = 0x5A;
}

static void overflow_4(void)
{
    write_word(at(victim(), SIZE), 0x5A5A5A5A);
}

static void overflow_64(void)
{
    memset((void *)(uintptr_t)at(victim(), SIZE), 0xFF, 64);
}

static void underflow_1(void)
{
    *at(victim(), -1) = 0x5A;
}

static void underflow_8(void)
{
    memset((void *)(uintptr_t)at(victim(), -8), 0x5A, 8);
}

static void write_after_free(void)
{
    const void *pointer = victim();
    give(5);
    write_word(at(pointer, 12), 0x5A5A5A5A);
}

static void write_after_free_in_front(void)
{
    const void *pointer = victim();
    give(5);
    write_word(at(pointer, -marks_in_front()), 0x5A5A5A5A);
}

static void write_after_move(void)
{
    const void *pointer = victim();
    blocks[5] = heap_caps_realloc(blocks[5], 600, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    write_word(at(pointer, 12), 0x5A5A5A5A);
}

static void header_zero(void)
{
    write_word(at(victim(), -4 - marks_in_front()), 0);
}

static void header_wild(void)
{
    write_word(at(victim(), -4 - marks_in_front()), 0xDEADBEEF);
}

static void header_longer(void)
{
    volatile unsigned char *header = at(victim(), -4 - marks_in_front());
    header[0] = (unsigned char)(header[0] + 16);
}

/* What must be seen: at every level, with marks, with fills. */
enum seen { ALWAYS, WITH_MARKS, WITH_FILLS, WITH_PAGES };

static const struct plant {
    const char *name;
    void (*run)(void);
    enum seen seen;
} plants[] = {
    {"double free at once", double_free_at_once, ALWAYS},
    {"double free later", double_free_later, ALWAYS},
    {"free of an interior pointer", interior_free, WITH_MARKS},
    {"free of an unaligned pointer", unaligned_free, ALWAYS},
    {"free of a foreign pointer", foreign_free, ALWAYS},
    {"free of a stack pointer", stack_free, ALWAYS},
    {"free to the wrong heap", wrong_heap_free, ALWAYS},
    {"overflow by 1 byte", overflow_1, WITH_MARKS},
    {"overflow by 4 bytes", overflow_4, WITH_MARKS},
    {"overflow by 64 bytes", overflow_64, WITH_MARKS},
    {"underflow by 1 byte", underflow_1, WITH_MARKS},
    {"underflow by 8 bytes", underflow_8, WITH_MARKS},
    {"write after free, inside", write_after_free, WITH_FILLS},
    {"write after free, in front", write_after_free_in_front, WITH_FILLS},
    {"write after realloc moved", write_after_move, WITH_FILLS},
    {"header set to 0", header_zero, WITH_MARKS},
    {"header set to a wild value", header_wild, WITH_MARKS},
    {"header's size grown by 16", header_longer, WITH_MARKS},
};

enum { PLANTS = sizeof plants / sizeof plants[0] };

static void say(const char *what)
{
    printf("%s\n", what);
    fflush(stdout);
}

static void go_on(void)
{
    for (int i = 0; i < BLOCKS; i++)
        give(i);
    say("freed");
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < BLOCKS; i++)
            blocks[i] = heap_caps_malloc((size_t)(SIZE - 12 + 8 * i), MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
        for (int i = 0; i < BLOCKS; i++)
            give(i);
    }
    say("went on");
}

static void play(const char *name, const char *then)
{
    alarm(SECONDS);
    for (int i = 0; i < PLANTS; i++) {
        if (strcmp(plants[i].name, name) != 0)
            continue;
        plants[i].run();
        say("planted");
        if (strcmp(then, "go-on") == 0)
            go_on();
        say(heap_caps_check_integrity_all(true) ? "good" : "bad");
        _Exit(0);
    }
    _Exit(99);
}

/* ---- what its end says ------------------------------------------------------------------------ */

enum when { AT_PLANT, AT_FREE, LATER, AT_CHECK, NEVER, UNEXPLAINED };

static const char *const when_texts[] = {
    [AT_PLANT] = "at once",  [AT_FREE] = "at free", [LATER] = "later",
    [AT_CHECK] = "at check", [NEVER] = "-",         [UNEXPLAINED] = "UNEXPLAINED",
};

struct verdict {
    enum when when;
    bool located; /* the block's address stands in the report */
};

static struct child child;

static bool printed(const char *line)
{
    return strstr(child.out, line) != NULL;
}

static unsigned long block_address(void)
{
    const char *line = strstr(child.out, "block 0x");
    return line ? strtoul(line + 6, NULL, 16) : 0;
}

/* Whether a text has an address of the block or of what stands around it. */
static bool names(const char *text, unsigned long block)
{
    while ((text = strstr(text, "0x")) != NULL) {
        char *end;
        unsigned long address = strtoul(text, &end, 16);
        if (address >= block - 16 && address < block + SIZE + 16)
            return true;
        text = end;
    }
    return false;
}

static bool names_block(void)
{
    unsigned long block = block_address();
    const char *line = strstr(child.out, "planted\n");
    return block != 0 && (names(child.err, block) || (line && names(line, block)));
}

static struct verdict judge(void)
{
    struct verdict verdict = {UNEXPLAINED, names_block()};
    bool reported = child.status == 3 && strstr(child.err, "espmem: ") != NULL;
    bool sanitized = child.status != 0 && (strstr(child.err, "Sanitizer") || strstr(child.err, "runtime error: "));
    if (child.status == 0 && printed("bad\n"))
        verdict.when = AT_CHECK;
    else if (child.status == 0 && printed("good\n"))
        verdict.when = NEVER;
    else if (reported || sanitized) /* a sanitizer takes crashes first */
        verdict.when = !printed("planted\n") ? AT_PLANT : !printed("freed\n") ? AT_FREE : LATER;
    return verdict;
}

static struct verdict run_plant(const struct plant *plant, const char *guard, const char *engine, const char *then)
{
    char settings[128];
    snprintf(settings, sizeof settings, "ESPMEM_BOARD=esp32-wroom,engine=%s ESPMEM_GUARD=%s", engine, guard);
    child_run(&child, NULL, settings, (const char *const[]){plant->name, then, NULL});
    return judge();
}

/* ---- the matrix ------------------------------------------------------------------------------- */

static const char *const engines[] = {"tlsf"};
static const struct level {
    const char *guard;
    enum seen sees;
} levels[] = {{"off", ALWAYS}, {"light", WITH_MARKS}, {"comprehensive", WITH_FILLS}, {"page", WITH_PAGES}};

enum { LEVELS = sizeof levels / sizeof levels[0], ENGINES = sizeof engines / sizeof engines[0] };

static struct cell {
    struct verdict going_on, checked;
} matrix[ENGINES][PLANTS][LEVELS];

static bool is_seen(struct verdict verdict)
{
    return verdict.when < NEVER;
}

static void fill_matrix(void)
{
    static bool filled;
    if (filled)
        return;
    filled = true;
    for (int e = 0; e < ENGINES; e++)
        for (int p = 0; p < PLANTS; p++)
            for (int l = 0; l < LEVELS; l++) {
                matrix[e][p][l].going_on = run_plant(&plants[p], levels[l].guard, engines[e], "go-on");
                matrix[e][p][l].checked = run_plant(&plants[p], levels[l].guard, engines[e], "check");
            }
}

static void print_cell(const struct cell *cell)
{
    char text[64];
    snprintf(text, sizeof text, "%s%s | %s%s", when_texts[cell->going_on.when],
             is_seen(cell->going_on) && cell->going_on.located ? "*" : "", when_texts[cell->checked.when],
             is_seen(cell->checked) && cell->checked.located ? "*" : "");
    printf("  %-22s", text);
}

static void print_matrix(int engine)
{
    printf("engine %s: seen going on | seen where a check follows at once; * the report names the block\n", engines[engine]);
    printf("%-28s", "");
    for (int l = 0; l < LEVELS; l++)
        printf("  %-22s", levels[l].guard);
    for (int p = 0; p < PLANTS; p++) {
        printf("\n%-28s", plants[p].name);
        for (int l = 0; l < LEVELS; l++)
            print_cell(&matrix[engine][p][l]);
    }
    printf("\n");
}

TEST(no_corruption_ends_in_a_hang_or_an_unexplained_crash)
{
    fill_matrix();
    for (int e = 0; e < ENGINES; e++)
        print_matrix(e);
    for (int e = 0; e < ENGINES; e++)
        for (int p = 0; p < PLANTS; p++)
            for (int l = 0; l < LEVELS; l++)
                if (matrix[e][p][l].going_on.when == UNEXPLAINED || matrix[e][p][l].checked.when == UNEXPLAINED)
                    check_fail(__FILE__, __LINE__, "%s with guard %s", plants[p].name, levels[l].guard);
}

TEST(each_level_sees_what_it_is_for)
{
    fill_matrix();
    for (int e = 0; e < ENGINES; e++)
        for (int p = 0; p < PLANTS; p++)
            for (int l = 0; l < LEVELS; l++) {
                const struct cell *cell = &matrix[e][p][l];
                bool seen = is_seen(cell->checked) && (plants[p].seen == WITH_FILLS || is_seen(cell->going_on));
                if (levels[l].sees == WITH_PAGES) /* what is in front of a block is looked at when it is freed */
                    seen = is_seen(cell->going_on);
                if (levels[l].sees >= plants[p].seen && !seen)
                    check_fail(__FILE__, __LINE__, "%s is not seen with guard %s", plants[p].name, levels[l].guard);
            }
}

TEST(a_guard_names_the_block)
{
    fill_matrix();
    for (int e = 0; e < ENGINES; e++)
        for (int p = 0; p < PLANTS; p++)
            for (int l = 1; l < LEVELS; l++) {
                const struct cell *cell = &matrix[e][p][l];
                if (plants[p].seen == WITH_MARKS && cell->going_on.when <= AT_FREE && !cell->going_on.located)
                    check_fail(__FILE__, __LINE__, "%s with guard %s", plants[p].name, levels[l].guard);
            }
}

void app_main(void)
{
    char **arguments = espmem_argv();
    if (arguments[1] && arguments[2])
        play(arguments[1], arguments[2]);
    exit(check_run(arguments[1]));
}
