/* Random numbers that are the same on every machine, and how much of them a run wants. */
#ifndef TESTS_CORE_RANDOM_H
#define TESTS_CORE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct random {
    uint64_t state;
};

static inline struct random random_from(unsigned seed)
{
    return (struct random){seed * UINT64_C(0x9E3779B97F4A7C15) + 1};
}

static inline uint32_t random_word(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)(z >> 32);
}

/* From 0 up to `limit`, without it. */
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
    return (uint32_t)((uint64_t)random_word(random) * limit >> 32);
}

/* Where every instruction costs many: under the thread sanitizer, and where ESPMEM_BRIEF=1 says so (the
 * stage for valgrind does). One thread's sequences are tested long enough elsewhere. */
static inline bool random_is_brief(void)
{
#if defined(__SANITIZE_THREAD__)
    return true;
#else
    const char *wanted = getenv("ESPMEM_BRIEF");
    return wanted && *wanted;
#endif
}

/* ESPMEM_LONG=1 (./dev test long) asks for longer random tests. */
static inline bool random_is_long(void)
{
    const char *wanted = getenv("ESPMEM_LONG");
    return wanted && *wanted;
}

static inline unsigned random_rounds(unsigned rounds, unsigned rounds_if_long)
{
    if (random_is_long())
        return rounds_if_long;
    return random_is_brief() ? rounds / 8 + 1 : rounds;
}

#endif
