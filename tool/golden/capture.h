/* The platform that a replay gives to the chip: its console and its panic end here.
 *
 * Knows no operation. One idea: what the chip would show is collected as text, and what would stop it
 * jumps back to whoever performed the operation. */
#ifndef TOOL_GOLDEN_CAPTURE_H
#define TOOL_GOLDEN_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "espmem/himem.h"
#include "tool/golden/text.h"

struct idf_platform;
struct idf_task_service;

/* The platform, with this switch of banks (NULL: none). From now on the chip's text goes to `console`
 * and its failed allocations to `calls`. */
const struct idf_platform *golden_capture_open(struct golden_text *console, struct golden_text *calls, struct em_bank_mmu *mmu);
/* Nothing is collected any more. Harmless when nothing was opened. */
void golden_capture_close(void);

/* Who says which task calls, from now on; NULL: nobody. */
void golden_capture_tasks(const struct idf_task_service *tasks);

/* Has the chip tell its failed allocations; once the chip is there. */
void golden_capture_failures(void);

enum golden_ending { GOLDEN_ENDED, GOLDEN_ABORTED, GOLDEN_CRASHED };

/* Performs act(context); ABORTED where the chip's panic, CRASHED where an access to no memory cut it
 * short. What the chip is good for afterwards is the caller's to judge. Does not nest. */
enum golden_ending golden_capture_run(void (*act)(void *context), void *context);

#endif
