/* An explanation in words, and capabilities by name. See espmem/explain.h.
 *
 * Must not ask a pool: what it says stands in the structs.
 *
 * One idea: each reason is a sentence with the two figures that show it. */
#include "espmem/explain.h"

#include "core/base/text.h"

/* ---- names ----------------------------------------------------------------------------------- */

static const struct {
    uint32_t bit;
    const char *name;
} names[] = {
    {EM_CAP_EXEC, "EXEC"},
    {EM_CAP_32BIT, "32BIT"},
    {EM_CAP_8BIT, "8BIT"},
    {EM_CAP_DMA, "DMA"},
    {EM_CAP_SPIRAM, "SPIRAM"},
    {EM_CAP_INTERNAL, "INTERNAL"},
    {EM_CAP_DEFAULT, "DEFAULT"},
    {EM_CAP_IRAM_8BIT, "IRAM_8BIT"},
    {EM_CAP_RETENTION, "RETENTION"},
    {EM_CAP_RTCRAM, "RTCRAM"},
    {EM_CAP_SPM, "SPM"},
    {EM_CAP_DMA_DESC_AHB, "DMA_DESC_AHB"},
    {EM_CAP_DMA_DESC_AXI, "DMA_DESC_AXI"},
    {EM_CAP_CACHE_ALIGNED, "CACHE_ALIGNED"},
    {EM_CAP_SIMD, "SIMD"},
    {EM_CAP_SPIRAM_NO_ENC, "SPIRAM_NO_ENC"},
    {EM_CAP_INVALID, "INVALID"},
};

static void add_caps(struct em_text *text, uint32_t caps, const char *between)
{
    const char *separator = "";
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((caps & names[i].bit) != 0) {
            em_text_add(text, separator);
            em_text_add(text, names[i].name);
            separator = between;
            caps &= ~names[i].bit;
        }
    }
    if (caps != 0) {
        em_text_add(text, separator);
        em_text_address(text, caps);
    }
}

static void add_caps_or_none(struct em_text *text, uint32_t caps)
{
    if (caps == 0) {
        em_text_add(text, "no capability");
    } else {
        add_caps(text, caps, "|");
    }
}

size_t em_caps_names(uint32_t caps, char *text, size_t room)
{
    struct em_text names_of_caps;
    em_text_open(&names_of_caps, text, room);
    add_caps_or_none(&names_of_caps, caps);
    return names_of_caps.length;
}

const char *em_caps_heap_name(const struct em_caps_heap *heap)
{
    if (heap->type_name != NULL && heap->type_name[0] != '\0') {
        return heap->type_name;
    }
    return (heap->all_caps & EM_CAP_SPIRAM) != 0 ? "PSRAM" : "added region";
}

static void add_heap_name(struct em_text *text, const struct em_caps_heap *heap)
{
    em_text_add(text, em_caps_heap_name(heap));
    em_text_add(text, " ");
    em_text_address(text, heap->start);
    em_text_add(text, "-");
    em_text_address(text, heap->end);
}

/* ---- the request ----------------------------------------------------------------------------- */

static void add_number(struct em_text *text, const char *before, size_t number, const char *behind)
{
    em_text_add(text, before);
    em_text_number(text, number);
    em_text_add(text, behind);
}

static void add_request(struct em_text *text, const struct em_explanation *told)
{
    em_text_number(text, told->size);
    em_text_add(text, told->size == 1 ? " byte with " : " bytes with ");
    add_caps_or_none(text, told->caps);
    if (told->alignment > 4) {
        add_number(text, ", aligned to ", told->alignment, "");
    }
    if (told->flaw == EM_NO_FLAW && told->rounded != told->size) {
        add_number(text, ", rounded up to ", told->rounded, "");
    }
    if (told->flaw == EM_NO_FLAW && told->adjusted_caps != told->caps) {
        em_text_add(text, ", looked for as ");
        add_caps(text, told->adjusted_caps, "|");
    }
    em_text_add(text, "\n");
}

static void add_flaw(struct em_text *text, const struct em_explanation *told)
{
    static const char *const flaws[] = {
        [EM_NO_FLAW] = "",
        [EM_ASKS_FOR_NOTHING] = "  no heap was asked: a request of 0 bytes gets nothing\n",
        [EM_ASKS_TOO_MUCH] = "  no heap was asked: the chip's largest request is ",
        [EM_BAD_ALIGNMENT] = "  no heap was asked: the alignment is no power of two\n",
        [EM_EXEC_WITH_BYTES] = "  no heap was asked: no memory is EXEC and 8BIT or DMA, ask for one of both\n",
        [EM_ASKS_FOR_NO_MEMORY] = "  no heap was asked: the request names no kind of memory, add 8BIT, DEFAULT, …\n",
    };
    em_text_add(text, flaws[told->flaw]);
    if (told->flaw == EM_ASKS_TOO_MUCH) {
        add_number(text, "", told->limit, " bytes\n");
    }
}

/* ---- the heaps ------------------------------------------------------------------------------- */

static void add_reason(struct em_text *text, const struct em_refusing_heap *judged)
{
    switch (judged->refusal) {
    case EM_WOULD_SERVE:
        add_number(text, "has room now: ", judged->largest, " in one piece");
        break;
    case EM_LACKS_CAPS:
        em_text_add(text, "lacks ");
        add_caps(text, judged->missing, "|");
        break;
    case EM_NOT_STARTED:
        em_text_add(text, "not started: the start-up stack is still in it");
        break;
    case EM_TOO_SMALL:
        add_number(text, "too small: ", judged->free_bytes, " free");
        add_number(text, ", largest ", judged->largest, "");
        break;
    case EM_FRAGMENTED:
        add_number(text, "fragmented: ", judged->free_bytes, " free");
        add_number(text, ", largest ", judged->largest, "");
        break;
    }
}

static void add_heaps(struct em_text *text, const struct em_explanation *told)
{
    for (unsigned i = 0; i < told->count; i++) {
        em_text_add(text, "  ");
        add_heap_name(text, told->heaps[i].heap);
        em_text_add(text, ": ");
        add_reason(text, &told->heaps[i]);
        em_text_add(text, "\n");
    }
    if (told->all > told->count) {
        add_number(text, "  and ", told->all - told->count, " more heaps\n");
    }
}

/* ---- what would fit -------------------------------------------------------------------------- */

static void add_impossible(struct em_text *text, const struct em_explanation *told)
{
    if (told->nowhere != 0) {
        em_text_add(text, "  no memory here has ");
        add_caps(text, told->nowhere, " or ");
        em_text_add(text, "\n");
    }
    if (told->never_together != 0) {
        em_text_add(text, "  no memory here has ");
        add_caps(text, told->never_together, " and ");
        em_text_add(text, " together\n");
    }
    if (told->nowhere == 0 && told->never_together == 0) {
        em_text_add(text, "  no memory here has all of these capabilities together\n");
    }
}

static void add_remedy(struct em_text *text, const struct em_explanation *told)
{
    if (told->best == NULL) {
        add_impossible(text, told);
    } else if (told->served_by == told->count && told->best_size > 0) {
        add_number(text, "  the largest that would fit: ", told->best_size, " bytes, in ");
        add_heap_name(text, told->best);
        em_text_add(text, "\n");
    }
    if (told->served_by == told->count && told->other != NULL) {
        em_text_add(text, "  it would fit without ");
        add_caps(text, told->dropped, "|");
        em_text_add(text, ", in ");
        add_heap_name(text, told->other);
        em_text_add(text, "\n");
    }
}

size_t em_explain_text(const struct em_explanation *explanation, char *text, size_t room)
{
    struct em_text words;
    em_text_open(&words, text, room);
    add_request(&words, explanation);
    if (explanation->flaw != EM_NO_FLAW) {
        add_flaw(&words, explanation);
    } else {
        add_heaps(&words, explanation);
        add_remedy(&words, explanation);
    }
    return words.length;
}
