/* See psram_test.h. Runs before there is a heap; allocates nothing. */
#include "psram_test.h"

#include "chip.h"
#include "report.h"

#define PATTERN 0xAAAAAAAAu

/* Writes all words, then reads all, so that a wrong address line shows as well as a wrong bit. `offset` is
 * where the first word is in the PSRAM chip; no two words of a pass have the same value. */
static void test_words(struct idf_psram_test *test, uintptr_t start, size_t bytes, size_t offset)
{
    volatile uint32_t *word = (volatile uint32_t *)start;
    size_t count = bytes / sizeof *word, base = offset / sizeof *word;
    for (size_t i = 0; i < count; i++)
        word[i] = (uint32_t)(base + i) ^ PATTERN;
    for (size_t i = 0; i < count; i++) {
        if (word[i] == ((uint32_t)(base + i) ^ PATTERN))
            continue;
        if (test->wrong++ == 0)
            test->first = offset + i * sizeof *word;
    }
    test->words += count;
}

void idf_psram_test_window(struct idf_psram_test *test, uintptr_t start, size_t bytes)
{
    test_words(test, start, bytes, 0);
}

/* Shows `count` banks in the pages from `page`, tests them if asked, and takes them out again. */
static void test_run(struct idf_psram_test *test, unsigned page, unsigned bank, unsigned count)
{
    const struct em_bank_window *window = &idf_chip.board.chip->psram;
    struct em_bank_mmu *mmu = idf_chip.platform->bank_mmu;
    if (!mmu->map(mmu, page, bank, count, 0))
        idf_stop("the PSRAM test cannot map banks %u to %u", bank, bank + count - 1);
    if (test)
        test_words(test, window->start + page * window->bank_size, count * window->bank_size, bank * window->bank_size);
    mmu->unmap(mmu, page, bank, count);
}

void idf_psram_test_banks(struct idf_psram_test *test)
{
    const struct em_bank_window *window = &idf_chip.board.chip->psram;
    unsigned all = (unsigned)(idf_chip.board.psram_bytes / window->bank_size), pages = idf_chip.himem_pages;
    unsigned page = window->banks - pages;
    if (pages == 0 || all <= window->banks || !idf_chip.platform->bank_mmu)
        return;
    for (unsigned bank = window->banks; bank < all; bank += pages)
        test_run(test, page, bank, all - bank < pages ? all - bank : pages);
    test_run(NULL, page, page, pages);
}
