/* Why an allocation failed, in words. See explain.h and espmem/inspect.h.
 *
 * The reasons and their words are the core's. Allocates nothing: it runs where memory is short.
 *
 * One idea: each explanation is written in one piece, so that two tasks' do not mix. */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#include "caller.h"
#include "console.h"
#include "espmem/explain.h"
#include "espmem/inspect.h"

enum { TEXT_ROOM = 4096, LISTED_HEAPS = 24 };

const char *idf_code_name(const void *address, char text[IDF_CODE_NAME])
{
    bool named =
        idf_chip.platform && idf_chip.platform->code_name && idf_chip.platform->code_name(address, text, IDF_CODE_NAME);
    if (!named)
        snprintf(text, IDF_CODE_NAME, "0x%08lx", (unsigned long)(uintptr_t)address);
    return text;
}

static void add_caller(char *text, size_t room)
{
    char name[IDF_CODE_NAME];
    void *caller;
    if (idf_callers(&caller, 1) == 1)
        snprintf(text, room, ", called from %s", idf_code_name(caller, name));
}

__attribute__((noinline)) static void explain(const char *what, size_t alignment, size_t bytes, uint32_t caps)
{
    struct em_refusing_heap heaps[LISTED_HEAPS];
    struct em_explanation explanation;
    char text[TEXT_ROOM], caller[IDF_CODE_NAME + 16] = "";
    if (!idf_chip.platform)
        return;
    em_caps_explain(&idf_chip.pool, alignment, bytes, caps, heaps, LISTED_HEAPS, &explanation);
    add_caller(caller, sizeof caller);
    int head = snprintf(text, sizeof text, "espmem: %s%s: ", what, caller);
    em_explain_text(&explanation, text + head, sizeof text - (size_t)head);
    idf_chip.platform->report(text, strlen(text));
}

void idf_explain_failure(const char *function, size_t alignment, size_t bytes, uint32_t caps)
{
    char what[80];
    if (!idf_chip.board.explain)
        return;
    snprintf(what, sizeof what, "%s failed", function);
    explain(what, alignment, bytes, caps);
}

void idf_explain_overflow(const char *function, size_t n, size_t size)
{
    if (idf_chip.board.explain)
        idf_report("espmem: %s failed: %zu times %zu bytes is more than the chip's 32 bits can count", function, n, size);
}

void espmem_explain(size_t size, uint32_t caps)
{
    explain("asked", 4, size, caps);
}
