/* See backtrace.h. Frames are found by the compiler's unwinder, which passes signal frames and needs no
 * frame pointers; backtrace() would allocate.
 *
 * One idea: all addresses are collected first; where to begin is found in them. */
#include "backtrace.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unwind.h>

#include "platform.h"
#include "symbols.h"

enum { FRAMES = 64, SHOWN = 24 };

struct frames {
    uintptr_t code[FRAMES];
    bool interrupted[FRAMES]; /* by a signal: the address is that of the instruction itself */
    unsigned count;
};

static _Unwind_Reason_Code note_frame(struct _Unwind_Context *context, void *argument)
{
    struct frames *frames = argument;
    int interrupted = 0;
    uintptr_t code = (uintptr_t)_Unwind_GetIPInfo(context, &interrupted);
    if (code == 0 || frames->count == FRAMES)
        return _URC_END_OF_STACK;
    frames->code[frames->count] = code;
    frames->interrupted[frames->count++] = interrupted != 0;
    return _URC_NO_REASON;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* `code` is behind a call; for an instruction itself the caller adds one. */
static const char *text_of(uintptr_t code, char text[SIM_CODE_TEXT])
{
    Dl_info known;
    char name[96] = "";
    bool of_file = dladdr((const void *)(code - 1), &known) != 0;
    if (!sim_code_name((const void *)code, name, sizeof name) && of_file && known.dli_sname)
        snprintf(name, sizeof name, "%s+0x%lx", known.dli_sname, (unsigned long)(code - (uintptr_t)known.dli_saddr));
    if (of_file)
        snprintf(text, SIM_CODE_TEXT, "%s%s(%s+0x%lx)", name, name[0] ? " " : "", file_name(known.dli_fname),
                 (unsigned long)(code - (uintptr_t)known.dli_fbase));
    else
        snprintf(text, SIM_CODE_TEXT, "%s", name[0] ? name : "unknown code");
    return text;
}

const char *sim_code_text(uintptr_t code, char text[SIM_CODE_TEXT])
{
    return text_of(code, text);
}

static void collect(struct frames *frames)
{
    frames->count = 0;
    _Unwind_Backtrace(note_frame, frames);
}

/* The frame of this code; else the first that a signal interrupted; else the first. */
static unsigned beginning(const struct frames *frames, uintptr_t code)
{
    for (unsigned i = 0; i < frames->count; i++)
        if (code != 0 && frames->code[i] == code)
            return i;
    for (unsigned i = 0; i < frames->count; i++)
        if (frames->interrupted[i])
            return i;
    return 0;
}

void sim_backtrace_print(uintptr_t code)
{
    struct frames frames;
    char text[SIM_CODE_TEXT];
    collect(&frames);
    sim_say("backtrace:");
    unsigned first = beginning(&frames, code);
    for (unsigned i = first; i < frames.count && i < first + SHOWN; i++)
        sim_say("  #%u 0x%08lx %s", i - first, (unsigned long)frames.code[i],
                text_of(frames.code[i] + frames.interrupted[i], text));
}

/* A file's first address is the same for all of its code. */
static bool is_of_program(uintptr_t code)
{
    char name[8];
    return sim_code_name((const void *)code, name, sizeof name) && strncmp(name, "sim_", 4) != 0;
}

uintptr_t sim_backtrace_of_program(void)
{
    struct frames frames;
    collect(&frames);
    for (unsigned i = beginning(&frames, 0); i < frames.count; i++)
        if (is_of_program(frames.code[i]))
            return frames.code[i];
    return 0;
}
