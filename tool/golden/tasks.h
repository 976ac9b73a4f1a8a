/* Files of kind `task`: who calls, and what the chip says of its tasks.
 *
 * A recorded handle may be the address of a recorded block (a task's control block); here it is then the
 * block that the same slot holds. One idea: the chip's task service has one function, which says whose turn
 * the recording has made it. */
#ifndef TOOL_GOLDEN_TASKS_H
#define TOOL_GOLDEN_TASKS_H

#include "idf/freertos.h"
#include "tool/golden/slots.h"

struct golden_run;

enum { GOLDEN_TASKS = 64 };

struct golden_tasks {
    struct golden_slots recorded; /* by slot: the address that the recording had there */
    struct golden_task {
        int64_t recorded; /* its handle there */
        struct idf_task task;
    } known[GOLDEN_TASKS];
    unsigned count;
};

bool golden_tasks_are_recorded(const struct golden_run *run);

/* Before the chip is opened: it is to track tasks, and nobody's turn. And after it. */
void golden_tasks_open(struct golden_run *run);
void golden_tasks_close(struct golden_run *run);

/* The operation now performed has filled this slot. */
void golden_tasks_note(struct golden_run *run, int64_t slot);

/* The operations: task handle name; taskprint, taskoverview; the same with a handle; taskinfo. */
void golden_do_task(struct golden_run *run, const int64_t *argument);
void golden_do_task_print(struct golden_run *run, const int64_t *argument);
void golden_do_task_overview(struct golden_run *run, const int64_t *argument);
void golden_do_task_print_one(struct golden_run *run, const int64_t *argument);
void golden_do_task_overview_one(struct golden_run *run, const int64_t *argument);
void golden_do_task_info(struct golden_run *run, const int64_t *argument);

#endif
