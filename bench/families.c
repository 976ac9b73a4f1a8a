/* families DIR: writes synthetic traces there, eight seeds of each family and three adversaries.
 *
 *   S  uniform sizes 16..512, 150 blocks live          M  a microcontroller's mixture, 200 live
 *   L  sizes uniform in their logarithm, 8..32768      F  firmware: few blocks that stay among many that do not
 *   adv1  many holes, each too small                   adv2  one class whose blocks nearly fit
 *   adv3  shuffled frees, then whatever comes
 *
 * One idea: the same numbers on every machine, so what is measured over them can be compared. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 8, MOST = 1 << 16, TAKE = 0, GIVE = 1, MAGIC = 0x43525448 };

static struct {
    uint32_t records[2 * MOST];
    uint32_t count, blocks;
    uint32_t live[MOST];
    unsigned lives;
    uint64_t random;
} trace;

static uint32_t random_below(uint32_t limit)
{
    trace.random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = (trace.random ^ trace.random >> 31) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 29) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z >> 32) * limit >> 32);
}

static uint32_t random_from_to(uint32_t first, uint32_t last)
{
    return first + random_below(last - first + 1);
}

static void record(uint32_t operation, uint32_t block, uint32_t size)
{
    trace.records[2 * trace.count] = operation | 1u << 2 | block << 8;
    trace.records[2 * trace.count + 1] = size;
    trace.count++;
}

static uint32_t take(uint32_t size)
{
    record(TAKE, ++trace.blocks, size);
    trace.live[trace.lives++] = trace.blocks;
    return trace.blocks;
}

static void give(unsigned index)
{
    record(GIVE, trace.live[index], 0);
    trace.live[index] = trace.live[--trace.lives];
}

/* ---- sizes ----------------------------------------------------------------------------------- */

static uint32_t uniform(void)
{
    return random_from_to(16, 512);
}

static uint32_t mixture(void)
{
    static const uint32_t usual[] = {12, 16, 20, 24, 28, 32, 40, 48, 64}, large[] = {4096, 8192, 16384};
    uint32_t percent = random_below(100);
    if (percent < 60) {
        return usual[random_below(9)];
    }
    if (percent < 85) {
        return random_from_to(40, 256);
    }
    return percent < 99 ? random_from_to(256, 1700) : large[random_below(3)];
}

static uint32_t logarithmic(void)
{
    return (uint32_t)exp(log(8) + (log(32768) - log(8)) * random_below(1u << 30) / (1u << 30));
}

/* ---- lifetimes ------------------------------------------------------------------------------- */

/* About as many live blocks all the time, which go in any order. */
static void steady(unsigned operations, unsigned target, uint32_t (*size)(void))
{
    while (operations-- > 0) {
        if (trace.lives < target || (trace.lives < target + target / 10 && random_below(2) == 0)) {
            take(size());
        } else {
            give(random_below(trace.lives));
        }
    }
}

/* Long-lived blocks at the end of the live ones, short-lived ones as a queue in front. */
static void firmware(void)
{
    static const uint32_t long_sizes[] = {16, 24, 32, 48, 100, 200};
    uint32_t shorts[128], longs[300];
    unsigned short_count = 0, long_count = 0;
    for (unsigned i = 0; i < 9000; i++) {
        uint32_t percent = random_below(100);
        if (percent < 45) {
            record(TAKE, shorts[short_count++] = ++trace.blocks, mixture());
        } else if (percent < 90 && short_count > 20) {
            unsigned index = 0; /* mostly an old one */
            while (index + 1 < short_count && random_below(4) != 0) {
                index++;
            }
            record(GIVE, shorts[index], 0);
            for (short_count--; index < short_count; index++) {
                shorts[index] = shorts[index + 1];
            }
        } else if (long_count < 250) {
            record(TAKE, longs[long_count++] = ++trace.blocks, long_sizes[random_below(6)]);
        } else {
            unsigned index = random_below(long_count);
            record(GIVE, longs[index], 0);
            longs[index] = longs[--long_count];
        }
        if (short_count > 80) {
            record(GIVE, shorts[0], 0);
            for (unsigned index = 0; index + 1 < short_count; index++) {
                shorts[index] = shorts[index + 1];
            }
            short_count--;
        }
    }
}

/* ---- adversaries ----------------------------------------------------------------------------- */

static void many_small_holes(void)
{
    for (unsigned i = 1; i <= 4000; i++) {
        record(TAKE, i, 24);
    }
    for (unsigned i = 1; i <= 4000; i += 2) {
        record(GIVE, i, 0);
    }
    for (unsigned i = 1; i <= 20; i++) {
        record(TAKE, 4000 + i, 64);
    }
    for (unsigned i = 1; i <= 20; i++) {
        record(GIVE, 4020 - i + 1, 0);
        record(GIVE, 4000 - 2 * (i - 1), 0);
    }
    trace.blocks = 4020;
}

static void one_class_that_nearly_fits(void)
{
    enum { HOLES = 1000 };
    uint32_t size[HOLES];
    for (unsigned i = 0; i < HOLES; i++) {
        size[i] = 1032 + i * 8 % 990;
        record(TAKE, 2 * i + 1, size[i]);
        record(TAKE, 2 * i + 2, 16);
    }
    for (uint32_t wanted = 1032; wanted < 1032 + 990; wanted++) { /* the smallest first, so found last */
        for (unsigned i = 0; i < HOLES; i++) {
            if (size[i] == wanted) {
                record(GIVE, 2 * i + 1, 0);
            }
        }
    }
    for (unsigned i = 1; i <= 50; i++) {
        record(TAKE, 2 * HOLES + i, 2000 - i);
    }
    trace.blocks = 2 * HOLES + 50;
}

static void shuffled(void)
{
    for (unsigned i = 0; i < 3000; i++) {
        take(random_from_to(8, random_below(2) ? 300 : 4000));
    }
    for (unsigned i = 0; i < 1500; i++) {
        give(random_below(trace.lives));
    }
    for (unsigned i = 0; i < 6000; i++) {
        if (random_below(2) == 0) {
            take((uint32_t)exp2(3 + 10.0 * random_below(1u << 30) / (1u << 30)));
        } else {
            give(random_below(trace.lives));
        }
    }
}

/* ---- files ----------------------------------------------------------------------------------- */

static void start(uint64_t seed)
{
    trace.count = trace.blocks = trace.lives = 0;
    trace.random = seed * UINT64_C(0xD1342543DE82EF95);
}

static void save(const char *folder, const char *name, unsigned seed)
{
    char path[4096];
    snprintf(path, sizeof path, seed < SEEDS ? "%s/%s%u.tr" : "%s/%s.tr", folder, name, seed);
    FILE *file = fopen(path, "wb");
    uint32_t header[4] = {MAGIC, trace.count, trace.blocks + 1, 1};
    if (!file || fwrite(header, sizeof header, 1, file) != 1 || fwrite(trace.records, 8, trace.count, file) != trace.count ||
        fclose(file) != 0) {
        fprintf(stderr, "families: %s cannot be written\n", path);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "families: give the folder to write to\n");
        return 2;
    }
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        start(100 + seed), steady(15000, 150, uniform), save(argv[1], "S", seed);
        start(200 + seed), steady(20000, 200, mixture), save(argv[1], "M", seed);
        start(300 + seed), steady(10000, 60, logarithmic), save(argv[1], "L", seed);
        start(400 + seed), firmware(), save(argv[1], "F", seed);
    }
    start(1), many_small_holes(), save(argv[1], "adv1", SEEDS);
    start(1), one_class_that_nearly_fits(), save(argv[1], "adv2", SEEDS);
    start(1), shuffled(), save(argv[1], "adv3", SEEDS);
    return 0;
}
