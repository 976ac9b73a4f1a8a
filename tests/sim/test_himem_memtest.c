/* The himem memory test (examples/himem_memtest), from outside: what it prints, what it finds, how it ends. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "child.h"
#include "espmem_config.h"

static struct child child;
static char program[1024];

static void find_program(void)
{
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 64);
    char *folder = NULL;
    for (int up = 0; length > 0 && up < 3; up++) { /* …/tests/bin/sim-himem_memtest */
        program[length] = '\0';
        folder = strrchr(program, '/');
        length = folder ? folder - program : 0;
    }
    CHECK(folder != NULL);
    snprintf(folder, 64, "/examples/himem_memtest");
}

static void run(const char *settings, const char *first, const char *second)
{
    find_program();
    child_run(&child, program, settings, (const char *const[]){first, second, NULL});
}

/* Takes "I (12) " off a line: the time is the host's. */
static const char *text_of_line(const char *line)
{
    const char *after = strstr(line, ") ");
    return line[0] == 'I' && line[1] == ' ' && line[2] == '(' && after ? after + 2 : line;
}

static void prints(const char *const *lines)
{
    char *rest = NULL, *line = strtok_r(child.out, "\n", &rest);
    for (; *lines; lines++, line = strtok_r(NULL, "\n", &rest))
        CHECK_STR(line ? text_of_line(line) : NULL, *lines);
    CHECK_PTR(line, NULL);
}

#define PRINTS(...) prints((const char *const[]){__VA_ARGS__, NULL})

#define HEAP_LINES                                                                                                             \
    "heap_init: Initializing. RAM available for dynamic allocation:", "heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM",     \
        "heap_init: At 3FFB3448 len 0002CBB8 (178 KiB): DRAM", "heap_init: At 3FFE0440 len 00003AE0 (14 KiB): D/IRAM",         \
        "heap_init: At 3FFE4350 len 0001BCB0 (111 KiB): D/IRAM", "heap_init: At 4008E54C len 00011AB4 (70 KiB): IRAM"

TEST(all_lines_of_the_chip_come_in_its_order)
{
    run("", NULL, NULL);
    CHECK_EQ(child.status, 0);
    CHECK_STR(child.err, "");
    PRINTS("spiram: Found 64MBit SPI RAM device", "spiram: SPI RAM mode: flash 40m sram 40m",
           "spiram: PSRAM initialized, cache is in low/high (2-core) mode.", "spiram: SPI SRAM memory test OK", HEAP_LINES,
           "spiram: Adding pool of 2112K of external SPI memory to heap allocator",
           "esp_himem: Initialized. Using last 62 32KB address blocks for bank switching on 6080 KB of physical memory.",
           "spiram: Reserving pool of 32K of internal memory for DMA/internal allocations",
           "Himem has 6080 KiB of memory, 6080 KiB of which is free. Testing the free memory...", "Done!");
}

TEST(a_board_without_psram_has_nothing_to_test)
{
    run("ESPMEM_BOARD=esp32-wroom", NULL, NULL);
    CHECK_EQ(child.status, 0);
    PRINTS(HEAP_LINES, "Himem has 0 KiB of memory, 0 KiB of which is free. Testing the free memory...",
           "There is none to test: this board has no more PSRAM than the chip has addresses, or no bank switching.");
}

static bool succeeds_on(const char *settings, const char *line)
{
    run(settings, NULL, NULL);
    return child.status == 0 && strstr(child.out, line) && strstr(child.out, "Done!\n") && !child.err[0];
}

TEST(every_size_of_psram_is_tested_in_both_manners)
{
    CHECK(succeeds_on("ESPMEM_BOARD=esp32-wrover-4m,reserve=62", "Himem has 1984 KiB of memory, 1984 KiB of which is free."));
    CHECK(succeeds_on("ESPMEM_BOARD=esp32-wrover-8m,reserve=1", "Himem has 4128 KiB of memory, 4128 KiB of which is free."));
    CHECK(succeeds_on("ESPMEM_BOARD=esp32-wrover-16m,reserve=62", "Himem has 14272 KiB of memory"));
    CHECK(succeeds_on("ESPMEM_BOARD=esp32-wrover-8m,psram=32M,reserve=62", "Himem has 30656 KiB of memory"));
    CHECK(succeeds_on("ESPMEM_MANNER=strict", "Himem has 6080 KiB of memory"));
}

TEST(two_mebibytes_all_go_to_the_heap)
{
    run("ESPMEM_BOARD=esp32-wrover-2m", NULL, NULL);
    CHECK_EQ(child.status, 0);
    CHECK(strstr(child.out, "Adding pool of 2048K of external SPI memory") != NULL);
    CHECK(strstr(child.out, "Himem has 0 KiB of memory") != NULL);
    const char *warning = strstr(child.out, "\nW (");
    CHECK(warning != NULL && strstr(warning + 1, "\nW (") == NULL); /* one */
}

TEST(a_planted_bit_is_found_and_located)
{
    run("", "--plant", "bit");
    CHECK_EQ(child.status, 1);
    const char *line = strstr(child.out, "Bank 126, offset 0x2d70: expected 0x");
    CHECK(line != NULL);
    unsigned long expected = strtoul(strstr(line, "expected ") + 9, NULL, 16);
    unsigned long found = strtoul(strstr(line, "found ") + 6, NULL, 16);
    CHECK_EQ(expected ^ found, 1 << 13);
    CHECK(strstr(line, "wrong bits 0x00002000\n") != NULL);
    CHECK(strstr(line, "1 of 8192 words are wrong\nFailed: 1 of 190 banks faulty\n") != NULL);
    CHECK(strstr(child.out, "Done!") == NULL);
}

TEST(a_planted_bank_is_found_and_named)
{
    run("", "--plant", "bank");
    CHECK_EQ(child.status, 1);
    CHECK(strstr(child.out, "Bank 126, offset 0x0000: expected 0x") != NULL);
    CHECK(strstr(child.out, ", which belongs to bank 63\n") != NULL);
    CHECK(strstr(child.out, "8192 of 8192 words are wrong\nFailed: 1 of 190 banks faulty\n") != NULL);
}

static bool is_refused(const char *first, const char *second, const char *words)
{
    run("", first, second);
    char *end = strchr(child.err, '\n');
    return child.status == 2 && strstr(child.err, words) && end == child.err + strlen(child.err) - 1;
}

TEST(wrong_arguments_are_refused_with_a_sentence)
{
    CHECK(is_refused("--plant", NULL, "bit or bank has to follow"));
    CHECK(is_refused("--plant", "byte", "not \"byte\""));
    CHECK(is_refused("plant", NULL, "no argument \"plant\""));
}

TEST(help_tells_what_there_is)
{
    run("", "--help", NULL);
    CHECK_EQ(child.status, 0);
    CHECK(strstr(child.out, "usage: himem_memtest [--plant bit|bank]") != NULL);
    CHECK(strstr(child.out, "Testing the free memory") == NULL);
}

/* Runs it with a terminal for stdout, and returns what that showed. */
static const char *shown_on_terminal(void)
{
    static char text[16384];
    size_t length = 0;
    find_program();
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    int other_end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    CHECK(other_end >= 0);
    pid_t process = fork();
    if (process == 0) {
        dup2(other_end, STDOUT_FILENO);
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(other_end);
    ssize_t got;
    while (length < sizeof text - 1 && (got = read(terminal, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    int status = -1;
    CHECK_EQ(waitpid(process, &status, 0), process);
    CHECK_EQ(status, 0);
    close(terminal);
    return text;
}

TEST(a_terminal_shows_progress_and_a_pipe_does_not)
{
    const char *text = shown_on_terminal();
    CHECK(strstr(text, "\rFilling    0 %") != NULL && strstr(text, "\rChecking  50 %") != NULL);
    CHECK(strstr(text, "Done!") != NULL);
    run("", NULL, NULL);
    CHECK(strchr(child.out, '\r') == NULL);
}

CHECK_MAIN
