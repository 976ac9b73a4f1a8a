/* A forked process has a chip of its own. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "esp32/himem.h"
#include "esp_heap_caps.h"
#include "idf/chip.h"
#include "sim/psram.h"

/* Runs `body` in a forked child; true iff it returned true there. */
static bool in_child(bool (*body)(void *), void *context)
{
    pid_t child = fork();
    if (child == 0)
        _exit(body(context) ? 0 : 1);
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct mapped {
    esp_himem_handle_t memory;
    esp_himem_rangehandle_t range;
    volatile uint32_t *bank;
};

static struct mapped map_two_banks(void)
{
    struct mapped mapped;
    void *pointer = NULL;
    CHECK_EQ(esp_himem_alloc(2 * ESP_HIMEM_BLKSZ, &mapped.memory), ESP_OK);
    CHECK_EQ(esp_himem_alloc_map_range(2 * ESP_HIMEM_BLKSZ, &mapped.range), ESP_OK);
    CHECK_EQ(esp_himem_map(mapped.memory, mapped.range, 0, 0, 2 * ESP_HIMEM_BLKSZ, 0, &pointer), ESP_OK);
    mapped.bank = pointer;
    return mapped;
}

static void unmap_two_banks(struct mapped *mapped)
{
    CHECK_EQ(esp_himem_unmap(mapped->range, (void *)(uintptr_t)mapped->bank, 2 * ESP_HIMEM_BLKSZ), ESP_OK);
    CHECK_EQ(esp_himem_free_map_range(mapped->range), ESP_OK);
    CHECK_EQ(esp_himem_free(mapped->memory), ESP_OK);
}

static bool write_six_over_five(void *context)
{
    volatile uint32_t *words = context;
    bool inherited = words[0] == 5;
    words[0] = 6;
    return inherited && words[0] == 6;
}

TEST(what_a_child_writes_to_himem_stays_there)
{
    struct mapped mapped = map_two_banks();
    mapped.bank[0] = 5;
    CHECK(in_child(write_six_over_five, (void *)(uintptr_t)mapped.bank));
    CHECK_EQ(mapped.bank[0], 5);
    unmap_two_banks(&mapped);
}

TEST(what_a_child_writes_to_external_heap_stays_there)
{
    volatile uint32_t *words = heap_caps_malloc(64, MALLOC_CAP_SPIRAM);
    CHECK((uintptr_t)words >= 0x3F800000 && (uintptr_t)words < 0x3FC00000);
    words[0] = 5;
    CHECK(in_child(write_six_over_five, (void *)(uintptr_t)words));
    CHECK_EQ(words[0], 5);
    heap_caps_free((void *)(uintptr_t)words);
}

TEST(what_a_child_writes_to_internal_heap_stays_there)
{
    volatile uint32_t *words = heap_caps_malloc(64, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
    words[0] = 5;
    CHECK(in_child(write_six_over_five, (void *)(uintptr_t)words));
    CHECK_EQ(words[0], 5);
    heap_caps_free((void *)(uintptr_t)words);
}

struct late {
    struct mapped mapped;
    int parent_wrote[2];
};

static bool see_no_later_write(void *context)
{
    struct late *late = context;
    char byte;
    return read(late->parent_wrote[0], &byte, 1) == 1 && late->mapped.bank[0] == 1;
}

TEST(what_the_parent_writes_after_a_fork_is_not_the_childs)
{
    struct late late = {.mapped = map_two_banks()};
    CHECK_EQ(pipe(late.parent_wrote), 0);
    late.mapped.bank[0] = 1;
    pid_t child = fork();
    if (child == 0)
        _exit(see_no_later_write(&late) ? 0 : 1);
    late.mapped.bank[0] = 2;
    CHECK_EQ(write(late.parent_wrote[1], "", 1), 1);
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    unmap_two_banks(&late.mapped);
}

/* Unmapped banks are copied as well, and the child can map them. */
static bool remap_in_child(void *context)
{
    struct mapped *mapped = context;
    void *pointer = NULL;
    if (esp_himem_unmap(mapped->range, (void *)(uintptr_t)mapped->bank, 2 * ESP_HIMEM_BLKSZ) != ESP_OK)
        return false;
    if (esp_himem_map(mapped->memory, mapped->range, ESP_HIMEM_BLKSZ, 0, ESP_HIMEM_BLKSZ, 0, &pointer) != ESP_OK)
        return false;
    return *(volatile uint32_t *)pointer == 77;
}

TEST(a_child_maps_banks_by_itself)
{
    struct mapped mapped = map_two_banks();
    mapped.bank[ESP_HIMEM_BLKSZ / 4] = 77;
    CHECK(in_child(remap_in_child, &mapped));
    CHECK_EQ(mapped.bank[ESP_HIMEM_BLKSZ / 4], 77);
    unmap_two_banks(&mapped);
}

/* ---- forks while others allocate and map ------------------------------------------------------ */

static bool stop;

static void *allocate_all_the_time(void *unused)
{
    (void)unused;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        void *internal = heap_caps_malloc(40, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
        void *external = heap_caps_malloc(400, MALLOC_CAP_SPIRAM);
        heap_caps_free(internal);
        heap_caps_free(external);
    }
    return NULL;
}

static void *map_all_the_time(void *context)
{
    struct mapped *mapped = context;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        void *pointer = NULL;
        for (unsigned bank = 0; bank < 2; bank++) {
            if (esp_himem_map(mapped->memory, mapped->range, bank * ESP_HIMEM_BLKSZ, 0, ESP_HIMEM_BLKSZ, 0, &pointer) != ESP_OK)
                abort();
            if (esp_himem_unmap(mapped->range, pointer, ESP_HIMEM_BLKSZ) != ESP_OK)
                abort();
        }
    }
    return NULL;
}

/* Would wait for ever for a lock or a bank that belongs to a thread of the parent. */
static bool use_everything(void *context)
{
    struct mapped *mapped = context;
    void *pointer = NULL;
    alarm(20);
    for (int i = 0; i < 20; i++) {
        heap_caps_free(heap_caps_malloc(100, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT));
        heap_caps_free(heap_caps_malloc(100, MALLOC_CAP_SPIRAM));
    }
    if (!heap_caps_check_integrity_all(false))
        return false;
    /* A bank that the parent's thread had mapped stays mapped here, but never busy: then both ends say so. */
    esp_err_t first = esp_himem_map(mapped->memory, mapped->range, 0, ESP_HIMEM_BLKSZ, ESP_HIMEM_BLKSZ, 0, &pointer);
    esp_err_t second =
        esp_himem_map(mapped->memory, mapped->range, ESP_HIMEM_BLKSZ, ESP_HIMEM_BLKSZ, ESP_HIMEM_BLKSZ, 0, &pointer);
    return first == ESP_OK || second == ESP_OK;
}

TEST(children_of_a_busy_parent_work)
{
    pthread_t allocator, mapper;
    struct mapped mapped = map_two_banks();
    CHECK_EQ(esp_himem_unmap(mapped.range, (void *)(uintptr_t)mapped.bank, 2 * ESP_HIMEM_BLKSZ), ESP_OK);
    __atomic_store_n(&stop, false, __ATOMIC_RELAXED);
    CHECK_EQ(pthread_create(&allocator, NULL, allocate_all_the_time, NULL), 0);
    CHECK_EQ(pthread_create(&mapper, NULL, map_all_the_time, &mapped), 0);
    bool good = true;
    for (int i = 0; i < 20 && good; i++)
        good = in_child(use_everything, &mapped);
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    pthread_join(allocator, NULL);
    pthread_join(mapper, NULL);
    CHECK(good);
    CHECK_EQ(esp_himem_free_map_range(mapped.range), ESP_OK);
    CHECK_EQ(esp_himem_free(mapped.memory), ESP_OK);
}

/* As the core's records stand while a thread switches bank 0 into page 0. */
static void set_busy(uint8_t busy, uint16_t shown)
{
    em_port_lock(&idf_chip.himem.lock);
    idf_chip.himem.banks[0].busy = idf_chip.himem.pages[0].busy = busy;
    idf_chip.himem.banks[0].page = idf_chip.himem.pages[0].bank = shown;
    em_port_unlock(&idf_chip.himem.lock);
}

static bool nothing_is_busy(void *unused)
{
    (void)unused;
    const struct em_himem_bank *bank = &idf_chip.himem.banks[0];
    const struct em_himem_page *page = &idf_chip.himem.pages[0];
    return !bank->busy && !page->busy && bank->page == 0 && page->bank == 0;
}

TEST(a_map_that_was_under_way_has_not_happened_in_the_child)
{
    set_busy(1, 1);
    CHECK(in_child(nothing_is_busy, NULL));
    CHECK(idf_chip.himem.banks[0].busy && idf_chip.himem.pages[0].busy);
    set_busy(0, 0);
}

TEST(a_fork_leaves_no_second_file_behind)
{
    int before = sim_psram_file();
    CHECK(in_child(write_six_over_five, (uint32_t[]){5}));
    int next = dup(before); /* the lowest free number */
    close(next);
    CHECK(in_child(write_six_over_five, (uint32_t[]){5}));
    int again = dup(before);
    close(again);
    CHECK_EQ(again, next);
    CHECK_EQ(sim_psram_file(), before);
}

CHECK_MAIN
