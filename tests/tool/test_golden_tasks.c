/* espmem golden on recordings of tasks: what counts is compared, what the original's books shift is not. */
#include "check.h"
#include "command_run.h"

#define HEAD                                                                                                                   \
    "golden 1 heap_caps\nkind task\nptr 32\npoison none\nlayout log\npsram 0\nseed 0\ninit\n"                                  \
    "| I heap_init: Initializing. RAM available for dynamic allocation:\n"                                                     \
    "| I heap_init: At 3FFAE6E0 len 00001920 (6 KiB): DRAM\n"                                                                  \
    "| I heap_init: At 3FFB3448 len 0002CBB8 (178 KiB): DRAM\n"

/* The handle is the address of a block that is not where it was recorded. */
#define STORY                                                                                                                  \
    HEAD "enable\ntask 0x3ffb8000 main\nmalloc 1 364 0x804 = 0x3ffaf000\ntask 0x3ffaf000 worker\nmalloc 2 100 0x804 = -\n"     \
         "malloc 3 40 0x804 = 0x3ffae000\n"

#define MAIN_HEAP "HEAP: DRAM, CAPS: 0x0000180e, SIZE: 6432, USAGE: CURRENT 384 (5%), PEAK 384 (5%), ALLOC COUNT: 1\n"
#define TASKS(state, name, current, size, count)                                                                               \
    "| ├ ALIVE: main, CURRENT MEMORY USAGE 384, PEAK MEMORY USAGE 384, TOTAL HEAP USED 1:\n"                                 \
    "| │    └ " MAIN_HEAP "| │         ├ ALLOC 0x12345678, SIZE 384\n"                                                     \
    "| ├ " state ": " name ", CURRENT MEMORY USAGE " current ", PEAK MEMORY USAGE 148, TOTAL HEAP USED 1:\n"                   \
    "| │    └ HEAP: DRAM, CAPS: 0x0000180e, SIZE: 6432, USAGE: CURRENT 148 (2%), PEAK 148 (2%), ALLOC COUNT: " count           \
    "\n| │         ├ ALLOC 0x1, SIZE " size "\n| │         ├ ALLOC 0x2, SIZE 104\n"                                        \
    "| └ ALIVE: Pre-scheduler, CURRENT MEMORY USAGE 1, PEAK MEMORY USAGE 1, TOTAL HEAP USED 9:\n"                            \
    "|      └ HEAP: NOTHING\n|           ├ ALLOC 0x3, SIZE 99999\n"
#define RIGHT TASKS("ALIVE", "worker", "148", "44", "2")

static bool ends(const char *text, int status, const char *last)
{
    const struct said *said = espmem("golden %s", test_file("tasks", text));
    if (said->status == status && strcmp(said->last, last) == 0)
        return true;
    printf("status %d, \"%s\", \"%s\"\n%s\n", said->status, said->last, said->error, said->out);
    return false;
}

TEST(addresses_books_and_the_order_of_blocks_do_not_count)
{
    CHECK(ends(STORY "taskprint\n" RIGHT "end 8\n", 0, "files 1 operations 8 mismatches 0"));
}

TEST(names_sizes_counts_and_layout_count)
{
    static const char *const wrong[] = {
        STORY "taskprint\n" TASKS("DELETED", "worker", "148", "44", "2") "end 8\n",
        STORY "taskprint\n" TASKS("ALIVE", "walker", "148", "44", "2") "end 8\n",
        STORY "taskprint\n" TASKS("ALIVE", "worker", "144", "44", "2") "end 8\n",
        STORY "taskprint\n" TASKS("ALIVE", "worker", "148", "48", "2") "end 8\n",
        STORY "taskprint\n" TASKS("ALIVE", "worker", "148", "44", "3") "end 8\n",
        STORY "taskprint\n| nothing\nend 8\n",
        STORY "allocsz 3 = 44\nend 8\n",
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(ends(wrong[i], 1, "files 1 operations 8 mismatches 1"));
}

TEST(a_task_dies_with_the_block_that_stands_for_its_handle)
{
    CHECK(ends(STORY "task 0x3ffb8000 main\nfree 1\ntaskoverview1 0x3ffaf000\n"
                     "| ┌────────────────────┬─────────┬──────────────────────┬───────────────────┬─────────────────┐\n"
                     "| │ TASK               │ STATUS  │ CURRENT MEMORY USAGE │ PEAK MEMORY USAGE │ TOTAL HEAP USED │\n"
                     "| ├────────────────────┼─────────┼──────────────────────┼───────────────────┼─────────────────┤\n"
                     "| │             worker │ DELETED │                  148 │               148 │               1 │\n"
                     "| └────────────────────┴─────────┴──────────────────────┴───────────────────┴─────────────────┘\n"
                     "end 10\n",
               0, "files 1 operations 10 mismatches 0"));
}

TEST(a_line_about_tasks_that_makes_no_sense_is_refused)
{
    CHECK(ends(HEAD "task worker 0x3ffb8000\nend 2\n", 2, "files 1 operations 1 mismatches 0"));
    CHECK(ends(HEAD "task 0x3ffb8000\nend 2\n", 2, "files 1 operations 1 mismatches 0"));
}

CHECK_MAIN
