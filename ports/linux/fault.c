/* The rest of the Linux port: copies, and the report of a fault.
 *
 * Knows the core's fault record and no chip; what a simulator knows beyond it comes in through
 * em_linux_handle_faults. Writes to stderr without stdio's buffers and allocates nothing, since the
 * heap it reports may be the program's own.
 *
 * One idea: one fault, one report that names the pointer first, then the reason, then what is known. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port.h"

/* A process's memory knows bytes and words alike, so the C library may choose. */
void em_port_copy(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

static const char *const kind_texts[] = {
    [EM_FAULT_FOREIGN_POINTER] = "it is in none of the heaps",
    [EM_FAULT_NOT_A_BLOCK] = "no block starts there",
    [EM_FAULT_DOUBLE_FREE] = "the block is free already",
    [EM_FAULT_BAD_HEADER] = "a block's header contradicts its neighbours; something wrote past a block's end",
    [EM_FAULT_BAD_LINK] = "the list of free blocks is damaged; something wrote to a block after its free",
    [EM_FAULT_BAD_TOTALS] = "the heap's counters contradict its blocks",
    [EM_FAULT_BAD_BANKS] = "a list of himem's banks was overwritten",
    [EM_FAULT_BAD_HEAD] = "the mark in front of the block is gone; something wrote below the block",
    [EM_FAULT_BAD_TAIL] = "the mark behind the block is gone; something wrote past the block's end",
    [EM_FAULT_BAD_SIZE] = "the size in front of the block is gone; something wrote below the block",
    [EM_FAULT_BAD_FILL] = "free memory was written to; something used a block after its free",
};

static const char *const operation_texts[] = {
    [EM_DURING_FREE] = "free of",  [EM_DURING_REALLOCATE] = "realloc of", [EM_DURING_ALLOCATE] = "allocation near",
    [EM_DURING_QUERY] = "size of", [EM_DURING_CHECK] = "check at",
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const char *text_of(const char *const *table, size_t count, unsigned value)
{
    return value < count && table[value] ? table[value] : "?";
}

void em_linux_fault_text(const struct em_fault *fault, char *text, size_t room)
{
    const char *operation = text_of(operation_texts, COUNT(operation_texts), (unsigned)fault->during);
    const char *reason = text_of(kind_texts, COUNT(kind_texts), (unsigned)fault->kind);
    char heap[64] = "", values[128] = "", place[48] = "";
    uintptr_t subject = fault->block ? fault->block : fault->address;
    if (fault->heap)
        snprintf(heap, sizeof heap, " (heap at 0x%08lx)", (unsigned long)fault->heap);
    if (subject != fault->address)
        snprintf(place, sizeof place, "at 0x%08lx ", (unsigned long)fault->address);
    if (fault->expected != fault->found && (fault->sign == EM_FAULT_NONE || fault->width != 0))
        snprintf(values, sizeof values, "; %sexpected 0x%lx, found 0x%lx", place, (unsigned long)fault->expected,
                 (unsigned long)fault->found);
    snprintf(text, room, "%s 0x%08lx: %s%s%s", operation, (unsigned long)subject, reason, heap, values);
}

static const struct em_linux_fault_handling *handling;

void em_linux_handle_faults(const struct em_linux_fault_handling *wanted)
{
    handling = wanted;
}

static void report(const char *text, const char *known)
{
    char line[768];
    int length = snprintf(line, sizeof line, known[0] ? "espmem: %s; %s\n" : "espmem: %s%s\n", text, known);
    if (length > (int)sizeof line - 1)
        length = (int)sizeof line - 1;
    if (handling && handling->report) {
        line[length - 1] = '\0';
        handling->report(line);
        return;
    }
    ssize_t written = write(STDERR_FILENO, line, (size_t)length);
    (void)written; /* a closed stderr changes nothing about what follows */
}

void em_port_fault(const struct em_fault *fault)
{
    char text[320], known[384] = "";
    if (handling && handling->print)
        handling->print(fault);
    em_linux_fault_text(fault, text, sizeof text);
    if (handling && handling->describe)
        handling->describe(fault, known, sizeof known);
    report(text, known);
    if (handling && handling->stop)
        handling->stop(text);
    abort();
}
