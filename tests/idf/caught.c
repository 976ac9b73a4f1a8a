/* See caught.h. Only the thread that called catch_panic may panic. */
#include "caught.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "idf/chip.h"

struct caught caught;

static const struct idf_platform *real;
static struct idf_platform catching;
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
    append(caught.console, sizeof caught.console, text, length);
}

static void report(const char *text, size_t length)
{
    append(caught.report, sizeof caught.report, text, length);
}

static __attribute__((noreturn)) void panic(const char *reason)
{
    append(caught.panic, sizeof caught.panic, reason, strlen(reason));
    if (end_of_panic)
        longjmp(*end_of_panic, 1);
    fprintf(stderr, "a panic that no test caught: %s\n", reason);
    abort();
}

void catch_begin(void)
{
    memset(&caught, 0, sizeof caught);
    if (idf_chip.platform == &catching)
        return;
    real = idf_chip.platform;
    catching = *real;
    catching.console = console;
    catching.report = report;
    catching.panic = panic;
    idf_chip.platform = &catching;
}

void catch_end(void)
{
    if (idf_chip.platform == &catching)
        idf_chip.platform = real;
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
