/* See diram.h.
 *
 *   data side     [ w0 w1 … w1023 ]   accessible: the words are here
 *   other side    [               ]   no access; a fault brings them, in the other order
 *
 * Knows the chip's table of aliases and Linux's memory map. Runs in the handler of faults: system calls and
 * its own lock, which is the innermost of all.
 *
 * One idea: a page's words are at one side at a time. Nobody writes to the old side once the copy has begun,
 * nobody reads it once the new one is there, and the new one comes with its contents in one step. */
#include "diram.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "espmem/port.h"

enum { PAGE = 4096, WORDS = PAGE / 4, PAGES_MAX = 64, ALIASES_MAX = 4 };

struct view {
    const struct em_alias *alias;
    unsigned pages;
    bool is_code[PAGES_MAX]; /* by page of the data side: the words are at the instruction side */
};

static struct view views[ALIASES_MAX];
static unsigned view_count;
static struct em_lock lock;
static int code_rights = PROT_READ | PROT_WRITE | PROT_EXEC; /* unless the host grants no such memory */

void sim_diram_lock(void)
{
    em_port_lock(&lock);
}

void sim_diram_unlock(void)
{
    em_port_unlock(&lock);
}

static uintptr_t data_page(const struct view *view, unsigned page)
{
    return view->alias->data_start + (uintptr_t)page * PAGE;
}

static uintptr_t code_page(const struct view *view, unsigned page)
{
    unsigned there = view->alias->reversed ? view->pages - 1 - page : page;
    return view->alias->code_start + (uintptr_t)there * PAGE;
}

static void protect(uintptr_t page, int rights)
{
    if (mprotect((void *)page, PAGE, rights) != 0)
        abort(); /* both sides would go their own ways */
}

/* For the sanitizer of threads the program's own words are none of ours: what orders the copy is protection. */
__attribute__((no_sanitize("thread"))) static void copy_words(volatile uint32_t *to, const volatile uint32_t *from,
                                                              bool reversed)
{
    for (unsigned i = 0; i < WORDS; i++)
        to[i] = from[reversed ? WORDS - 1 - i : i];
}

static volatile uint32_t *new_page(bool code)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    void *page = mmap(NULL, PAGE, code ? code_rights : PROT_READ | PROT_WRITE, flags, -1, 0);
    if (page == MAP_FAILED && code && code_rights & PROT_EXEC) {
        code_rights &= ~PROT_EXEC;
        return new_page(code);
    }
    if (page == MAP_FAILED)
        abort();
    return page;
}

static void move_words(struct view *view, unsigned page, bool to_code)
{
    uintptr_t data = data_page(view, page), code = code_page(view, page);
    uintptr_t from = to_code ? data : code, to = to_code ? code : data;
    volatile uint32_t *fresh = new_page(to_code);
    protect(from, PROT_READ);
    copy_words(fresh, (const volatile uint32_t *)from, view->alias->reversed);
    protect(from, PROT_NONE);
    if (mremap((void *)(uintptr_t)fresh, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)to) == MAP_FAILED)
        abort();
    view->is_code[page] = to_code;
}

/* The view and the page of its data side that an address is in; NULL iff it is in none. */
static struct view *find(uintptr_t address, unsigned *page, bool *code)
{
    for (unsigned i = 0; i < view_count; i++) {
        const struct em_alias *alias = views[i].alias;
        size_t length = alias->data_end - alias->data_start;
        *code = address - alias->code_start < length;
        if (!*code && address - alias->data_start >= length)
            continue;
        *page = (unsigned)((address - (*code ? alias->code_start : alias->data_start)) / PAGE);
        if (*code && alias->reversed)
            *page = views[i].pages - 1 - *page;
        return &views[i];
    }
    return NULL;
}

bool sim_diram_take_over(uintptr_t address, bool execution)
{
    unsigned page;
    bool code;
    struct view *view = find(address, &page, &code);
    if (!view || (execution && !code))
        return false;
    sim_diram_lock();
    bool here = view->is_code[page] == code;
    if (!here)
        move_words(view, page, code);
    sim_diram_unlock();
    return !(here && execution && !(code_rights & PROT_EXEC));
}

void sim_diram_open(const struct em_chip *chip)
{
    view_count = 0;
    for (unsigned i = 0; i < chip->alias_count && view_count < ALIASES_MAX; i++) {
        const struct em_alias *alias = &chip->aliases[i];
        size_t length = alias->data_end - alias->data_start;
        if (length / PAGE > PAGES_MAX)
            continue;
        views[view_count++] = (struct view){.alias = alias, .pages = (unsigned)(length / PAGE)};
        if (mprotect((void *)alias->code_start, length, PROT_NONE) != 0)
            abort();
    }
}
