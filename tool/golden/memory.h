/* The memory that a recorded multi_heap stands in.
 *
 * Knows the process's address space and the simulator's ranges in it, nothing of heaps.
 * One idea: at the recorded addresses where that is possible, also over the chip's own ranges, which
 * get their state of rest back afterwards; else at addresses that are equal modulo 64 KiB. */
#ifndef TOOL_GOLDEN_MEMORY_H
#define TOOL_GOLDEN_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tool/golden/text.h"

/* All zero is none. */
struct golden_memory {
    uintptr_t recorded; /* the first byte's address in the recording */
    uintptr_t start;    /* and here */
    size_t bytes;
    uintptr_t mapped, mapped_end; /* the pages around it */
};

/* Zeroed memory, readable and writable, for `bytes` at `recorded`. False iff the host has none. */
bool golden_memory_open(struct golden_memory *memory, uintptr_t recorded, size_t bytes);
void golden_memory_close(struct golden_memory *memory);

/* Whether [offset, offset + bytes) lies in it. */
bool golden_memory_holds(const struct golden_memory *memory, int64_t offset, int64_t bytes);

/* Whether all of [start, end) is memory of the simulated chip that can be read and written now. */
bool golden_memory_is_chip(uintptr_t start, uintptr_t end);

/* Turns addresses (0x and eight digits) in a text into those of the recording. */
void golden_memory_recorded_text(const struct golden_memory *memory, struct golden_text *text);

#endif
