/* The Linux port: locks that exclude and nest, and the words of a fault. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "esp_heap_caps.h"
#include "espmem/port.h"
#include "ports/linux/port.h"

static struct em_lock lock;
static unsigned long counted; /* guarded by the lock */

enum { THREADS = 4, STEPS = 50000 };

static void *count_under_lock(void *nested)
{
    for (int i = 0; i < STEPS; i++) {
        em_port_lock(&lock);
        if (nested)
            em_port_lock(&lock);
        counted++;
        if (nested)
            em_port_unlock(&lock);
        em_port_unlock(&lock);
    }
    return NULL;
}

TEST(a_lock_lets_one_thread_in_at_a_time)
{
    pthread_t threads[THREADS];
    counted = 0;
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, count_under_lock, i % 2 ? &lock : NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_EQ(counted, THREADS * STEPS);
    CHECK_EQ(lock.word[0] | lock.word[1], 0);
}

static bool entered;

static void *enter(void *unused)
{
    (void)unused;
    em_port_lock(&lock);
    __atomic_store_n(&entered, true, __ATOMIC_SEQ_CST);
    em_port_unlock(&lock);
    return NULL;
}

TEST(a_nested_lock_is_free_only_after_the_last_unlock)
{
    pthread_t thread;
    __atomic_store_n(&entered, false, __ATOMIC_SEQ_CST);
    em_port_lock(&lock);
    em_port_lock(&lock);
    em_port_lock(&lock);
    CHECK_EQ(pthread_create(&thread, NULL, enter, NULL), 0);
    em_port_unlock(&lock);
    em_port_unlock(&lock);
    usleep(30000); /* long enough to be asleep, and to be wrong */
    CHECK(!__atomic_load_n(&entered, __ATOMIC_SEQ_CST));
    em_port_unlock(&lock);
    pthread_join(thread, NULL);
    CHECK(__atomic_load_n(&entered, __ATOMIC_SEQ_CST));
}

TEST(a_lock_held_across_a_fork_is_the_childs_too)
{
    em_port_lock(&lock);
    pid_t child = fork();
    if (child == 0) {
        alarm(10);
        em_port_lock(&lock); /* nests: it is ours */
        em_port_unlock(&lock);
        em_port_unlock(&lock);
        _exit(lock.word[0] == 0 ? 0 : 1);
    }
    em_port_unlock(&lock);
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

TEST(copies_are_exact)
{
    uint32_t from[65], to[65];
    for (size_t bytes = 0; bytes <= 256; bytes++) {
        for (int i = 0; i < 65; i++)
            from[i] = (uint32_t)i * 0x01010101u, to[i] = 0xEEEEEEEE;
        em_port_copy(to, from, bytes);
        CHECK(memcmp(to, from, bytes) == 0);
        CHECK_EQ(((unsigned char *)to)[bytes], 0xEE);
    }
}

TEST(every_kind_of_fault_has_words)
{
    char text[320];
    for (int kind = EM_FAULT_FOREIGN_POINTER; kind <= EM_FAULT_BAD_BANKS; kind++) {
        for (int during = EM_DURING_FREE; during <= EM_DURING_CHECK; during++) {
            struct em_fault fault = {.kind = (enum em_fault_kind)kind, .during = (enum em_operation)during, .address = 0x1234};
            em_linux_fault_text(&fault, text, sizeof text);
            CHECK(strstr(text, "0x00001234: ") != NULL);
            CHECK(strchr(text, '?') == NULL);
        }
    }
    struct em_fault unknown = {.kind = (enum em_fault_kind)99, .during = (enum em_operation)99, .expected = 1, .found = 2};
    em_linux_fault_text(&unknown, text, sizeof text);
    CHECK_STR(text, "? 0x00000000: ?; expected 0x1, found 0x2");
    em_linux_fault_text(&unknown, text, 5);
    CHECK_STR(text, "? 0x");
}

/* ---- faults of the running chip ----------------------------------------------------------------- */

static void free_twice(void)
{
    void *block = heap_caps_malloc(100, MALLOC_CAP_8BIT), *volatile again = block;
    heap_caps_free(block);
    heap_caps_free(again);
}

static void free_inside(void)
{
    char *block = heap_caps_malloc(100, MALLOC_CAP_8BIT);
    heap_caps_free(block + 12);
}

static void free_foreign(void)
{
    static int object;
    heap_caps_free(&object);
}

static void free_rom(void)
{
    void *volatile rom = (void *)(uintptr_t)0x40000400;
    free(rom);
}

static const struct {
    const char *name;
    void (*run)(void);
    const char *words[4];
} deeds[] = {
    {"free-twice", free_twice, {"). free of 0x3ff", "free already", "in the heap D", "inside the free block"}},
    {"free-inside", free_inside, {"). free of 0x3ff", "in the heap D", "12 bytes inside the used block of 10"}},
    {"free-foreign", free_foreign, {"). free of 0x", "none of the heaps", "no address of the chip"}},
    {"free-rom", free_rom, {"). free of 0x40000400", "none of the heaps", "instruction ROM"}},
};

TEST(a_bad_free_is_reported_and_stops_the_program)
{
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        struct child child;
        child_run_self(&child, "", deeds[i].name);
        CHECK_EQ(child.status, 3);
        for (int word = 0; word < 4 && deeds[i].words[word]; word++) {
            if (!strstr(child.err, deeds[i].words[word]))
                printf("%s: no \"%s\" in %s", deeds[i].name, deeds[i].words[word], child.err);
            CHECK(strstr(child.err, deeds[i].words[word]) != NULL);
        }
    }
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
