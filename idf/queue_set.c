/* Sets of queues: one wait for several.
 *
 * One idea: a set is a queue of its members' handles, to which each item that comes adds one. Handles are
 * the program's own pointers, so a set's storage has the chip's size only in a 32-bit build. */
#include "idf/queue.h"

QueueSetHandle_t xQueueCreateSet(const UBaseType_t uxEventQueueLength)
{
    if (uxEventQueueLength == 0)
        idf_refuse("xQueueCreateSet", "the length is 0");
    return idf_queue_new(uxEventQueueLength, sizeof(QueueHandle_t), IDF_QUEUE_SET, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT,
                         false);
}

static void check_set(const struct QueueDefinition *set, const char *function)
{
    idf_queue_check(set, function);
    if (idf_queue_kind(set) != IDF_QUEUE_SET)
        idf_refuse(function, "the handle is not that of a set of queues");
}

BaseType_t xQueueAddToSet(QueueSetMemberHandle_t xQueueOrSemaphore, QueueSetHandle_t xQueueSet)
{
    idf_queue_check(xQueueOrSemaphore, "xQueueAddToSet");
    check_set(xQueueSet, "xQueueAddToSet");
    idf_kernel_enter();
    bool may = xQueueOrSemaphore != xQueueSet && !idf_joined(xQueueOrSemaphore->set) && xQueueOrSemaphore->count == 0;
    if (may)
        xQueueOrSemaphore->set = idf_split(xQueueSet);
    idf_kernel_unlock();
    return may ? pdPASS : pdFAIL;
}

BaseType_t xQueueRemoveFromSet(QueueSetMemberHandle_t xQueueOrSemaphore, QueueSetHandle_t xQueueSet)
{
    idf_queue_check(xQueueOrSemaphore, "xQueueRemoveFromSet");
    check_set(xQueueSet, "xQueueRemoveFromSet");
    idf_kernel_enter();
    bool may = idf_joined(xQueueOrSemaphore->set) == xQueueSet && xQueueOrSemaphore->count == 0;
    if (may)
        xQueueOrSemaphore->set = idf_split(NULL);
    idf_kernel_unlock();
    return may ? pdPASS : pdFAIL;
}

QueueSetMemberHandle_t xQueueSelectFromSet(QueueSetHandle_t xQueueSet, const TickType_t xTicksToWait)
{
    check_set(xQueueSet, "xQueueSelectFromSet");
    QueueSetMemberHandle_t member = NULL;
    return xQueueReceive(xQueueSet, &member, xTicksToWait) ? member : NULL;
}

QueueSetMemberHandle_t xQueueSelectFromSetFromISR(QueueSetHandle_t xQueueSet)
{
    check_set(xQueueSet, "xQueueSelectFromSetFromISR");
    QueueSetMemberHandle_t member = NULL;
    return xQueueReceiveFromISR(xQueueSet, &member, NULL) ? member : NULL;
}
