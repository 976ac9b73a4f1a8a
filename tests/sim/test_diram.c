/* D/IRAM: two addresses for one word, in reversed word order, for one thread and for several. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "esp_heap_caps.h"
#include "esp_memory_utils.h"

enum { BYTES = 12 * 1024, WORDS = BYTES / 4, ROUNDS = 40000 };

/* A block of D/IRAM by its data address: what does not fit in the rest of DRAM. */
static volatile uint32_t *data_block(void)
{
    enum { FILLER = 130 * 1024, BLOCK = 60 * 1024 };
    void *filler = heap_caps_malloc(FILLER, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    uint32_t *data = heap_caps_malloc(BLOCK, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    heap_caps_free(filler);
    CHECK(esp_ptr_in_diram_dram(data));
    return data;
}

static volatile uint32_t *code_of(volatile uint32_t *data)
{
    return esp_ptr_diram_dram_to_iram((const void *)(uintptr_t)data);
}

TEST(each_side_sees_what_the_other_writes)
{
    volatile uint32_t *data = data_block();
    for (unsigned i = 0; i < WORDS; i++) {
        data[i] = i + 0xAAAA;
        CHECK_EQ(*code_of(data + i), i + 0xAAAA);
        *code_of(data + i) = ~i;
        CHECK_EQ(data[i], ~i);
    }
    heap_caps_free((void *)(uintptr_t)data);
}

TEST(the_words_run_backwards)
{
    volatile uint32_t *data = data_block(), *code = code_of(data + WORDS - 1);
    for (unsigned i = 0; i < WORDS; i++)
        data[i] = i;
    for (unsigned i = 0; i < WORDS; i++)
        CHECK_EQ(code[i], WORDS - 1 - i);
    for (unsigned i = 0; i < WORDS; i++)
        CHECK_EQ(data[i], i);
    CHECK_EQ(((volatile uint8_t *)data)[4], 1);
    heap_caps_free((void *)(uintptr_t)data);
}

/* ---- several threads --------------------------------------------------------------------------- */

static volatile uint32_t *shared;
static pthread_barrier_t start;

static atomic_bool over;

/* Each word is one thread's. This one adds by the data side as fast as it can, so that the page is mostly
 * taken from it in the middle of that; how often. */
static void *add_by_data(void *argument)
{
    volatile uint32_t *word = shared + (uintptr_t)argument;
    uintptr_t added = 0;
    pthread_barrier_wait(&start);
    while (!atomic_load_explicit(&over, memory_order_relaxed)) {
        *word = *word + 1;
        added++;
    }
    return (void *)added;
}

static void *add_by_code(void *argument)
{
    volatile uint32_t *word = code_of(shared + (uintptr_t)argument);
    pthread_barrier_wait(&start);
    for (unsigned i = 0; i < ROUNDS; i++)
        *word = *word + 1;
    return (void *)(uintptr_t)ROUNDS;
}

TEST(no_write_is_lost_between_threads)
{
    enum { THREADS = 3 };
    pthread_t threads[THREADS];
    volatile uint32_t *block = data_block();
    shared = block + (4096 - (uintptr_t)block % 4096) / 4 + 500; /* in the middle of a page that is copied */
    for (unsigned i = 0; i < THREADS; i++)
        shared[i] = 0;
    pthread_barrier_init(&start, NULL, THREADS);
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, i ? add_by_code : add_by_data, (void *)i), 0);
    for (unsigned i = THREADS; i-- > 0;) {
        void *added;
        pthread_join(threads[i], &added);
        if (i == 1)
            atomic_store(&over, true);
        CHECK_EQ(shared[i], (uint32_t)(uintptr_t)added);
        CHECK_EQ(*code_of(shared + i), (uint32_t)(uintptr_t)added);
    }
    heap_caps_free((void *)(uintptr_t)block);
}

TEST(a_child_of_a_fork_has_its_own_words)
{
    volatile uint32_t *data = data_block();
    *code_of(data) = 1;
    data[1] = 2;
    pid_t child = fork();
    if (child == 0) {
        bool same = data[0] == 1 && *code_of(data + 1) == 2;
        *code_of(data) = 3;
        _exit(same && data[0] == 3 ? 0 : 1);
    }
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    CHECK_EQ(data[0], 1);
    heap_caps_free((void *)(uintptr_t)data);
}

/* ---- execution --------------------------------------------------------------------------------- */

#if defined(__x86_64__) || defined(__i386__)
static const uint32_t code_words[] = {0x00002AB8, 0x9090C300}; /* mov eax, 42; ret */

TEST(executable_memory_is_executed)
{
    volatile uint32_t *code = heap_caps_malloc(64, MALLOC_CAP_EXEC);
    union {
        volatile uint32_t *data;
        int (*function)(void);
    } block = {code};
    for (unsigned i = 0; i < 2; i++)
        code[i] = code_words[i];
    CHECK_EQ(block.function(), 42);
    heap_caps_free((void *)(uintptr_t)code);
}

TEST(the_instruction_side_of_diram_is_executed)
{
    volatile uint32_t *data = data_block(), *code = code_of(data + 1);
    data[1] = code_words[0];
    data[0] = code_words[1];
    union {
        volatile uint32_t *data;
        int (*function)(void);
    } block = {code};
    CHECK_EQ(block.function(), 42);
    heap_caps_free((void *)(uintptr_t)data);
}
#endif

CHECK_MAIN
