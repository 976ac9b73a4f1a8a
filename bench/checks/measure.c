/* What access checks cost: time of the works with them over the time without, on the host's memory and on the
 * chip's.
 *
 *     measure HOST-LIMIT CHIP-LIMIT [ROUNDS]    exit status 1 if a ratio is over its limit
 *
 * One idea: machines drift, so every round measures all four, and what counts is the median of the rounds'
 * ratios. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "esp_heap_caps.h"
#include "espmem/sim.h"
#include "work.h"

enum { BYTES = 64 * 1024, ROUNDS_MOST = 99 };

static uint32_t host_memory[BYTES / 4];

/* Of this thread alone: what other programs take does not count. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double time_of(const struct work *works, void *memory, uint32_t *result)
{
    double start = seconds();
    for (unsigned i = 0; i < WORKS; i++)
        *result = *result * 31 + works[i].run(memory, BYTES, works[i].times);
    return seconds() - start;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

/* Both sides of a memory: plain and checked, interleaved. */
static bool compare(const char *name, void *memory, double limit, unsigned rounds)
{
    static double plain[ROUNDS_MOST], checked[ROUNDS_MOST], ratios[ROUNDS_MOST];
    for (unsigned i = 0; i < rounds + 1; i++) {
        unsigned round = i ? i - 1 : 0; /* the first only warms up */
        uint32_t one = 0, other = 0;
        plain[round] = time_of(plain_works, memory, &one);
        checked[round] = time_of(checked_works, memory, &other);
        ratios[round] = checked[round] / plain[round];
        if (one != other)
            abort();
    }
    double ratio = median(ratios, rounds);
    printf("%-14s plain %6.1f ms   checked %6.1f ms   ratio %5.2f   at most %4.2f%s\n", name, median(plain, rounds) * 1e3,
           median(checked, rounds) * 1e3, ratio, limit, ratio > limit ? "  OVER" : "");
    return ratio <= limit;
}

void app_main(void)
{
    char **arguments = espmem_argv();
    unsigned long rounds = espmem_argc() > 3 ? strtoul(arguments[3], NULL, 10) : 9;
    if (espmem_argc() < 3 || rounds < 1 || rounds > ROUNDS_MOST) {
        fprintf(stderr, "measure: usage: measure HOST-LIMIT CHIP-LIMIT [ROUNDS]\n");
        exit(2);
    }
    void *chip_memory = heap_caps_malloc(BYTES, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    if (!chip_memory)
        exit(2);
    printf("sort of %d words, hash of %d bytes 30 times, list of %zu links 600 times\n", BYTES / 4, BYTES,
           BYTES / (2 * sizeof(void *)));
    bool good = compare("host memory", host_memory, strtod(arguments[1], NULL), (unsigned)rounds);
    good = compare("chip's memory", chip_memory, strtod(arguments[2], NULL), (unsigned)rounds) && good;
    exit(good ? 0 : 1);
}
