/* See psram_test.h. Runs before there is a heap; allocates nothing. */
#include "psram_test.h"

#include "chip.h"
#include "report.h"

#define PATTERN 0xAAAAAAAAu

typedef void pass(struct idf_psram_test *test, uintptr_t start, size_t bytes, size_t offset);

/* No two words of the PSRAM get the same value, so that a wrong address shows as well as a wrong bit.
 * `offset` is where the first word is in the PSRAM chip. */
static void write_words(struct idf_psram_test *test, uintptr_t start, size_t bytes, size_t offset)
{
    volatile uint32_t *word = (volatile uint32_t *)start;
    size_t count = bytes / sizeof *word, base = offset / sizeof *word;
    for (size_t i = 0; i < count; i++)
        word[i] = (uint32_t)(base + i) ^ PATTERN;
    test->words += count;
}

static void read_words(struct idf_psram_test *test, uintptr_t start, size_t bytes, size_t offset)
{
    volatile uint32_t *word = (volatile uint32_t *)start;
    size_t count = bytes / sizeof *word, base = offset / sizeof *word;
    for (size_t i = 0; i < count; i++)
        if (word[i] != ((uint32_t)(base + i) ^ PATTERN) && test->wrong++ == 0)
            test->first = offset + i * sizeof *word;
}

/* Shows `count` banks in the pages from `page`, performs the pass if there is one, and takes them out. */
static void visit_banks(struct idf_psram_test *test, pass *perform, unsigned page, unsigned bank, unsigned count)
{
    const struct em_bank_window *window = &idf_chip.board.chip->psram;
    struct em_bank_mmu *mmu = idf_chip.platform->bank_mmu;
    if (!mmu->map(mmu, page, bank, count, 0))
        idf_stop("the PSRAM test cannot map banks %u to %u", bank, bank + count - 1);
    if (perform)
        perform(test, window->start + page * window->bank_size, count * window->bank_size, bank * window->bank_size);
    mmu->unmap(mmu, page, bank, count);
}

static void visit_all(struct idf_psram_test *test, pass *perform, size_t window_bytes)
{
    const struct em_bank_window *window = &idf_chip.board.chip->psram;
    unsigned all = (unsigned)(idf_chip.board.psram_bytes / window->bank_size), pages = idf_chip.himem_pages;
    unsigned first = window->banks - pages;
    perform(test, window->start, window_bytes, 0);
    if (pages == 0 || all <= window->banks || !idf_chip.platform->bank_mmu)
        return; /* no pointer of the program ever reaches more */
    for (unsigned bank = window->banks; bank < all; bank += pages)
        visit_banks(test, perform, first, bank, all - bank < pages ? all - bank : pages);
    visit_banks(test, NULL, first, first, pages);
}

void idf_psram_test(struct idf_psram_test *test, size_t window_bytes)
{
    *test = (struct idf_psram_test){0};
    visit_all(test, write_words, window_bytes);
    visit_all(test, read_words, window_bytes);
}
