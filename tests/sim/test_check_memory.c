/* Rules of kinds of memory: words only, the disabled cache, DMA. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "child.h"
#include "esp_heap_caps.h"
#include "esp_heap_caps_init.h"
#include "esp_private/spi_flash_os.h"
#include "espmem/sim.h"

#ifdef TEST_CHECKED
static const bool checked = true;
#else
static const bool checked = false;
#endif

/* ---- what a child does ------------------------------------------------------------------------ */

static void use_words(void)
{
    volatile uint32_t *words = heap_caps_malloc(64, MALLOC_CAP_32BIT);
    volatile uint32_t *zeroed = heap_caps_calloc(5, 3, MALLOC_CAP_32BIT);
    uint32_t *grown = heap_caps_realloc((void *)(uintptr_t)words, 256, MALLOC_CAP_32BIT);
    memset(grown, 0, 256);
    memcpy(grown, grown + 32, 32);
    printf("%u\n", (unsigned)(grown[0] + zeroed[0]));
}

static void store_byte(void)
{
    volatile uint8_t *bytes = heap_caps_malloc(64, MALLOC_CAP_EXEC);
    bytes[5] = 1;
    printf("stored\n");
}

static void clear_odd(void)
{
    volatile size_t bytes = 7;
    memset(heap_caps_malloc(64, MALLOC_CAP_EXEC), 0, bytes);
    printf("cleared\n");
}

/* A heap of words in a page that others share. */
static void *joined(void)
{
    static const uint32_t caps[] = {MALLOC_CAP_32BIT, 0, 0};
    char *memory = heap_caps_malloc(8192, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    memory[8191] = 1;
    if (heap_caps_add_region_with_caps(caps, (intptr_t)memory + 512, (intptr_t)memory + 7680) != ESP_OK)
        abort();
    memory[0] = memory[8191]; /* these bytes are not in it */
    return heap_caps_malloc(64, MALLOC_CAP_32BIT);
}

static void use_joined(void)
{
    volatile uint32_t *words = joined();
    words[1] = 4711;
    printf("%u\n", (unsigned)words[1]);
}

static void store_byte_in_joined(void)
{
    volatile uint8_t *bytes = joined();
    bytes[1] = 1;
    printf("stored\n");
}

static volatile uint32_t *external(void)
{
    volatile uint32_t *words = heap_caps_malloc(4096, MALLOC_CAP_SPIRAM);
    words[0] = 4711;
    return words;
}

static void read_without_cache(void)
{
    volatile uint32_t *words = external();
    spi_flash_guard_get()->start();
    printf("%u\n", (unsigned)words[0]);
}

static void read_around_guard(void)
{
    volatile uint32_t *words = external();
    spi_flash_guard_get()->start();
    void *block = heap_caps_malloc(64, MALLOC_CAP_EXEC);
    heap_caps_free(block);
    spi_flash_guard_get()->end();
    printf("%u\n", (unsigned)words[0]);
}

static atomic_int stage;

static void *read_later(void *words)
{
    atomic_store(&stage, 1);
    uint32_t value = *(volatile uint32_t *)words;
    atomic_store(&stage, 2);
    return (void *)(uintptr_t)value;
}

static void wait_for_other(void)
{
    void *value;
    pthread_t other;
    struct timespec moment = {0, 50000000};
    volatile uint32_t *words = external();
    spi_flash_guard_get()->start();
    pthread_create(&other, NULL, read_later, (void *)(uintptr_t)words);
    nanosleep(&moment, NULL);
    printf("%d ", atomic_load(&stage));
    spi_flash_guard_get()->end();
    pthread_join(other, &value);
    printf("%u\n", (unsigned)(uintptr_t)value);
}

static void use_dma(void)
{
    static const char *const answers[] = {"no", "yes"};
    char *internal = heap_caps_malloc(64, MALLOC_CAP_DMA);
    char *outside = heap_caps_malloc(64, MALLOC_CAP_SPIRAM);
    void *code = heap_caps_malloc(64, MALLOC_CAP_EXEC);
    printf("%s ", answers[espmem_dma_may_use("spi", internal, 64, 4)]);
    printf("%s ", answers[espmem_dma_may_use("spi", internal + 1, 64, 4)]);
    printf("%s ", answers[espmem_dma_may_use("spi", internal, 63, 4)]);
    printf("%s ", answers[espmem_dma_may_use("spi", outside, 64, 1)]);
    printf("%s\n", answers[espmem_dma_may_use("spi", code, 64, 1)]);
}

static const struct deed {
    const char *name;
    void (*run)(void);
} deeds[] = {
    {"use_words", use_words},
    {"store_byte", store_byte},
    {"clear_odd", clear_odd},
    {"use_joined", use_joined},
    {"store_byte_in_joined", store_byte_in_joined},
    {"read_without_cache", read_without_cache},
    {"read_around_guard", read_around_guard},
    {"wait_for_other", wait_for_other},
    {"use_dma", use_dma},
};

/* ---- tests ------------------------------------------------------------------------------------ */

static struct child child;

static void has(const char *text, const char *words)
{
    if (!strstr(text, words))
        printf("no \"%s\" in: %s", words, text);
    CHECK(strstr(text, words) != NULL);
}

static void passes(const char *settings, const char *deed, const char *output)
{
    child_run_self(&child, settings, deed);
    if (child.status != 0)
        printf("%s", child.err);
    CHECK_EQ(child.status, 0);
    has(child.out, output);
}

static void stops(const char *settings, const char *deed, const char *words)
{
    child_run_self(&child, settings, deed);
    CHECK_EQ(child.status, 3);
    has(child.err, words);
    has(child.err, deed);
}

TEST(whole_words_pass)
{
    passes("", "use_words", "0\n");
    passes("", "use_joined", "4711\n");
    CHECK_STR(child.err, "");
}

TEST(a_byte_of_instruction_memory_is_a_load_store_error)
{
    if (!checked) {
        passes("", "store_byte", "stored");
        return;
    }
    stops("", "store_byte", "panic'ed (LoadStoreError). 1-byte write of 0x400");
    has(child.err, "bytes inside the used block of 64 bytes");
    stops("", "clear_odd", "(LoadStoreError). 7-byte write of 0x400");
}

TEST(a_byte_of_a_heap_for_words_is_a_load_store_error)
{
    if (!checked) {
        passes("", "store_byte_in_joined", "stored");
        return;
    }
    stops("", "store_byte_in_joined", "(LoadStoreError). 1-byte write of 0x3ff");
}

TEST(psram_is_out_of_reach_while_the_cache_is_disabled)
{
    stops("", "read_without_cache", "panic'ed (Cache disabled but cached memory region accessed). ");
    has(child.err, "it is in the heap SPIRAM at 0x3f800000");
    passes("", "read_around_guard", "4711\n");
    passes("", "wait_for_other", "1 4711\n");
}

TEST(a_buffer_that_dma_cannot_use_is_refused)
{
    passes("", "use_dma", "yes no no no no\n");
    has(child.err, "warning: spi: DMA cannot use the buffer of 64 bytes at 0x3ff");
    has(child.err, "its start is not aligned; called by use_dma+0x");
    has(child.err, "its length is not a multiple of the alignment");
    has(child.err, "it is in PSRAM, which DMA does not reach");
    has(child.err, "it is not in memory that DMA reaches");
    has(child.err, "4 warnings");
    stops("ESPMEM_MANNER=strict", "use_dma", "panic'ed (DMA). spi: DMA cannot use");
}

int main(int count, char **arguments)
{
    for (size_t i = 0; count > 1 && i < sizeof deeds / sizeof deeds[0]; i++) {
        if (strcmp(deeds[i].name, arguments[1]) != 0)
            continue;
        deeds[i].run();
        return 0;
    }
    return check_run(count > 1 ? arguments[1] : NULL);
}
