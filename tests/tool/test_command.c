/* The command line: subcommands, help, exit status, the listing of boards. */
#include "check.h"
#include "command_run.h"

TEST(help_lists_every_subcommand)
{
    const struct said *said = espmem("help", NULL);
    CHECK_EQ(said->status, 0);
    CHECK(strstr(said->out, "  golden ") != NULL);
    CHECK(strstr(said->out, "  boards ") != NULL);
    CHECK_STR(said->error, "");
    CHECK_EQ(espmem("--help", NULL)->status, 0);
}

TEST(help_of_a_subcommand_is_its_usage)
{
    static struct said asked;
    asked = *espmem("help golden", NULL);
    CHECK(strstr(asked.out, "usage: espmem golden") != NULL);
    const struct said *said = espmem("golden --help", NULL);
    CHECK_EQ(said->status, 0);
    CHECK_STR(said->out, asked.out);
    CHECK_EQ(espmem("help nothing", NULL)->status, 2);
}

TEST(version_says_which_build_it_is)
{
    const struct said *said = espmem("--version", NULL);
    CHECK_EQ(said->status, 0);
    CHECK(strstr(said->out, sizeof(void *) == 4 ? "(32-bit)" : "(64-bit)") != NULL);
}

TEST(an_unknown_subcommand_is_one_sentence)
{
    const struct said *said = espmem("glden", NULL);
    CHECK_EQ(said->status, 2);
    CHECK_STR(said->out, "");
    CHECK_STR(said->error, "espmem: there is no subcommand 'glden'; 'espmem help' lists them.\n");
    CHECK_EQ(espmem("", NULL)->status, 2);
}

TEST(output_that_cannot_be_written_is_no_success)
{
    const struct said *said = espmem("help >/dev/full", NULL);
    CHECK_EQ(said->status, 2);
    CHECK(strstr(said->error, "could not be written") != NULL);
}

TEST(boards_have_their_memory)
{
    const struct said *said = espmem("boards", NULL);
    CHECK_EQ(said->status, 0);
    CHECK(strstr(said->out, "esp32-wroom ") != NULL);
    CHECK(strstr(said->out, "esp32-wrover-8m ") != NULL);
    said = espmem("boards --json", NULL);
    CHECK_EQ(said->status, 0);
    CHECK(strstr(said->out, "\"board\": \"esp32-wrover-8m\"") != NULL);
    CHECK(strstr(said->out, "\"psram_bytes\": 8388608") != NULL);
    /* The five heaps of the default image: 6432 + 183224 + 15072 + 113840 + 72372. */
    CHECK(strstr(said->out, "\"internal_heap_bytes\": 390940") != NULL);
    CHECK_EQ(times_in(said->out, "{"), times_in(said->out, "}"));
    CHECK_EQ(espmem("boards --xml", NULL)->status, 2);
}

CHECK_MAIN
