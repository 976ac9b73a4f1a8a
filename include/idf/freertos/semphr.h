/* Semaphores and mutexes: queues without items, 84 bytes each.
 *
 * Take: pdTRUE, or pdFALSE once the time is over. Give: pdTRUE, or pdFALSE iff the count is at its most.
 * A mutex is given by the task that took it; another one stops the program. Its holder runs at the priority
 * of the highest task that waits for it, as far as uxTaskPriorityGet tells: threads have none. */
#ifndef SEMAPHORE_H
#define SEMAPHORE_H

#ifndef INC_FREERTOS_H
#error "include freertos/FreeRTOS.h before freertos/semphr.h"
#endif

#include "freertos/queue.h"

typedef QueueHandle_t SemaphoreHandle_t;

#define semBINARY_SEMAPHORE_QUEUE_LENGTH ((uint8_t)1U)
#define semSEMAPHORE_QUEUE_ITEM_LENGTH   ((uint8_t)0U)
#define semGIVE_BLOCK_TIME               ((TickType_t)0U)

/* A binary semaphore begins empty, the macro of old begins full. NULL iff there is no memory. */
#define xSemaphoreCreateBinary() xQueueGenericCreate(1, semSEMAPHORE_QUEUE_ITEM_LENGTH, queueQUEUE_TYPE_BINARY_SEMAPHORE)
#define xSemaphoreCreateBinaryStatic(memory)                                                                                   \
    xQueueGenericCreateStatic(1, semSEMAPHORE_QUEUE_ITEM_LENGTH, NULL, (memory), queueQUEUE_TYPE_BINARY_SEMAPHORE)
#define vSemaphoreCreateBinary(semaphore)                                                                                      \
    do {                                                                                                                       \
        (semaphore) = xSemaphoreCreateBinary();                                                                                \
        if ((semaphore) != NULL) {                                                                                             \
            (void)xSemaphoreGive((semaphore));                                                                                 \
        }                                                                                                                      \
    } while (0)
#define xSemaphoreCreateCounting(most, first)               xQueueCreateCountingSemaphore((most), (first))
#define xSemaphoreCreateCountingStatic(most, first, memory) xQueueCreateCountingSemaphoreStatic((most), (first), (memory))
#define xSemaphoreCreateMutex()                             xQueueCreateMutex(queueQUEUE_TYPE_MUTEX)
#define xSemaphoreCreateMutexStatic(memory)                 xQueueCreateMutexStatic(queueQUEUE_TYPE_MUTEX, (memory))
#define xSemaphoreCreateRecursiveMutex()                    xQueueCreateMutex(queueQUEUE_TYPE_RECURSIVE_MUTEX)
#define xSemaphoreCreateRecursiveMutexStatic(memory)        xQueueCreateMutexStatic(queueQUEUE_TYPE_RECURSIVE_MUTEX, (memory))
#define vSemaphoreDelete(semaphore)                         vQueueDelete((semaphore))

#define xSemaphoreTake(semaphore, ticks)        xQueueSemaphoreTake((semaphore), (ticks))
#define xSemaphoreGive(semaphore)               xQueueGenericSend((semaphore), NULL, semGIVE_BLOCK_TIME, queueSEND_TO_BACK)
#define xSemaphoreTakeRecursive(mutex, ticks)   xQueueTakeMutexRecursive((mutex), (ticks))
#define xSemaphoreGiveRecursive(mutex)          xQueueGiveMutexRecursive((mutex))
#define xSemaphoreGiveFromISR(semaphore, woken) xQueueGiveFromISR((semaphore), (woken))
#define xSemaphoreTakeFromISR(semaphore, woken) xQueueReceiveFromISR((semaphore), NULL, (woken))
#define xSemaphoreGetMutexHolder(mutex)         xQueueGetMutexHolder((mutex))
#define xSemaphoreGetMutexHolderFromISR(mutex)  xQueueGetMutexHolder((mutex))
#define uxSemaphoreGetCount(semaphore)          uxQueueMessagesWaiting((semaphore))
#define uxSemaphoreGetCountFromISR(semaphore)   uxQueueMessagesWaitingFromISR((semaphore))

#endif
