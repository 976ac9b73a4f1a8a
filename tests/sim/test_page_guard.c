/* guard=page: the chip is charged as ever, and what is wrong stops at the access. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "esp32/himem.h"
#include "esp_heap_caps.h"
#include "esp_memory_utils.h"
#include "espmem/sim.h"

enum { INTERNAL = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT };

/* ---- what a child does ------------------------------------------------------------------------ */

static volatile unsigned char *at(const void *pointer, ptrdiff_t offset)
{
    uintptr_t address = (uintptr_t)pointer + (uintptr_t)offset;
    __asm__("" : "+r"(address));
    return (volatile unsigned char *)address;
}

/* The same calls with any guard: what they cost and when they fail is printed. */
static void charge(void)
{
    void *blocks[64];
    for (size_t i = 0; i < 64; i++) {
        blocks[i] = heap_caps_malloc(1 + 97 * i, i % 2 ? INTERNAL : MALLOC_CAP_SPIRAM);
        printf("%zu %zu\n", heap_caps_get_free_size(INTERNAL), heap_caps_get_allocated_size(blocks[i]));
    }
    for (size_t i = 0; i < 64; i += 3)
        blocks[i] = heap_caps_realloc(blocks[i], 4000, INTERNAL);
    for (size_t i = 1; i < 64; i += 3)
        heap_caps_free(blocks[i]);
    printf("%zu %zu\n", heap_caps_get_free_size(INTERNAL), heap_caps_get_largest_free_block(MALLOC_CAP_SPIRAM));
    printf("%d\n", heap_caps_malloc(200000, INTERNAL) == NULL);
    heap_caps_print_heap_info(MALLOC_CAP_8BIT);
}

static void tell_where(void)
{
    char *block = heap_caps_malloc(100, INTERNAL), *other = heap_caps_malloc(100, MALLOC_CAP_SPIRAM);
    printf("%d", (uintptr_t)block >= 0x60000000);
    printf("%d%d%d", esp_ptr_internal(block), esp_ptr_in_dram(block + 99), esp_ptr_external_ram(block));
    printf("%d%d", esp_ptr_internal(other), esp_ptr_external_ram(other + 50));
    heap_caps_free(block);
    printf("%d\n", esp_ptr_internal(block));
}

static void keep_contents(void)
{
    unsigned char *block = malloc(10);
    for (unsigned i = 0; i < 10; i++)
        block[i] = (unsigned char)i;
    for (size_t size = 10; size < 30000; size += 1777)
        block = realloc(block, size);
    block = realloc(block, 10);
    unsigned sum = 0;
    for (unsigned i = 0; i < 10; i++)
        sum += block[i];
    free(block);
    unsigned good = 0;
    for (size_t alignment = 4; alignment <= 8192; alignment *= 2) {
        unsigned char *aligned = heap_caps_aligned_alloc(alignment, 100, INTERNAL);
        good += (uintptr_t)aligned % alignment == 0;
        memset(aligned, 1, 100);
        heap_caps_free(aligned);
    }
    printf("%u %u\n", sum, good);
}

static void map_himem(void)
{
    esp_himem_handle_t memory;
    esp_himem_rangehandle_t range;
    void *pointer = NULL;
    if (esp_himem_alloc(ESP_HIMEM_BLKSZ, &memory) != ESP_OK || esp_himem_alloc_map_range(ESP_HIMEM_BLKSZ, &range) != ESP_OK ||
        esp_himem_map(memory, range, 0, 0, ESP_HIMEM_BLKSZ, 0, &pointer) != ESP_OK)
        abort();
    esp_himem_unmap(range, pointer, ESP_HIMEM_BLKSZ);
    printf("%d", esp_himem_free(memory) == ESP_OK);
    printf("%d%d\n", esp_himem_free_map_range(range) == ESP_OK, esp_himem_free(memory) == ESP_ERR_INVALID_ARG);
}

static void execute(void)
{
    uint32_t *code = heap_caps_malloc(64, MALLOC_CAP_EXEC);
    printf("%d\n", esp_ptr_executable(code));
    code[0] = 1;
    heap_caps_free(code);
}

static void pass_the_slack(void)
{
    unsigned char *block = heap_caps_malloc(41, INTERNAL);
    *at(block, 41) = 1;
    printf("written\n");
    heap_caps_free(block);
}

static void go_below(void)
{
    *at(heap_caps_malloc(40, INTERNAL), -1) = 1;
    printf("written\n");
}

/* Runs of pages come back once more bytes than the quarantine's wait behind them. */
static void use_again(void)
{
    void *first = heap_caps_malloc(40, INTERNAL);
    heap_caps_free(first);
    for (int i = 1; i < 1000; i++) {
        void *block = heap_caps_malloc(40, INTERNAL);
        heap_caps_free(block);
        if (block == first) {
            printf("again after %d\n", i);
            return;
        }
    }
    printf("never\n");
}

static void fork_away(void)
{
    char *block = heap_caps_malloc(40, INTERNAL);
    strcpy(block, "before");
    if (fork() == 0) {
        free(block);
        _exit(malloc(40) ? 0 : 1);
    }
    printf("%s\n", block);
    heap_caps_free(block);
}

static const struct {
    const char *name;
    void (*run)(void);
} deeds[] = {
    {"charge", charge},       {"tell-where", tell_where}, {"keep-contents", keep_contents},
    {"map-himem", map_himem}, {"execute", execute},       {"slack", pass_the_slack},
    {"below", go_below},      {"use-again", use_again},   {"fork-away", fork_away},
};

/* ---- tests ------------------------------------------------------------------------------------ */

#define BOARD "ESPMEM_BOARD=esp32-wrover-8m,reserve=62"

static struct child child;

static void prints(const char *settings, const char *deed, const char *line)
{
    child_run_self(&child, settings, deed);
    if (!strstr(child.out, line) || child.status != 0)
        printf("%s with %s: %d %s %s\n", deed, settings, child.status, child.out, child.err);
    CHECK_EQ(child.status, 0);
    CHECK(strstr(child.out, line) != NULL);
}

static void stops(const char *settings, const char *deed, const char *text)
{
    child_run_self(&child, settings, deed);
    if (!strstr(child.err, text))
        printf("%s with %s: %d %s %s\n", deed, settings, child.status, child.out, child.err);
    CHECK_EQ(child.status, 3);
    CHECK(strstr(child.err, text) != NULL);
}

TEST(the_chip_is_charged_as_without)
{
    child_run_self(&child, BOARD " ESPMEM_GUARD=off", "charge");
    CHECK_EQ(child.status, 0);
    static struct child fenced;
    child_run_self(&fenced, BOARD " ESPMEM_GUARD=page", "charge");
    CHECK_EQ(fenced.status, 0);
    const char *without = strstr(child.out, "\n1\nHeap summary"), *with = strstr(fenced.out, "\n1\nHeap summary");
    CHECK(without && with);
    CHECK_STR(with, without);
    CHECK_STR(strchr(strstr(fenced.out, "DMA/internal"), '\n'), strchr(strstr(child.out, "DMA/internal"), '\n'));
}

TEST(questions_about_a_pointer_are_answered_for_the_charged_heap)
{
    prints(BOARD " ESPMEM_GUARD=page", "tell-where", "1110010\n");
}

TEST(contents_and_alignment_are_kept)
{
    prints(BOARD " ESPMEM_GUARD=page", "keep-contents", "45 12\n");
    prints(BOARD ",below=1 ESPMEM_GUARD=page", "keep-contents", "45 12\n");
}

TEST(himem_and_executable_memory_work)
{
    prints(BOARD " ESPMEM_GUARD=page", "map-himem", "111\n");
    prints(BOARD " ESPMEM_GUARD=page", "execute", "1\n");
}

TEST(what_rounding_leaves_over_is_looked_at_when_freed)
{
    prints(BOARD " ESPMEM_GUARD=off", "slack", "written\n");
    stops(BOARD " ESPMEM_GUARD=page", "slack", "something wrote past the block's end");
    CHECK(strstr(child.out, "written\n") != NULL);
}

TEST(a_switch_puts_the_page_in_front)
{
    stops(BOARD ",below=1 ESPMEM_GUARD=page", "below", "it is 1 bytes in front of the block of 40 bytes");
    CHECK(strstr(child.out, "written\n") == NULL);
}

TEST(freed_pages_wait_as_long_as_the_quarantine_says)
{
    prints(BOARD ",quarantine=0 ESPMEM_GUARD=page", "use-again", "again after 1\n");
    prints(BOARD ",quarantine=80K ESPMEM_GUARD=page", "use-again", "again after 11\n");
    prints(BOARD ",quarantine=16M ESPMEM_GUARD=page", "use-again", "never\n");
}

TEST(a_forked_process_has_blocks_of_its_own)
{
    prints(BOARD " ESPMEM_GUARD=page", "fork-away", "before\n");
}

void app_main(void)
{
    char **arguments = espmem_argv();
    for (size_t i = 0; arguments[1] && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, arguments[1]) != 0)
            continue;
        deeds[i].run();
        exit(0);
    }
    exit(check_run(arguments[1]));
}
