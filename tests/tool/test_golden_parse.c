/* The reader of the golden format: what it understands, and what it says of what it does not. */
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "check.h"
#include "tool/golden/parse.h"
#include "tool/golden/report.h"

static struct golden_input input;
static struct golden_parser parser;
static struct golden_step step;

/* Opens the parser over a text; whether that worked. */
static bool open_text(const char *text)
{
    golden_step_close(&step);
    golden_input_close(&input);
    step = (struct golden_step){0};
    golden_input_open_memory(&input, text, strlen(text));
    return golden_parser_open(&parser, &input);
}

/* Reads on to what is no operation; how many operations there were, through *count. */
static enum golden_read read_all(unsigned *count)
{
    enum golden_read read;
    for (*count = 0; (read = golden_parser_next(&parser, &step)) == GOLDEN_READ_STEP; ++*count)
        continue;
    return read;
}

/* Whether this text, read to its end, is refused in this line with a sentence that holds `part`. */
static bool is_refused(const char *text, unsigned line, const char *part)
{
    unsigned count;
    if (open_text(text) && read_all(&count) != GOLDEN_READ_BAD)
        return false;
    if (parser.bad_line == line && strstr(parser.why, part))
        return true;
    printf("refused in line %u: %s\n", parser.bad_line, parser.why);
    return false;
}

static const char whole[] = "golden 1 heap_caps\n"
                            "kind mix\n"
                            "psram 2162688\n"
                            "init\n"
                            "| I heap_init: one  \n"
                            "# a comment between\n"
                            "|\n"
                            "malloc 3 100 0x1000 = -\n"
                            "! 100 0x1000 heap_caps_malloc\n"
                            "walk 0x80000000 = [0x1000-0x2000] 0x1010,4,u\n"
                            "free 3\n"
                            "taskinfo = 26 8 !peer\n"
                            "end 5\n";

TEST(numbers_are_decimal_or_hexadecimal_and_nothing_else)
{
    static const struct {
        const char *word;
        bool good;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"4294967295", true, 4294967295},
        {"-64", true, -64},
        {"0x3ffae94c", true, 0x3ffae94c},
        {"0xFF", true, 255},
        {"010", true, 10},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"0x8000000000000000", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"0x", false, 0},
        {"-0x10", false, 0},
        {"12a", false, 0},
        {"+5", false, 0},
        {"1 ", false, 0},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = 0;
        CHECK_EQ(golden_number(cases[i].word, &value), cases[i].good);
        CHECK_EQ(value, cases[i].value);
    }
}

TEST(header_is_read_up_to_the_first_operation)
{
    CHECK(open_text("golden 1 multi_heap\nkind die\nptr 32\npoison comp\nbase 0x3ffb1000\nsize 4096\n"
                    "seed 13\n# more\nreserve 8\nlog Two words.\nR 0 4096 = 0\nend 1\n"));
    const struct golden_header *header = &parser.header;
    CHECK_EQ(header->family, GOLDEN_MULTI_HEAP);
    CHECK_STR(header->kind, "die");
    CHECK_EQ(header->poison, GOLDEN_COMPREHENSIVE);
    CHECK_EQ(header->base, 0x3ffb1000);
    CHECK_EQ(header->size, 4096);
    CHECK_EQ(header->reserve, 8);
    CHECK_STR(header->log, "Two words.");
    CHECK_EQ(header->log_line, 10);
    CHECK(header->present & (1u << GOLDEN_KEY_SIZE));
    CHECK(!(header->present & (1u << GOLDEN_KEY_PSRAM)));
    CHECK_EQ(golden_parser_next(&parser, &step), GOLDEN_READ_STEP);
    CHECK_STR(step.word, "R");
    CHECK_EQ(step.line, 11);
}

TEST(operation_has_arguments_outcome_and_mark)
{
    CHECK(open_text("golden 1 multi_heap\nm 3 -7 word 0x10 = 276 -4 !peer\nf 1\nW =\nend 3\n"));
    CHECK_EQ(golden_parser_next(&parser, &step), GOLDEN_READ_STEP);
    CHECK_STR(golden_text_string(&step.line_text), "m 3 -7 word 0x10 = 276 -4 !peer");
    CHECK_EQ(step.arguments, 4);
    CHECK_EQ(step.argument[1].number, -7);
    CHECK(!step.argument[2].is_number);
    CHECK_STR(step.argument[2].word, "word");
    CHECK_EQ(step.argument[3].number, 16);
    CHECK(step.has_outcome);
    CHECK_STR(step.outcome, "276 -4");
    CHECK(step.peer);
    CHECK_EQ(golden_parser_next(&parser, &step), GOLDEN_READ_STEP);
    CHECK(!step.has_outcome);
    CHECK(!step.peer);
    CHECK_STR(step.outcome, "");
    CHECK_EQ(golden_parser_next(&parser, &step), GOLDEN_READ_STEP);
    CHECK(step.has_outcome);
    CHECK_STR(step.outcome, "");
    CHECK_EQ(golden_parser_next(&parser, &step), GOLDEN_READ_END);
}

TEST(output_and_callbacks_belong_to_the_operation_above)
{
    CHECK(open_text(whole));
    CHECK_EQ(golden_parser_next(&parser, &step), GOLDEN_READ_STEP);
    CHECK_STR(golden_text_string(&step.output), "I heap_init: one  \n\n");
    CHECK_EQ(golden_parser_next(&parser, &step), GOLDEN_READ_STEP);
    CHECK_STR(golden_text_string(&step.output), "");
    CHECK_STR(golden_text_string(&step.calls), "100 0x1000 heap_caps_malloc\n");
    CHECK_EQ(step.line, 8);
    unsigned count;
    CHECK_EQ(read_all(&count), GOLDEN_READ_END);
    CHECK_EQ(count, 3);
}

TEST(what_is_no_golden_file_is_refused_as_a_whole)
{
    CHECK(is_refused("", 0, "not a golden file"));
    CHECK(is_refused("# Golden data\n", 0, "not a golden file"));
    CHECK(is_refused("golden 2 multi_heap\n", 0, "not a golden file"));
    CHECK(is_refused("golden 1 trees\n", 0, "not a golden file"));
    CHECK(is_refused("golden 1 multi_heap extra\n", 0, "not a golden file"));
}

TEST(malformed_lines_are_refused_with_their_number)
{
    CHECK(is_refused("golden 1 himem\nkind a\nkind b\nend 0\n", 3, "twice"));
    CHECK(is_refused("golden 1 himem\npsram lots\nend 0\n", 2, "'psram' has to be a number"));
    CHECK(is_refused("golden 1 himem\npsram 4294967296\nend 0\n", 2, "below 4294967296"));
    CHECK(is_refused("golden 1 himem\npoison some\nend 0\n", 2, "none, light or comp"));
    CHECK(is_refused("golden 1 himem\nkind 012345678901234567890123456789012345\nend 0\n", 2, "short text"));
    CHECK(is_refused("golden 1 himem\n| text\nend 0\n", 2, "above the first operation"));
    CHECK(is_refused("golden 1 himem\nphys\n\nend 1\n", 3, "empty"));
    CHECK(is_refused("golden 1 himem\nphys\n|text\nend 1\n", 3, "begin with '| '"));
    CHECK(is_refused("golden 1 himem\nphys\n! 3 0x1\nend 1\n", 3, "SIZE CAPS FUNCTION"));
    CHECK(is_refused("golden 1 himem\nphys\n! 3 caps name\nend 1\n", 3, "SIZE CAPS FUNCTION"));
    CHECK(is_refused("golden 1 himem\nphys\n! 3 0x1 name more\nend 1\n", 3, "SIZE CAPS FUNCTION"));
    CHECK(is_refused("golden 1 himem\nx 1 2 3 4 5 6 7 8 9 10 11 12 13\nend 1\n", 2, "more arguments"));
    CHECK(is_refused("golden 1 himem\nphys\nend\n", 3, "the number of operations"));
    CHECK(is_refused("golden 1 himem\nphys\nend 1\nphys\n", 4, "nothing may follow"));
}

TEST(a_file_that_is_cut_off_anywhere_is_refused)
{
    for (size_t length = 0; length < sizeof whole - 4; length++) {
        char *cut = strndup(whole, length);
        unsigned count;
        bool refused = !open_text(cut) || read_all(&count) == GOLDEN_READ_BAD;
        golden_input_close(&input);
        free(cut);
        CHECK(refused);
        CHECK(parser.why[0] != '\0');
    }
}

TEST(the_last_line_needs_no_end_of_line)
{
    unsigned count;
    CHECK(open_text("golden 1 himem\nphys = 1\nend 1"));
    CHECK_EQ(read_all(&count), GOLDEN_READ_END);
    CHECK_EQ(count, 1);
}

TEST(a_byte_0_and_an_endless_line_are_refused)
{
    golden_input_close(&input);
    static const char binary[] = "golden 1 himem\nphys\0 = 1\nend 1\n";
    unsigned count;
    golden_input_open_memory(&input, binary, sizeof binary - 1);
    CHECK(!golden_parser_open(&parser, &input) || read_all(&count) == GOLDEN_READ_BAD);
    CHECK(strstr(parser.why, "byte 0") != NULL);

    size_t size = (size_t)GOLDEN_LINE_LIMIT + 100;
    char *endless = malloc(size);
    memset(endless, 'x', size);
    memcpy(endless, "golden 1 himem\n", 15);
    golden_input_close(&input);
    golden_input_open_memory(&input, endless, size);
    bool refused = !golden_parser_open(&parser, &input);
    free(endless);
    CHECK(refused);
    CHECK(strstr(parser.why, "longer than 1 MiB") != NULL);
}

/* Writes a gzip file of `text` whose last `missing` bytes are left out; its path, to be removed. */
static const char *gzip_file(const char *text, long missing)
{
    static char path[] = "/tmp/espmem-golden-XXXXXX";
    memcpy(path + sizeof path - 7, "XXXXXX", 6);
    int file = mkstemp(path);
    gzFile zipped = gzdopen(file, "wb");
    gzwrite(zipped, text, (unsigned)strlen(text));
    gzclose(zipped);
    FILE *whole_file = fopen(path, "rb");
    fseek(whole_file, 0, SEEK_END);
    long size = ftell(whole_file);
    fclose(whole_file);
    return truncate(path, size - missing) == 0 ? path : NULL;
}

TEST(gzip_is_told_by_content)
{
    const char *path = gzip_file(whole, 0);
    golden_input_close(&input);
    CHECK(golden_input_open(&input, path));
    unsigned count = 0;
    bool open = golden_parser_open(&parser, &input);
    enum golden_read read = open ? read_all(&count) : GOLDEN_READ_BAD;
    unlink(path);
    CHECK_EQ(read, GOLDEN_READ_END);
    CHECK_EQ(count, 5);
}

TEST(a_gzip_stream_that_is_cut_off_is_refused)
{
    for (long missing = 1; missing < 60; missing++) {
        const char *path = gzip_file(whole, missing);
        golden_input_close(&input);
        CHECK(golden_input_open(&input, path));
        unsigned count;
        bool refused = !golden_parser_open(&parser, &input) || read_all(&count) == GOLDEN_READ_BAD;
        unlink(path);
        CHECK(refused);
    }
}

TEST(a_file_that_is_not_there_is_refused)
{
    golden_input_close(&input);
    CHECK(!golden_input_open(&input, "/nowhere/at/all"));
    CHECK(strstr(input.why, "No such file") != NULL);
    CHECK(!golden_input_open(&input, "/"));
    CHECK(strstr(input.why, "directory") != NULL);
}

TEST(outcomes_are_compared_by_word_and_by_number)
{
    CHECK(golden_same_outcome("", ""));
    CHECK(golden_same_outcome("276 -4", "276 -4"));
    CHECK(golden_same_outcome("0x00000010 -", "16 -"));
    CHECK(!golden_same_outcome("276", "277"));
    CHECK(!golden_same_outcome("276", ""));
    CHECK(!golden_same_outcome("", "276"));
    CHECK(!golden_same_outcome("276", "276 1"));
    CHECK(!golden_same_outcome("-", "0"));
    CHECK(!golden_same_outcome("ABORT", "ok"));
    CHECK(!golden_same_outcome("0x10,4,u", "0x10,4,f"));
}

CHECK_MAIN
