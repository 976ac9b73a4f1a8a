/* A queue as it lies on the chip's heap; semaphores and mutexes are queues without items.
 *
 * One idea: 84 bytes hold all of it in both word sizes, since tasks are named by numbers and the two
 * pointers are cut in halves. The items follow the block, or lie where the program wants them. */
#ifndef IDF_QUEUE_H
#define IDF_QUEUE_H

#include "freertos/FreeRTOS.h"

#include "freertos/queue.h"

#include "idf/kernel.h"

enum idf_queue_owner {
    IDF_QUEUE_STATIC, /* the program's memory */
    IDF_QUEUE_ONE,    /* one block of the heap */
    IDF_QUEUE_TWO,    /* the items in a second one */
};

/* A pointer in two words: the blocks of a heap are aligned to 4 bytes only. */
struct idf_split {
    uint32_t low, high;
};

struct QueueDefinition {
    uint32_t mark;  /* IDF_QUEUE_MARK + kind; anything else is no queue */
    uint32_t owner; /* enum idf_queue_owner */
    uint32_t length, item_size;
    uint32_t count;
    uint32_t first; /* index of the oldest item */
    struct idf_split items;
    idf_waiters senders, receivers;
    uint32_t holder;      /* of a mutex: the task's serial, 0 if it is free */
    uint32_t depth;       /* of a recursive mutex */
    struct idf_split set; /* the set that it is a member of */
    uint32_t unused[7];
};

#define IDF_QUEUE_MARK 0x51554500u

/* The kinds are FreeRTOS's queueQUEUE_TYPE_*; a set has its own, for it takes no items of a program. */
enum { IDF_QUEUE_SET = 0x10 };

/* Refuses, on behalf of `function`, what is not a queue. For every public function, without the lock. */
void idf_queue_check(const struct QueueDefinition *queue, const char *function);
uint8_t idf_queue_kind(const struct QueueDefinition *queue);

/* A queue in the heap: the items in the same block, or (apart) in a second one, as ESP-IDF's
 * …WithCaps functions have them. NULL iff there is no memory. */
struct QueueDefinition *idf_queue_new(uint32_t length, uint32_t item_size, uint8_t kind, uint32_t caps, bool apart);
struct QueueDefinition *idf_queue_set_up(void *memory, void *items, uint32_t length, uint32_t item_size, uint8_t kind,
                                         enum idf_queue_owner owner);

/* With the lock held: one item more or less, and who waits for it goes on. False iff full or empty. */
bool idf_queue_put(struct QueueDefinition *queue, const void *item, BaseType_t where);
bool idf_queue_take(struct QueueDefinition *queue, void *item);
bool idf_queue_look(struct QueueDefinition *queue, void *item);

void *idf_joined(struct idf_split split);
struct idf_split idf_split(const void *pointer);

/* A mutex back from its holder; idf/semaphore.c. */
BaseType_t xQueueGiveMutex(QueueHandle_t xMutex);

#endif
