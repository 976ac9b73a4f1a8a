/* Queues and sets of queues.
 *
 * Knows tasks only as waiters. One idea: try, wait, try again; the item is copied inside the lock, as the
 * chip does it, so an item is whole and its order is that of the lock. */
#include "idf/queue.h"

#include <string.h>

#include "freertos/idf_additions.h"
#include "idf/console.h"

_Static_assert(sizeof(struct QueueDefinition) == sizeof(StaticQueue_t), "a queue has the chip's size");
_Static_assert(sizeof(StaticQueue_t) == 84, "the chip's size is 84 bytes");

enum { PORT_CAPS = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT };

void *idf_joined(struct idf_split split)
{
    return (void *)(uintptr_t)((uint64_t)split.high << 32 | split.low);
}

struct idf_split idf_split(const void *pointer)
{
    uint64_t address = (uintptr_t)pointer;
    return (struct idf_split){(uint32_t)address, (uint32_t)(address >> 32)};
}

void idf_queue_check(const struct QueueDefinition *queue, const char *function)
{
    if (!queue)
        idf_refuse(function, "the handle is NULL");
    if ((queue->mark & ~0xffu) != IDF_QUEUE_MARK)
        idf_refuse(function, "the handle is no queue, semaphore or mutex: it was deleted, or its memory overwritten");
}

uint8_t idf_queue_kind(const struct QueueDefinition *queue)
{
    return (uint8_t)queue->mark;
}

/* ---- birth and end ---------------------------------------------------------------------------- */

struct QueueDefinition *idf_queue_set_up(void *memory, void *items, uint32_t length, uint32_t item_size, uint8_t kind,
                                         enum idf_queue_owner owner)
{
    struct QueueDefinition *queue = memory;
    memset(queue, 0, sizeof *queue);
    queue->owner = owner;
    queue->length = length;
    queue->item_size = item_size;
    queue->items = idf_split(items);
    queue->mark = IDF_QUEUE_MARK + kind;
    return queue;
}

struct QueueDefinition *idf_queue_new(uint32_t length, uint32_t item_size, uint8_t kind, uint32_t caps, bool apart)
{
    uint64_t room = (uint64_t)length * item_size;
    if (room > UINT32_MAX - sizeof(struct QueueDefinition))
        return NULL;
    bool two = apart && room > 0;
    size_t together = sizeof(struct QueueDefinition) + (two ? 0 : (size_t)room);
    unsigned char *memory = heap_caps_malloc(together, caps);
    if (!memory)
        return NULL;
    void *items = two ? heap_caps_malloc((size_t)room, caps) : memory + sizeof(struct QueueDefinition);
    if (!items) {
        heap_caps_free(memory);
        return NULL;
    }
    return idf_queue_set_up(memory, items, length, item_size, kind, two ? IDF_QUEUE_TWO : IDF_QUEUE_ONE);
}

QueueHandle_t xQueueGenericCreate(const UBaseType_t uxQueueLength, const UBaseType_t uxItemSize, const uint8_t ucQueueType)
{
    if (uxQueueLength == 0)
        idf_refuse("xQueueCreate", "the length is 0");
    return idf_queue_new(uxQueueLength, uxItemSize, ucQueueType, PORT_CAPS, false);
}

QueueHandle_t xQueueGenericCreateStatic(const UBaseType_t uxQueueLength, const UBaseType_t uxItemSize, uint8_t *pucQueueStorage,
                                        StaticQueue_t *pxStaticQueue, const uint8_t ucQueueType)
{
    if (uxQueueLength == 0)
        idf_refuse("xQueueCreateStatic", "the length is 0");
    if (!pxStaticQueue || (uxItemSize > 0 && !pucQueueStorage))
        return NULL;
    return idf_queue_set_up(pxStaticQueue, pucQueueStorage, uxQueueLength, uxItemSize, ucQueueType, IDF_QUEUE_STATIC);
}

QueueHandle_t xQueueCreateWithCaps(UBaseType_t uxQueueLength, UBaseType_t uxItemSize, UBaseType_t uxMemoryCaps)
{
    if (uxQueueLength == 0)
        idf_refuse("xQueueCreateWithCaps", "the length is 0");
    return idf_queue_new(uxQueueLength, uxItemSize, queueQUEUE_TYPE_BASE, uxMemoryCaps, true);
}

void vQueueDelete(QueueHandle_t xQueue)
{
    idf_queue_check(xQueue, "vQueueDelete");
    idf_kernel_enter();
    bool waited_in = xQueue->senders || xQueue->receivers;
    struct QueueDefinition last = *xQueue;
    if (!waited_in)
        xQueue->mark = 0;
    idf_kernel_unlock();
    if (waited_in)
        idf_refuse("vQueueDelete", "a task is waiting in it");
    if (last.owner == IDF_QUEUE_TWO)
        heap_caps_free(idf_joined(last.items));
    if (last.owner != IDF_QUEUE_STATIC)
        heap_caps_free(xQueue);
}

void vQueueDeleteWithCaps(QueueHandle_t xQueue)
{
    vQueueDelete(xQueue);
}

/* ---- items, with the lock held ------------------------------------------------------------------ */

static unsigned char *place(struct QueueDefinition *queue, uint32_t index)
{
    uint64_t offset = (uint64_t)(index % queue->length) * queue->item_size;
    return (unsigned char *)idf_joined(queue->items) + offset;
}

static void copy_in(struct QueueDefinition *queue, uint32_t index, const void *item)
{
    if (queue->item_size > 0)
        memcpy(place(queue, index), item, queue->item_size);
}

/* A set holds the handles of its members, one for each item that came. */
static void tell_set(struct QueueDefinition *queue)
{
    struct QueueDefinition *set = idf_joined(queue->set);
    if (set)
        idf_queue_put(set, &queue, queueSEND_TO_BACK);
}

bool idf_queue_put(struct QueueDefinition *queue, const void *item, BaseType_t where)
{
    bool full = queue->count == queue->length;
    if (full && where != queueOVERWRITE)
        return false;
    if (full) { /* of length 1: the item is replaced */
        copy_in(queue, queue->first, item);
        return true;
    }
    if (where == queueSEND_TO_FRONT) {
        queue->first = (queue->first + queue->length - 1) % queue->length;
        copy_in(queue, queue->first, item);
    } else {
        copy_in(queue, queue->first + queue->count, item);
    }
    queue->count++;
    tell_set(queue);
    idf_wake_first(&queue->receivers);
    return true;
}

bool idf_queue_look(struct QueueDefinition *queue, void *item)
{
    if (queue->count == 0)
        return false;
    if (queue->item_size > 0)
        memcpy(item, place(queue, queue->first), queue->item_size);
    return true;
}

bool idf_queue_take(struct QueueDefinition *queue, void *item)
{
    if (!idf_queue_look(queue, item))
        return false;
    queue->first = (queue->first + 1) % queue->length;
    queue->count--;
    idf_wake_first(&queue->senders);
    return true;
}

/* ---- send and receive ------------------------------------------------------------------------- */

static void check_send(const struct QueueDefinition *queue, const void *item, BaseType_t where, const char *function)
{
    idf_queue_check(queue, function);
    if (!item && queue->item_size > 0)
        idf_refuse(function, "the item is NULL");
    if (where == queueOVERWRITE && queue->length != 1)
        idf_refuse(function, "only a queue of one item can be overwritten");
}

static void check_receive(const struct QueueDefinition *queue, const void *buffer, const char *function)
{
    idf_queue_check(queue, function);
    if (!buffer && queue->item_size > 0)
        idf_refuse(function, "the buffer is NULL");
}

BaseType_t xQueueGenericSend(QueueHandle_t xQueue, const void *const pvItemToQueue, TickType_t xTicksToWait,
                             const BaseType_t xCopyPosition)
{
    check_send(xQueue, pvItemToQueue, xCopyPosition, "xQueueGenericSend");
    uint8_t kind = idf_queue_kind(xQueue);
    if (kind == queueQUEUE_TYPE_MUTEX || kind == queueQUEUE_TYPE_RECURSIVE_MUTEX)
        return xQueueGiveMutex(xQueue);
    idf_kernel_enter();
    uint64_t until = idf_moment_after(xTicksToWait);
    bool sent;
    while (!(sent = idf_queue_put(xQueue, pvItemToQueue, xCopyPosition)) && idf_wait(&xQueue->senders, until))
        continue;
    idf_kernel_unlock();
    return sent ? pdPASS : errQUEUE_FULL;
}

BaseType_t xQueueReceive(QueueHandle_t xQueue, void *const pvBuffer, TickType_t xTicksToWait)
{
    check_receive(xQueue, pvBuffer, "xQueueReceive");
    idf_kernel_enter();
    uint64_t until = idf_moment_after(xTicksToWait);
    bool received;
    while (!(received = idf_queue_take(xQueue, pvBuffer)) && idf_wait(&xQueue->receivers, until))
        continue;
    idf_kernel_unlock();
    return received ? pdPASS : errQUEUE_EMPTY;
}

BaseType_t xQueuePeek(QueueHandle_t xQueue, void *const pvBuffer, TickType_t xTicksToWait)
{
    check_receive(xQueue, pvBuffer, "xQueuePeek");
    idf_kernel_enter();
    uint64_t until = idf_moment_after(xTicksToWait);
    bool seen;
    while (!(seen = idf_queue_look(xQueue, pvBuffer)) && idf_wait(&xQueue->receivers, until))
        continue;
    if (seen)
        idf_wake_first(&xQueue->receivers); /* the item is still there for the next one */
    idf_kernel_unlock();
    return seen ? pdPASS : errQUEUE_EMPTY;
}

BaseType_t xQueueGenericSendFromISR(QueueHandle_t xQueue, const void *const pvItemToQueue,
                                    BaseType_t *const pxHigherPriorityTaskWoken, const BaseType_t xCopyPosition)
{
    (void)pxHigherPriorityTaskWoken;
    check_send(xQueue, pvItemToQueue, xCopyPosition, "xQueueGenericSendFromISR");
    idf_kernel_lock();
    bool sent = idf_queue_put(xQueue, pvItemToQueue, xCopyPosition);
    idf_kernel_unlock();
    return sent ? pdPASS : errQUEUE_FULL;
}

BaseType_t xQueueReceiveFromISR(QueueHandle_t xQueue, void *const pvBuffer, BaseType_t *const pxHigherPriorityTaskWoken)
{
    (void)pxHigherPriorityTaskWoken;
    check_receive(xQueue, pvBuffer, "xQueueReceiveFromISR");
    idf_kernel_lock();
    bool received = idf_queue_take(xQueue, pvBuffer);
    idf_kernel_unlock();
    return received ? pdPASS : pdFAIL;
}

BaseType_t xQueuePeekFromISR(QueueHandle_t xQueue, void *const pvBuffer)
{
    check_receive(xQueue, pvBuffer, "xQueuePeekFromISR");
    idf_kernel_lock();
    bool seen = idf_queue_look(xQueue, pvBuffer);
    idf_kernel_unlock();
    return seen ? pdPASS : pdFAIL;
}

/* ---- asking ----------------------------------------------------------------------------------- */

static UBaseType_t count_of(const struct QueueDefinition *queue, const char *function)
{
    idf_queue_check(queue, function);
    idf_kernel_lock();
    UBaseType_t count = queue->count;
    idf_kernel_unlock();
    return count;
}

UBaseType_t uxQueueMessagesWaiting(const QueueHandle_t xQueue)
{
    return count_of(xQueue, "uxQueueMessagesWaiting");
}

UBaseType_t uxQueueMessagesWaitingFromISR(const QueueHandle_t xQueue)
{
    return count_of(xQueue, "uxQueueMessagesWaitingFromISR");
}

UBaseType_t uxQueueSpacesAvailable(const QueueHandle_t xQueue)
{
    UBaseType_t count = count_of(xQueue, "uxQueueSpacesAvailable");
    return xQueue->length - count;
}

BaseType_t xQueueIsQueueEmptyFromISR(const QueueHandle_t xQueue)
{
    return count_of(xQueue, "xQueueIsQueueEmptyFromISR") == 0 ? pdTRUE : pdFALSE;
}

BaseType_t xQueueIsQueueFullFromISR(const QueueHandle_t xQueue)
{
    return count_of(xQueue, "xQueueIsQueueFullFromISR") == xQueue->length ? pdTRUE : pdFALSE;
}

BaseType_t xQueueGenericReset(QueueHandle_t xQueue, BaseType_t xNewQueue)
{
    (void)xNewQueue; /* a new queue is empty already */
    idf_queue_check(xQueue, "xQueueReset");
    idf_kernel_enter();
    xQueue->count = 0;
    xQueue->first = 0;
    idf_wake_all(&xQueue->senders);
    idf_kernel_unlock();
    return pdPASS;
}
