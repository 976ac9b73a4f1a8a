/* The books of which task owns which block: kept where the board tracks tasks.
 *
 * One idea: the books listen to the chip's pool like anybody who watches it; FreeRTOS only tells them of
 * tasks that end. Each function does nothing where no books are kept. */
#ifndef IDF_HEAP_TASKS_H
#define IDF_HEAP_TASKS_H

#include "espmem/caps.h"
#include "espmem/owners.h"
#include "idf/freertos.h"

/* Opens empty books (idf_chip.owners) and charges owner words, if the board wants that. Once the pool is
 * open and empty. */
void idf_heap_tasks_open(void);

/* Books the blocks that are there already, as nobody's. While nobody allocates. */
void idf_heap_tasks_adopt(void);

/* The task is as good as deleted; it is no more. With the kernel's lock held. */
void idf_heap_tasks_condemned(const struct idf_task *task);
void idf_heap_tasks_ended(const struct idf_task *task);

/* The listed task that a public function means, NULL being the caller; false iff it is not listed. */
bool idf_find_task(const void *handle, struct em_owner_view *task);

/* The name of a heap's memory type; that of the type it has most of, where it was added by bare caps. */
const char *idf_heap_type_name(const struct em_caps_heap *heap);

#endif
