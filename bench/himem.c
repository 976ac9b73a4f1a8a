/* How long it takes to bring a bank of high memory into reach, against what plain mmap takes.
 *
 *     himem [ROUNDS]      prints a table; exit status 1 if a ratio is over its limit
 *
 * A firmware program on the simulated chip: himem is used by its public functions. Only the plain
 * variants know that the PSRAM is a file.
 *
 * One idea: machines drift, so every round measures all variants one after another, and what counts is the
 * median, over the rounds, of the ratio of two variants of the same round. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "esp32/himem.h"
#include "esp_err.h"
#include "espmem/sim.h"
#include "sim/psram.h"

enum {
    PAGE = 4096,
    BANK = ESP_HIMEM_BLKSZ,
    WORDS = BANK / 4,
    RUN = 62,      /* banks of the window */
    SINGLES = 500, /* maps of one bank that are timed together */
    RUNS = 12,     /* maps of RUN banks, likewise */
    ROUNDS_MOST = 999,
};

static esp_himem_handle_t memory;
static esp_himem_rangehandle_t window;
static unsigned banks;
static uint8_t *plain_window; /* RUN banks of addresses that are nobody else's */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void touch(volatile uint8_t *start, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += PAGE)
        start[i] = 1;
}

/* ---- himem ------------------------------------------------------------------------------------ */

static void *map(unsigned bank, unsigned page, unsigned count)
{
    void *pointer = NULL;
    ESP_ERROR_CHECK(esp_himem_map(memory, window, (size_t)bank * BANK, (size_t)page * BANK, (size_t)count * BANK, 0, &pointer));
    return pointer;
}

static void unmap(void *pointer, unsigned count)
{
    ESP_ERROR_CHECK(esp_himem_unmap(window, pointer, (size_t)count * BANK));
}

static void use(unsigned bank, unsigned page, unsigned count)
{
    void *pointer = map(bank, page, count);
    touch(pointer, (size_t)count * BANK);
    unmap(pointer, count);
}

/* Every map finds another bank in its page. */
static void himem_singles(void)
{
    for (unsigned i = 0; i < SINGLES; i++)
        use(i % banks, 0, 1);
}

/* Every second map finds its bank in its page. */
static void himem_half_in_place(void)
{
    for (unsigned i = 0; i < SINGLES; i++)
        use(i / 2 % banks, 0, 1);
}

/* None of a run's banks is still where it is wanted: the runs before it had others. */
static unsigned run_start(unsigned i)
{
    return i % (banks / RUN) * RUN;
}

static void himem_runs(void)
{
    for (unsigned i = 0; i < RUNS; i++)
        use(run_start(i), 0, RUN);
}

static void himem_runs_by_singles(void)
{
    for (unsigned i = 0; i < RUNS; i++)
        for (unsigned page = 0; page < RUN; page++)
            use(run_start(i) + page, page, 1);
}

static void fill(volatile uint32_t *words, uint32_t seed)
{
    for (unsigned i = 0; i < WORDS; i++)
        words[i] = seed + i;
}

static void check(const volatile uint32_t *words, uint32_t seed)
{
    for (unsigned i = 0; i < WORDS; i++)
        if (words[i] != seed + i)
            abort();
}

static void himem_fill_and_check(void)
{
    for (unsigned bank = 0; bank < banks; bank++) {
        void *pointer = map(bank, 0, 1);
        fill(pointer, bank);
        unmap(pointer, 1);
    }
    for (unsigned bank = 0; bank < banks; bank++) {
        void *pointer = map(bank, 0, 1);
        check(pointer, bank);
        unmap(pointer, 1);
    }
}

/* ---- plain Linux ------------------------------------------------------------------------------ */

static void plain_singles(void)
{
    int gone = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    for (unsigned i = 0; i < SINGLES; i++) {
        off_t offset = (off_t)(i % banks) * BANK;
        if (mmap(plain_window, BANK, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, sim_psram_file(), offset) == MAP_FAILED)
            abort();
        touch(plain_window, BANK);
        if (mmap(plain_window, BANK, PROT_NONE, gone, -1, 0) == MAP_FAILED)
            abort();
    }
}

/* Memory as a program gets it: pages come when they are touched. */
static void plain_fill_and_check(void)
{
    size_t bytes = (size_t)banks * BANK;
    uint8_t *fresh = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED)
        abort();
    for (unsigned bank = 0; bank < banks; bank++)
        fill((void *)(fresh + (size_t)bank * BANK), bank);
    for (unsigned bank = 0; bank < banks; bank++)
        check((void *)(fresh + (size_t)bank * BANK), bank);
    munmap(fresh, bytes);
}

/* ---- rounds ----------------------------------------------------------------------------------- */

enum { MAP_PLAIN, MAP_HIMEM, MAP_HALF, MAP_RUNS, MAP_RUNS_SINGLY, FILL_PLAIN, FILL_HIMEM, VARIANTS };

static const struct variant {
    const char *name;
    void (*run)(void);
    unsigned banks; /* handled by one run; 0: all */
} variants[VARIANTS] = {
    [MAP_PLAIN] = {"mmap, mmap(PROT_NONE)", plain_singles, SINGLES},
    [MAP_HIMEM] = {"himem, one bank", himem_singles, SINGLES},
    [MAP_HALF] = {"himem, half in place", himem_half_in_place, SINGLES},
    [MAP_RUNS] = {"himem, 62 banks a call", himem_runs, RUNS *RUN},
    [MAP_RUNS_SINGLY] = {"himem, 62 calls", himem_runs_by_singles, RUNS *RUN},
    [FILL_PLAIN] = {"plain, fill and check", plain_fill_and_check, 0},
    [FILL_HIMEM] = {"himem, fill and check", himem_fill_and_check, 0},
};

static const struct limit {
    unsigned variant, against;
    double most;
} limits[] = {
    {MAP_HIMEM, MAP_PLAIN, 0.46},
    {MAP_HALF, MAP_PLAIN, 0.24},
    {MAP_RUNS, MAP_RUNS_SINGLY, 0.70},
    {FILL_HIMEM, FILL_PLAIN, 1.35},
};

static double times[VARIANTS][ROUNDS_MOST];

static void measure_round(unsigned round)
{
    for (unsigned i = 0; i < VARIANTS; i++) {
        double start = seconds();
        variants[i].run();
        times[i][round] = seconds() - start;
    }
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Of the times of one variant, or of its ratios to another. */
static double median(unsigned variant, const unsigned *against, unsigned rounds)
{
    static double values[ROUNDS_MOST];
    for (unsigned i = 0; i < rounds; i++)
        values[i] = times[variant][i] / (against ? times[*against][i] : 1.0);
    qsort(values, rounds, sizeof values[0], by_value);
    return values[rounds / 2];
}

static bool print_results(unsigned rounds)
{
    bool good = true;
    printf("\n%-26s %12s\n", "median of the rounds", "ns a bank");
    for (unsigned i = 0; i < VARIANTS; i++) {
        unsigned handled = variants[i].banks ? variants[i].banks : banks;
        printf("%-26s %12.0f\n", variants[i].name, median(i, NULL, rounds) * 1e9 / handled);
    }
    printf("\n%-26s %-26s %8s %8s\n", "ratio of", "to", "found", "at most");
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        double found = median(limits[i].variant, &limits[i].against, rounds);
        bool over = found > limits[i].most;
        printf("%-26s %-26s %8.3f %8.2f%s\n", variants[limits[i].variant].name, variants[limits[i].against].name, found,
               limits[i].most, over ? "  OVER" : "");
        good = good && !over;
    }
    return good;
}

static void open_himem(void)
{
    size_t bytes = esp_himem_get_free_size();
    banks = (unsigned)(bytes / BANK);
    if (banks < 2 * RUN || esp_himem_reserved_area_size() < (size_t)RUN * BANK) {
        fprintf(stderr, "himem: this needs a board with %u free banks and reserve=%d\n", 2u * RUN, RUN);
        exit(2);
    }
    ESP_ERROR_CHECK(esp_himem_alloc(bytes, &memory));
    ESP_ERROR_CHECK(esp_himem_alloc_map_range((size_t)RUN * BANK, &window));
    plain_window = mmap(NULL, (size_t)RUN * BANK, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (plain_window == MAP_FAILED)
        abort();
}

void app_main(void)
{
    unsigned long rounds = espmem_argc() > 1 ? strtoul(espmem_argv()[1], NULL, 10) : 31;
    if (rounds < 1 || rounds > ROUNDS_MOST) {
        fprintf(stderr, "himem: the number of rounds is 1 to %d\n", ROUNDS_MOST);
        exit(2);
    }
    open_himem();
    measure_round(0); /* to warm up; the first round that counts overwrites it */
    for (unsigned i = 0; i < rounds; i++)
        measure_round(i);
    exit(print_results((unsigned)rounds) ? 0 : 1);
}
