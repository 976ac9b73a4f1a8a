/* D/IRAM: two addresses for one word, in reversed word order, for one thread and for several. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "esp_heap_caps.h"
#include "esp_memory_utils.h"

enum { BYTES = 12 * 1024, WORDS = BYTES / 4, ROUNDS = 2000 };

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

/* Adds to a word by one side; each word is one thread's. */
static void *count_up(void *argument)
{
    unsigned number = (unsigned)(uintptr_t)argument;
    bool by_code = number % 2;
    volatile uint32_t *word = by_code ? code_of(shared + number) : shared + number;
    pthread_barrier_wait(&start);
    for (unsigned i = 0; i < ROUNDS; i++)
        *word = *word + 1;
    return NULL;
}

TEST(no_write_is_lost_between_threads)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    shared = data_block();
    for (unsigned i = 0; i < THREADS; i++)
        shared[i] = 0;
    pthread_barrier_init(&start, NULL, THREADS);
    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, count_up, (void *)(uintptr_t)i), 0);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < THREADS; i++) {
        CHECK_EQ(shared[i], ROUNDS);
        CHECK_EQ(*code_of(shared + i), ROUNDS);
    }
    heap_caps_free((void *)(uintptr_t)shared);
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
