/* A test of all free high memory: the PSRAM beyond the ESP32's addresses, bank by bank.
 *
 * Every word of every free bank is written first, then every word is read back, through one window of
 * 32 KiB. A word's value follows from its bank and its place, so a bit that does not hold and a bank that
 * answers in another's place are both found, and can be told apart.
 *
 * Runs on a chip as well as on a PC; the arguments exist only on a PC (espmem/sim.h). */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "esp32/himem.h"
#include "esp_err.h"
#include "espmem/sim.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

enum { WORDS = ESP_HIMEM_BLKSZ / sizeof(uint32_t), BANKS_BETWEEN_PAUSES = 64 };

enum plant { PLANT_NOTHING, PLANT_BIT, PLANT_BANK };

struct memtest {
    esp_himem_handle_t memory;
    esp_himem_rangehandle_t window;
    unsigned banks;
    enum plant plant;
    unsigned faulty_banks;
};

/* ---- the pattern ---------------------------------------------------------------------------- */

/* Neighbouring words differ in about half of their bits, and no two words of 16 MiB are equal: both
 * steps can be undone, so different places have different values. */
static uint32_t value_of(unsigned bank, unsigned word)
{
    uint32_t value = (uint32_t)(bank * WORDS + word) * 2654435761u;
    return value ^ (value >> 15);
}

/* The bank whose pattern has this value at this word, `banks` if none has. */
static unsigned bank_of_value(const struct memtest *test, uint32_t value, unsigned word)
{
    unsigned bank = 0;
    while (bank < test->banks && value_of(bank, word) != value)
        bank++;
    return bank;
}

/* ---- planted faults: what a broken memory would do -------------------------------------------- */

enum { FAULTY_WORD = 0xB5C, FAULTY_BIT = 13 };

static unsigned faulty_bank(const struct memtest *test)
{
    return test->banks * 2 / 3;
}

/* With a broken bank switch another bank comes for the faulty one. */
static unsigned bank_that_comes(const struct memtest *test, unsigned bank)
{
    if (test->plant != PLANT_BANK || bank != faulty_bank(test))
        return bank;
    return bank > 0 ? bank / 2 : test->banks - 1;
}

/* ---- banks ------------------------------------------------------------------------------------ */

static uint32_t *map_bank(const struct memtest *test, unsigned bank)
{
    void *pointer = NULL;
    size_t offset = (size_t)bank * ESP_HIMEM_BLKSZ;
    ESP_ERROR_CHECK(esp_himem_map(test->memory, test->window, offset, 0, ESP_HIMEM_BLKSZ, 0, &pointer));
    return pointer;
}

static void unmap_bank(const struct memtest *test, uint32_t *words)
{
    ESP_ERROR_CHECK(esp_himem_unmap(test->window, words, ESP_HIMEM_BLKSZ));
}

static void fill_bank(const struct memtest *test, unsigned bank)
{
    uint32_t *words = map_bank(test, bank);
    for (unsigned word = 0; word < WORDS; word++)
        words[word] = value_of(bank, word);
    if (test->plant == PLANT_BIT && bank == faulty_bank(test))
        words[FAULTY_WORD] ^= 1u << FAULTY_BIT;
    unmap_bank(test, words);
}

static void print_fault(const struct memtest *test, unsigned bank, unsigned word, uint32_t found)
{
    uint32_t expected = value_of(bank, word);
    unsigned other = bank_of_value(test, found, word);
    printf("Bank %u, offset 0x%04x: expected 0x%08lx, found 0x%08lx", bank, word * (unsigned)sizeof found,
           (unsigned long)expected, (unsigned long)found);
    if (other < test->banks)
        printf(", which belongs to bank %u\n", other);
    else
        printf(", wrong bits 0x%08lx\n", (unsigned long)(expected ^ found));
}

/* The first wrong word of a bank is shown, the others are counted. */
static void check_bank(struct memtest *test, unsigned bank)
{
    unsigned wrong = 0;
    uint32_t *words = map_bank(test, bank_that_comes(test, bank));
    for (unsigned word = 0; word < WORDS; word++)
        if (words[word] != value_of(bank, word) && wrong++ == 0)
            print_fault(test, bank, word, words[word]);
    unmap_bank(test, words);
    if (wrong == 0)
        return;
    printf("Bank %u: %u of %u words are wrong\n", bank, wrong, (unsigned)WORDS);
    test->faulty_banks++;
}

/* ---- the test --------------------------------------------------------------------------------- */

/* One line that is written over; nothing where nobody looks. */
static void show_progress(const char *what, unsigned done, unsigned all)
{
    if (!isatty(STDOUT_FILENO))
        return;
    printf("\r%s %3u %%%s", what, done * 100 / all, done == all ? "\r                    \r" : "");
    fflush(stdout);
}

static void test_banks(struct memtest *test)
{
    for (unsigned bank = 0; bank < test->banks; bank++) {
        fill_bank(test, bank);
        show_progress("Filling ", bank + 1, test->banks);
        if (bank % BANKS_BETWEEN_PAUSES == 0)
            vTaskDelay(1); /* others want to run, too */
    }
    for (unsigned bank = 0; bank < test->banks; bank++) {
        check_bank(test, bank);
        show_progress("Checking", bank + 1, test->banks);
    }
}

static unsigned test_free_memory(size_t bytes, enum plant plant)
{
    struct memtest test = {.banks = (unsigned)(bytes / ESP_HIMEM_BLKSZ), .plant = plant};
    ESP_ERROR_CHECK(esp_himem_alloc(bytes, &test.memory));
    ESP_ERROR_CHECK(esp_himem_alloc_map_range(ESP_HIMEM_BLKSZ, &test.window));
    test_banks(&test);
    ESP_ERROR_CHECK(esp_himem_free_map_range(test.window));
    ESP_ERROR_CHECK(esp_himem_free(test.memory));
    return test.faulty_banks;
}

/* ---- arguments -------------------------------------------------------------------------------- */

static const char usage[] = "usage: himem_memtest [--plant bit|bank]\n"
                            "\n"
                            "Tests all free high memory of the board (ESPMEM_BOARD).\n"
                            "  --plant bit   let one bit be wrong, to see the test find it\n"
                            "  --plant bank  let one bank answer in place of another\n"
                            "  --help        this text\n"
                            "Exit status: 0 the memory is good, 1 it is not, 2 wrong arguments.\n";

static _Noreturn void refuse(const char *sentence, const char *argument)
{
    fprintf(stderr, "himem_memtest: ");
    fprintf(stderr, "%s\"%s\"; --help shows what there is\n", sentence, argument);
    exit(2);
}

static enum plant read_plant(const char *text)
{
    if (!text)
        refuse("bit or bank has to follow ", "--plant");
    if (strcmp(text, "bit") == 0)
        return PLANT_BIT;
    if (strcmp(text, "bank") == 0)
        return PLANT_BANK;
    refuse("bit and bank can be planted, but not ", text);
}

static enum plant read_arguments(char **argument)
{
    enum plant plant = PLANT_NOTHING;
    while (*argument) {
        if (strcmp(*argument, "--help") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
        if (strcmp(*argument, "--plant") != 0)
            refuse("this test has no argument ", *argument);
        plant = read_plant(*++argument);
        argument++;
    }
    return plant;
}

void app_main(void)
{
    char **arguments = espmem_argv();
    enum plant plant = read_arguments(arguments[0] ? arguments + 1 : arguments);
    size_t all = esp_himem_get_phys_size(), unused = esp_himem_get_free_size();
    printf("Himem has %d KiB of memory, %d KiB of which is free. Testing the free memory...\n", (int)(all / 1024),
           (int)(unused / 1024));
    if (unused == 0) {
        printf("There is none to test: this board has no more PSRAM than the chip has addresses, or no bank switching.\n");
        return;
    }
    unsigned faulty = test_free_memory(unused, plant);
    if (faulty > 0) {
        printf("Failed: %u of %u banks faulty\n", faulty, (unsigned)(unused / ESP_HIMEM_BLKSZ));
        exit(1);
    }
    printf("Done!\n");
}
