/* The parts of a replay that stand alone: slots, text, the filter of printed lines. */
#include "check.h"
#include "tool/golden/expect.h"
#include "tool/golden/slots.h"
#include "tool/golden/text.h"

TEST(slots_are_empty_until_filled_and_after_clear)
{
    struct golden_slots slots = {0};
    int something;
    CHECK_PTR(golden_slot(&slots, 0), NULL);
    CHECK_PTR(golden_slot(&slots, GOLDEN_SLOT_LIMIT - 1), NULL);
    CHECK(golden_slot_set(&slots, 5000, &something));
    CHECK_PTR(golden_slot(&slots, 5000), &something);
    CHECK_PTR(golden_slot(&slots, 4999), NULL);
    CHECK(golden_slot_set(&slots, GOLDEN_SLOT_LIMIT - 1, NULL));
    CHECK(golden_slot_set(&slots, GOLDEN_SLOT_LIMIT - 1, &something));
    golden_slots_clear(&slots);
    CHECK_PTR(golden_slot(&slots, 5000), NULL);
    golden_slots_close(&slots);
}

TEST(text_stops_growing_at_its_limit)
{
    struct golden_text text = {0};
    char block[1000];
    memset(block, 'x', sizeof block);
    CHECK_STR(golden_text_string(&text), "");
    for (unsigned i = 0; i <= GOLDEN_TEXT_LIMIT / sizeof block + 1; i++)
        golden_text_add(&text, block, sizeof block);
    CHECK(text.cut);
    CHECK(text.length <= GOLDEN_TEXT_LIMIT);
    golden_text_clear(&text);
    CHECK(!text.cut);
    golden_text_print(&text, "%d-%s", 7, "a");
    CHECK_STR(golden_text_string(&text), "7-a");
    golden_text_close(&text);
}

static const char *filtered(const char *kind, const char *lines)
{
    static struct golden_text text;
    struct golden_header header = {0};
    snprintf(header.kind, sizeof header.kind, "%s", kind);
    golden_text_clear(&text);
    golden_comparable(&text, &header, lines);
    return golden_text_string(&text);
}

TEST(boot_times_of_log_lines_are_not_compared)
{
    CHECK_STR(filtered("mix", "I (123) heap_init: At (5) x\nW (0) a: b\n"), "I heap_init: At (5) x\nW a: b\n");
    CHECK_STR(filtered("mix", "I heap_init: At\n  I (1) x\nI (x) y\nI (1)y\n"),
              "I heap_init: At\n  I (1) x\nI (x) y\nI (1)y\n");
    CHECK_STR(filtered("mix", "no end of line"), "no end of line\n");
}

TEST(what_a_freed_head_shows_is_not_compared)
{
    const char *line = "CORRUPT HEAP: Bad head at 0x1. Expected 0xabba1234 got 0x3ffb0000\nnext\n";
    CHECK_STR(filtered("die", line), "CORRUPT HEAP: Bad head at 0x1. Expected 0xabba1234 got\nnext\n");
    CHECK_STR(filtered("corrupt", line), line);
}

CHECK_MAIN
