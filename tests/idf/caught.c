/* See caught.h. Only the thread that called catch_panic may panic. */
#include "caught.h"

#include <stdatomic.h>
#include <string.h>

#include "idf/chip.h"

struct caught caught;

static const struct idf_platform *real; /* NULL: this program boots its chip by hand, and catches by itself */
static struct idf_platform ours;
static atomic_bool catching;
static jmp_buf *end_of_panic;

static void append(char *to, size_t room, const char *text, size_t length)
{
    size_t used = strlen(to);
    if (length > room - 1 - used)
        length = room - 1 - used;
    memcpy(to + used, text, length);
    to[used + length] = 0;
}

static void console(const char *text, size_t length)
{
    if (atomic_load(&catching))
        append(caught.console, sizeof caught.console, text, length);
    else
        real->console(text, length);
}

static void report(const char *text, size_t length)
{
    if (atomic_load(&catching))
        append(caught.report, sizeof caught.report, text, length);
    else
        real->report(text, length);
}

static __attribute__((noreturn)) void panic(const char *reason)
{
    if (!end_of_panic)
        real->panic(reason);
    append(caught.panic, sizeof caught.panic, reason, strlen(reason));
    longjmp(*end_of_panic, 1);
}

/* Before any task runs, so that no thread sees the platform change. */
__attribute__((constructor)) static void stand_between(void)
{
    real = idf_chip.platform;
    if (!real)
        return;
    ours = *real;
    ours.console = console;
    ours.report = report;
    ours.panic = panic;
    idf_chip.platform = &ours;
}

void catch_begin(void)
{
    memset(&caught, 0, sizeof caught);
    atomic_store(&catching, true);
}

void catch_end(void)
{
    atomic_store(&catching, false);
}

bool catch_panic(void (*function)(void))
{
    jmp_buf here;
    catch_begin();
    end_of_panic = &here;
    if (setjmp(here) == 0)
        function();
    end_of_panic = NULL;
    catch_end();
    return caught.panic[0] != 0;
}

void be_strict(bool strict)
{
    idf_chip.board.manner = strict ? EM_MANNER_STRICT : EM_MANNER_CHIP;
}
