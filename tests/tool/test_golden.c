/* espmem golden: a good recording is good, and each planted fault is found. */
#include <sys/stat.h>

#include "check.h"
#include "command_run.h"

#define HEAP     "golden 1 multi_heap\nkind test\nptr 32\npoison none\nbase 0x3ffb0404\nsize 1024\nseed 1\n"
#define REGISTER "R 0 1024 = 0\n"

/* Replays a text; the result. */
static const struct said *replay(const char *text)
{
    return espmem("golden %s", test_file("case", text));
}

static bool ends(const char *text, int status, const char *last)
{
    const struct said *said = replay(text);
    if (said->status == status && strcmp(said->last, last) == 0)
        return true;
    printf("status %d, \"%s\", \"%s\"\n", said->status, said->last, said->error);
    return false;
}

TEST(a_good_recording_has_no_mismatch)
{
    CHECK(ends(HEAP REGISTER "i = 752 0 704 752 0 1 1\nW = 276,744,f\nm 16 26 = 276\nG 16 = 28\nw 16 5 = 276\nk = 1\n"
                             "d\n| Showing data for heap: 0x3ffb0404 \n| Block 0x3ffb0518 data, size: 28 bytes, Free: No \n"
                             "| Block 0x3ffb0538 data, size: 712 bytes, Free: Yes \nf 16\nend 9\n",
               0, "files 1 operations 9 mismatches 0"));
}

TEST(a_wrong_outcome_is_shown_in_full)
{
    const struct said *said = replay(HEAP REGISTER "m 1 26 = 280\nend 2\n");
    CHECK_EQ(said->status, 1);
    CHECK(strstr(said->out, "/case:9: mismatch: m 1 26 = 280\n") != NULL);
    CHECK(strstr(said->out, "expected = 280\n    got      = 276\n") != NULL);
    CHECK_STR(said->last, "files 1 operations 2 mismatches 1");
}

TEST(each_kind_of_planted_fault_is_found)
{
    static const char *const faults[] = {
        "i = 752 0 704 752 0 1 2\n",                    /* one number of many */
        "i = 752 0 704 752 0 1\n",                      /* one too few */
        "W = 276,744,u\n",                              /* a letter */
        "W =\n",                                        /* nothing at all */
        "m 1 26 = -\n",                                 /* success instead of failure */
        "m 1 4000 = 276\n",                             /* failure instead of success */
        "f 1\n| printed\n",                             /* output that does not come */
        "k = 1\n| CORRUPT HEAP\n",                      /* the same, with an outcome */
        "d\n| Showing data for heap: 0x3ffb0404 \n",    /* output that comes too much */
        "m 1 26 = 276\n! 26 0x1000 heap_caps_malloc\n", /* a callback that does not come */
        "u 500 = ok\n",                                 /* an abort instead of success */
        "f 1\nk = ABORT\n",                             /* success instead of an abort */
    };
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        char text[800];
        snprintf(text, sizeof text, HEAP REGISTER "%send 2\n", faults[i]);
        const struct said *said = replay(text);
        if (said->status != 1 || !strstr(said->last, "mismatches 1"))
            printf("not found: %s", faults[i]);
        CHECK_EQ(said->status, 1);
        CHECK(strstr(said->last, " mismatches 1") != NULL);
    }
}

TEST(an_abort_is_caught_and_the_next_register_goes_on)
{
    CHECK(ends(HEAP REGISTER "m 0 13 = 276\nf 0\nu 276 = ABORT\n" REGISTER "m 0 13 = 276\nu 8192 = ABORT\nend 7\n", 0,
               "files 1 operations 7 mismatches 0"));
}

TEST(a_realloc_that_fails_leaves_its_slot)
{
    CHECK(ends(HEAP REGISTER "m 1 26 = 276\nr 1 5000 = -\nG 1 = 28\nr 1 0 = -\nr 1 0 = -\nm 2 26 = 276\nend 7\n", 0,
               "files 1 operations 7 mismatches 0"));
}

TEST(marked_lines_are_performed_and_not_compared)
{
    CHECK(ends(HEAP REGISTER "m 1 26 = 999 !peer\nend 2\n", 0, "files 1 operations 2 mismatches 0"));
    CHECK(ends(HEAP REGISTER "F = 1 !peer\nm 1 26 = 999\nend 3\n", 1, "files 1 operations 3 mismatches 1"));
    CHECK(ends(HEAP REGISTER "f 1 !peer\n| printed\nend 2\n", 0, "files 1 operations 2 mismatches 0"));
    CHECK(ends(HEAP REGISTER "m 0 8 = 276\nu 276 = ABORT !peer\nm 0 8 = 276\nend 4\n", 0, "files 1 operations 4 mismatches 0"));
}

TEST(what_follows_from_a_defect_is_not_compared_until_the_next_register)
{
    CHECK(ends(HEAP REGISTER "m 0 4294967295 = 276 !peer\nG 0 = 12\ni = 736 12 704 736 1 1 2\n" REGISTER "m 0 8 = 276\nend 6\n",
               0, "files 1 operations 6 mismatches 0"));
    CHECK(ends(HEAP REGISTER "m 0 4294967295 = 276 !peer\nG 0 = 12\n" REGISTER "m 0 8 = 280\nend 5\n", 1,
               "files 1 operations 5 mismatches 1"));
}

TEST(a_region_that_is_too_small_has_no_heap)
{
    CHECK(ends(HEAP "R 0 211 = -\nR 0 212 = 0 !peer\nF = 12 !peer\nm 0 1 = -\nR 0 220 = 0\nm 0 1 = 204\nend 6\n", 0,
               "files 1 operations 6 mismatches 0"));
}

TEST(a_script_without_outcomes_is_performed)
{
    CHECK(ends(HEAP "R 0 1024\nm 1 26\nd\ni\nW\nr 1 0\nG 1 = -\nend 7\n", 0, "files 1 operations 7 mismatches 0"));
    CHECK(ends("golden 1 heap_caps\ninit\nenable\nmalloc 1 100 0x1000\nprint 0x1000\nfree 1\nend 5\n", 0,
               "files 1 operations 5 mismatches 0"));
}

TEST(twenty_mismatches_are_shown_and_the_rest_counted)
{
    char text[2000] = HEAP REGISTER;
    for (int i = 0; i < 25; i++)
        strcat(text, "F = 1\n");
    strcat(text, "end 26\n");
    const struct said *said = replay(text);
    CHECK_EQ(times_in(said->out, ": mismatch: "), 20);
    CHECK(strstr(said->out, "\n5 more mismatches are not shown.\n") != NULL);
    CHECK_STR(said->last, "files 1 operations 26 mismatches 25");
    CHECK_EQ(times_in(espmem("golden --all %s", test_file("case", text))->out, ": mismatch: "), 25);
}

TEST(what_cannot_be_replayed_is_one_sentence_with_its_place)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        {"no golden file\n", "/case: it is not a golden file"},
        {HEAP REGISTER "m 1 26 = 276\n", "/case:10: the file is cut off"},
        {HEAP REGISTER "q 1\nend 2\n", "/case:9: 'q' is no operation"},
        {HEAP REGISTER "m 1\nend 2\n", "/case:9: 'm' takes 2 arguments, not 1."},
        {HEAP REGISTER "m 1 2 3\nend 2\n", "/case:9: 'm' takes 2 arguments, not 3."},
        {HEAP REGISTER "m -1 26\nend 2\n", "/case:9: argument 1 of 'm' has to be a slot"},
        {HEAP REGISTER "m 1048576 26\nend 2\n", "/case:9: argument 1 of 'm' has to be a slot"},
        {HEAP REGISTER "m 1 4294967296\nend 2\n", "/case:9: argument 2 of 'm' has to be a size"},
        {HEAP "m 1 26\nend 1\n", "/case:8: there is no heap yet"},
        {HEAP "R 0 1025\nend 1\n", "/case:8: the region is not inside"},
        {HEAP "Z 0 4294967295\nend 1\n", "/case:8: the bytes to be filled"},
        {HEAP REGISTER "P 1024 1\nend 2\n", "/case:9: the byte to be written"},
        {"golden 1 multi_heap\nbase 0\nR 0 0\nend 1\n", "/case: the header's 'size'"},
        {"golden 1 multi_heap\nsize 4294967295\nR 0 0\nend 1\n", "/case: the header's 'size'"},
        {"golden 1 multi_heap\nptr 64\nsize 4096\nR 0 0\nend 1\n", "/case: it was recorded with 64-bit pointers"},
        {"golden 1 heap_caps\ninit\n| I heap_init: At 3FFAE6E0 len 00001920 (6 KiB): CHEESE\nend 1\n",
         "no memory as in the output"},
        {"golden 1 heap_caps\ninit\n| I heap_init: At 10000000 len 00001920 (6 KiB): DRAM\nend 1\n",
         "no memory as in the output"},
        {"golden 1 heap_caps\ninit\npmalloc 1 20 3 0x1000\nend 2\n", "/case:3: the number of capabilities"},
        {"golden 1 himem\npsram 8388608\nreserve 63\nphys\nend 1\n", "its board is none that this version has"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct said *said = replay(cases[i].text);
        if (said->status != 2 || !strstr(said->error, cases[i].said))
            printf("case %u: status %d, %s", i, said->status, said->error);
        CHECK_EQ(said->status, 2);
        CHECK(strstr(said->error, cases[i].said) != NULL);
        CHECK_EQ(times_in(said->error, "\n"), 1);
        CHECK(strncmp(said->last, "files ", 6) == 0);
    }
}

TEST(a_directory_is_walked_in_order_and_past_what_is_not_golden)
{
    char path[200];
    snprintf(path, sizeof path, "%s/walk", test_folder());
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/walk/b", test_folder());
    mkdir(path, 0700);
    test_file("walk/c.txt", HEAP REGISTER "F = 3\nend 2\n");
    test_file("walk/a.txt", HEAP REGISTER "F = 1\nend 2\n");
    test_file("walk/b/z.txt", HEAP REGISTER "F = 2\nend 2\n");
    snprintf(path, sizeof path, "%s/walk", test_folder());
    const struct said *said = espmem("golden %s", path);
    CHECK_EQ(said->status, 1);
    const char *first = strstr(said->out, "F = 1"), *second = strstr(said->out, "F = 2"), *third = strstr(said->out, "F = 3");
    CHECK(first && second && third && first < second && second < third);
    CHECK_STR(said->last, "files 3 operations 6 mismatches 3");

    test_file("walk/a.md", "# Words\n");
    said = espmem("golden %s", path);
    CHECK_EQ(said->status, 2);
    CHECK_STR(said->last, "files 3 operations 6 mismatches 3");
}

TEST(arguments_that_make_no_sense_are_refused)
{
    CHECK_EQ(espmem("golden", NULL)->status, 2);
    CHECK_EQ(espmem("golden --what", NULL)->status, 2);
    CHECK_EQ(espmem("golden /nowhere/at/all", NULL)->status, 2);
    CHECK_EQ(espmem("golden ''", NULL)->status, 2);
    char path[200];
    snprintf(path, sizeof path, "%s/empty", test_folder());
    mkdir(path, 0700);
    CHECK_EQ(espmem("golden %s", path)->status, 2);
}

/* ---- boards ---------------------------------------------------------------------------------- */

#define CAPS                                                                                                                   \
    "golden 1 heap_caps\nkind test\nptr 32\npoison none\nlayout any\npsram 0\ninit\n"                                          \
    "| I heap_init: Initializing. RAM available for dynamic allocation:\n"

TEST(the_board_comes_from_the_regions_that_init_printed)
{
    /* One core: D/IRAM in one piece, the second cache as IRAM, RTC fast memory. That is the lowest which
     * is 8BIT and INTERNAL, so the records of the six heaps (216 bytes, in a block of 224) are in it. */
    CHECK(ends(CAPS
               "| I heap_init: At 3FF80000 len 00002000 (8 KiB): RTCRAM\n"
               "| I heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM\n"
               "| I heap_init: At 3FFB2000 len 0002E000 (184 KiB): DRAM\n"
               "| I heap_init: At 3FFE0440 len 0001FBC0 (126 KiB): D/IRAM\n"
               "| I heap_init: At 40078000 len 00008000 (32 KiB): IRAM\n"
               "| I heap_init: At 40090000 len 00010000 (64 KiB): IRAM\n"
               "total 0x0 = 301344\nenable\ntotal 0x0 = 431328\nmalloc 1 20 0x8000 = 0x3ff80264\nmalloc 2 20 0x1 = 0x400782e4\n"
               "malloc 3 100000 0x8 = 0x3ffe07ac\nend 7\n",
               0, "files 1 operations 7 mismatches 0"));
}

TEST(an_access_to_no_memory_is_a_mismatch_and_the_file_goes_on)
{
    const struct said *said = replay(CAPS "| I heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM\n"
                                          "addcaps 0x10000000 0x10010000 0x4 0x0 0x0 = ESP_OK\ntotal 0x400 = 0\nend 3\n");
    CHECK_EQ(said->status, 1);
    CHECK(strstr(said->out, "expected = ESP_OK\n    got      = CRASH\n") != NULL);
    CHECK_STR(said->last, "files 1 operations 3 mismatches 1");
}

TEST(himem_files_get_their_psram_and_reserve)
{
    CHECK(ends("golden 1 himem\nreserve 8\npsram 8388608\n"
               "log Initialized. Using last 8 32KB address blocks for bank switching on 4352 KB of physical memory.\n"
               "phys = 4456448\narea = 262144\nalloc 0 65536 = ESP_OK 120 121\nrange 1 65536 = ESP_OK 120\n"
               "map 0 1 0 32768 32768 0 = ESP_OK 0x3fbc8000 121:120\nunmap 1 0x3fbc8000 32768 = ESP_OK\nend 6\n",
               0, "files 1 operations 6 mismatches 0"));
    CHECK(ends("golden 1 himem\nreserve 9\npsram 8388608\n"
               "log Initialized. Using last 8 32KB address blocks for bank switching on 4352 KB of physical memory.\n"
               "phys = 4489216\nend 1\n",
               1, "files 1 operations 1 mismatches 1"));
}

TEST(every_file_begins_with_a_fresh_chip)
{
    char path[200];
    snprintf(path, sizeof path, "%s/fresh", test_folder());
    mkdir(path, 0700);
    /* 6432 bytes: the first block at 384; the record of one heap, 36 bytes, takes it and 4 more. */
    static const char text[] = CAPS "| I heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM\n"
                                    "malloc 1 100 0x1000 = 0x3ffae888\nextmem 0\nend 3\n";
    test_file("fresh/1", text);
    test_file("fresh/2", HEAP REGISTER "m 1 26 = 276\nend 2\n");
    test_file("fresh/3", text);
    test_file("fresh/4", HEAP REGISTER "m 1 26 = 276\nend 2\n");
    snprintf(path, sizeof path, "%s/fresh", test_folder());
    CHECK_STR(espmem("golden %s", path)->last, "files 4 operations 10 mismatches 0");
}

CHECK_MAIN
