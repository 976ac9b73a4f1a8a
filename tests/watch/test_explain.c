/* Why a request fails: the struct, and its words. */
#include "check.h"

#include "espmem/explain.h"
#include "scene.h"

enum { LIST = 8 };

static struct em_refusing_heap heaps[LIST];
static struct em_explanation why;
static char words[2000];

static void explain(size_t alignment, size_t size, uint32_t caps)
{
    em_caps_explain(&scene, alignment, size, caps, heaps, LIST, &why);
    em_explain_text(&why, words, sizeof words);
}

static bool says(const char *text)
{
    return strstr(words, text) != NULL;
}

static const char *name(unsigned i)
{
    return i < why.count ? em_caps_heap_name(why.heaps[i].heap) : "none";
}

static const struct em_refusing_heap *entry(const char *wanted)
{
    unsigned i = 0;
    while (i < why.count && strcmp(name(i), wanted) != 0)
        i++;
    CHECK(i < why.count);
    return &heaps[i];
}

TEST(heaps_are_listed_as_an_allocation_asks_them)
{
    scene_open();
    explain(4, 1000000, EM_CAP_8BIT | EM_CAP_DEFAULT);
    CHECK_EQ(why.count, 3);
    CHECK_EQ(why.all, 3);
    CHECK_STR(name(0), "PSRAM"); /* the newest region */
    CHECK_STR(name(1), "fast");
    CHECK_STR(name(2), "words"); /* never asked */
    CHECK_EQ(why.heaps[0].priority, 0);
    CHECK_EQ(why.heaps[2].priority, EM_PRIORITIES);
    explain(4, 1000000, EM_CAP_32BIT);
    CHECK_STR(name(0), "words");
    CHECK_STR(name(1), "fast");
    CHECK_STR(name(2), "PSRAM");
    CHECK_EQ(why.heaps[1].priority, 1);
    CHECK_EQ(why.heaps[2].priority, 2);
}

TEST(each_heap_has_its_reason)
{
    scene_open();
    explain(4, 60000, EM_CAP_8BIT | EM_CAP_INTERNAL);
    CHECK_EQ(entry("fast")->refusal, EM_TOO_SMALL);
    CHECK(entry("fast")->free_bytes < 60000 && entry("fast")->largest > 0);
    CHECK_EQ(entry("words")->missing, EM_CAP_8BIT);
    CHECK_EQ(why.served_by, why.count);
    CHECK(says("60000 bytes with 8BIT|INTERNAL\n"));
    CHECK(says(": too small: "));
    CHECK(says(": lacks INTERNAL\n"));
    CHECK(says(": lacks 8BIT\n"));
}

TEST(a_fragmented_heap_is_told_from_a_full_one)
{
    void *block[200];
    unsigned count = 0;
    scene_open();
    while (count < 200 && (block[count] = em_caps_allocate(&scene, 60, FAST_ONLY)) != NULL)
        count++;
    explain(4, 100, FAST_ONLY);
    CHECK_EQ(entry("fast")->refusal, EM_TOO_SMALL);
    for (unsigned i = 0; i < count; i += 2)
        em_caps_free(&scene, block[i]);
    explain(4, 100, FAST_ONLY);
    CHECK_EQ(entry("fast")->refusal, EM_FRAGMENTED);
    CHECK(entry("fast")->free_bytes > 2000);
    CHECK_EQ(entry("fast")->largest, 60);
    CHECK(says(": fragmented: "));
    CHECK(says(", largest 60\n"));
}

/* The figures that are promised are those with which an allocation succeeds or fails. */
static void check_promise(enum em_guard guard, size_t alignment, uint32_t caps)
{
    scene_open_guarded(guard);
    explain(alignment, 1000000, caps);
    CHECK(why.best != NULL && why.best_size > 0);
    if (alignment <= 4)
        CHECK(!em_caps_allocate_aligned(&scene, alignment, why.best_size + 4, caps));
    if (!em_caps_allocate_aligned(&scene, alignment, why.best_size, caps))
        check_fail(__FILE__, __LINE__, "%zu bytes aligned to %zu with 0x%lx and guard %d do not fit", why.best_size, alignment,
                   (unsigned long)caps, (int)guard);
}

TEST(the_largest_that_would_fit_does_fit)
{
    static const uint32_t caps[] = {FAST_ONLY, SLOW_ONLY, EM_CAP_EXEC, EM_CAP_DEFAULT};
    for (unsigned i = 0; i < sizeof caps / sizeof caps[0]; i++) {
        for (size_t alignment = 4; alignment <= 1024; alignment *= 4) {
            check_promise(EM_GUARD_OFF, alignment, caps[i]);
            check_promise(EM_GUARD_LIGHT, alignment, caps[i]);
        }
    }
}

TEST(a_request_that_would_succeed_says_where)
{
    scene_open();
    explain(4, 100, FAST_ONLY);
    CHECK_STR(name(why.served_by), "fast");
    CHECK_EQ(entry("fast")->refusal, EM_WOULD_SERVE);
    CHECK(says(": has room now: "));
    CHECK(!says("would fit"));
}

TEST(what_would_have_to_be_given_up_is_named)
{
    scene_open();
    explain(4, 20000, EM_CAP_8BIT | EM_CAP_INTERNAL | EM_CAP_DMA);
    CHECK_STR(em_caps_heap_name(why.other), "PSRAM");
    CHECK_EQ(why.dropped, EM_CAP_INTERNAL | EM_CAP_DMA);
    CHECK(says("it would fit without DMA|INTERNAL, in PSRAM 0x"));
}

TEST(caps_that_exclude_each_other_are_named)
{
    scene_open();
    explain(4, 100, EM_CAP_SPIRAM | EM_CAP_8BIT | EM_CAP_INTERNAL);
    CHECK(why.best == NULL);
    CHECK_EQ(why.never_together, EM_CAP_SPIRAM | EM_CAP_INTERNAL);
    CHECK_EQ(why.nowhere, 0);
    CHECK(says("no memory here has SPIRAM and INTERNAL together\n"));
    explain(4, 100, EM_CAP_8BIT | EM_CAP_RTCRAM);
    CHECK_EQ(why.nowhere, EM_CAP_RTCRAM);
    CHECK_EQ(why.never_together, 0);
    CHECK(says("no memory here has RTCRAM\n"));
    CHECK(says("it would fit without RTCRAM"));
}

TEST(a_request_with_a_flaw_asks_no_heap)
{
    static const struct {
        size_t alignment, size;
        uint32_t caps;
        enum em_flaw flaw;
        const char *words;
    } rows[] = {
        {4, 0, EM_CAP_8BIT, EM_ASKS_FOR_NOTHING, "0 bytes with 8BIT\n  no heap was asked: a request of 0 bytes"},
        {4, 0x400001, EM_CAP_8BIT, EM_ASKS_TOO_MUCH, "the chip's largest request is 4194304 bytes\n"},
        {3, 10, EM_CAP_8BIT, EM_BAD_ALIGNMENT, "the alignment is no power of two"},
        {4, 10, EM_CAP_EXEC | EM_CAP_8BIT, EM_EXEC_WITH_BYTES, "no memory is EXEC and 8BIT or DMA"},
        {4, 10, 0, EM_ASKS_FOR_NO_MEMORY, "10 bytes with no capability\n"},
        {4, 10, EM_CAP_CACHE_ALIGNED, EM_ASKS_FOR_NO_MEMORY, "the request names no kind of memory"},
        {64, SIZE_MAX - 2, EM_CAP_DMA, EM_ASKS_TOO_MUCH, "largest request"},
    };
    scene_open();
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        explain(rows[i].alignment, rows[i].size, rows[i].caps);
        CHECK_EQ(why.flaw, rows[i].flaw);
        CHECK_EQ(why.count, 0);
        CHECK(says(rows[i].words));
    }
}

TEST(what_became_of_a_request_is_told)
{
    scene_open();
    explain(64, 10, EM_CAP_DMA | EM_CAP_8BIT);
    CHECK(says("10 bytes with 8BIT|DMA, aligned to 64, rounded up to 64\n"));
    explain(4, 1, EM_CAP_EXEC);
    CHECK(says("1 byte with EXEC, rounded up to 4, looked for as EXEC|32BIT\n"));
}

TEST(a_short_list_and_a_short_text_are_cut_and_say_so)
{
    char few[20];
    scene_open();
    em_caps_explain(&scene, 4, 1000000, EM_CAP_8BIT, heaps, 1, &why);
    CHECK_EQ(why.count, 1);
    CHECK_EQ(why.all, 3);
    CHECK(why.best != NULL);
    size_t wanted = em_explain_text(&why, words, sizeof words);
    CHECK_EQ(wanted, strlen(words));
    CHECK(says("and 2 more heaps\n"));
    CHECK_EQ(em_explain_text(&why, few, sizeof few), wanted);
    CHECK_EQ(strlen(few), sizeof few - 1);
    CHECK_EQ(em_explain_text(&why, NULL, 0), wanted);
}

TEST(capabilities_have_names)
{
    em_caps_names(EM_CAP_8BIT | EM_CAP_INTERNAL | 1u << 29, words, sizeof words);
    CHECK_STR(words, "8BIT|INTERNAL|0x20000000");
    em_caps_names(0, words, sizeof words);
    CHECK_STR(words, "no capability");
    em_caps_names(UINT32_MAX, words, sizeof words);
    CHECK(says("SPIRAM_NO_ENC|INVALID|0x7fc003f0"));
}

CHECK_MAIN
