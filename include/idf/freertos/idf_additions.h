/* What ESP-IDF adds to FreeRTOS: objects in memory of chosen capabilities. */
#ifndef FREERTOS_IDF_ADDITIONS_H
#define FREERTOS_IDF_ADDITIONS_H

#include "freertos/FreeRTOS.h"

#include "freertos/event_groups.h"
#include "freertos/queue.h"
#include "freertos/semphr.h"
#include "freertos/task.h"

#include "esp_heap_caps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The stack has these capabilities, the control block is internal as ever. Else as xTaskCreatePinnedToCore. */
BaseType_t xTaskCreatePinnedToCoreWithCaps(TaskFunction_t pvTaskCode, const char *const pcName,
                                           const configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters,
                                           UBaseType_t uxPriority, TaskHandle_t *const pvCreatedTask, const BaseType_t xCoreID,
                                           UBaseType_t uxMemoryCaps);
static inline BaseType_t xTaskCreateWithCaps(TaskFunction_t pvTaskCode, const char *const pcName,
                                             configSTACK_DEPTH_TYPE usStackDepth, void *const pvParameters,
                                             UBaseType_t uxPriority, TaskHandle_t *pvCreatedTask, UBaseType_t uxMemoryCaps)
{
    return xTaskCreatePinnedToCoreWithCaps(pvTaskCode, pcName, usStackDepth, pvParameters, uxPriority, pvCreatedTask,
                                           tskNO_AFFINITY, uxMemoryCaps);
}
void vTaskDeleteWithCaps(TaskHandle_t xTaskToDelete); /* as vTaskDelete */

/* Control block and items are two blocks here. NULL iff there is no such memory. */
QueueHandle_t xQueueCreateWithCaps(UBaseType_t uxQueueLength, UBaseType_t uxItemSize, UBaseType_t uxMemoryCaps);
void vQueueDeleteWithCaps(QueueHandle_t xQueue);

SemaphoreHandle_t xSemaphoreCreateGenericWithCaps(UBaseType_t uxMaxCount, UBaseType_t uxInitialCount, const uint8_t ucQueueType,
                                                  UBaseType_t uxMemoryCaps);
static inline SemaphoreHandle_t xSemaphoreCreateBinaryWithCaps(UBaseType_t uxMemoryCaps)
{
    return xSemaphoreCreateGenericWithCaps(1, 0, queueQUEUE_TYPE_BINARY_SEMAPHORE, uxMemoryCaps);
}
static inline SemaphoreHandle_t xSemaphoreCreateCountingWithCaps(UBaseType_t uxMaxCount, UBaseType_t uxInitialCount,
                                                                 UBaseType_t uxMemoryCaps)
{
    return xSemaphoreCreateGenericWithCaps(uxMaxCount, uxInitialCount, queueQUEUE_TYPE_COUNTING_SEMAPHORE, uxMemoryCaps);
}
static inline SemaphoreHandle_t xSemaphoreCreateMutexWithCaps(UBaseType_t uxMemoryCaps)
{
    return xSemaphoreCreateGenericWithCaps(1, 1, queueQUEUE_TYPE_MUTEX, uxMemoryCaps);
}
static inline SemaphoreHandle_t xSemaphoreCreateRecursiveMutexWithCaps(UBaseType_t uxMemoryCaps)
{
    return xSemaphoreCreateGenericWithCaps(1, 1, queueQUEUE_TYPE_RECURSIVE_MUTEX, uxMemoryCaps);
}
void vSemaphoreDeleteWithCaps(SemaphoreHandle_t xSemaphore);

EventGroupHandle_t xEventGroupCreateWithCaps(UBaseType_t uxMemoryCaps);
void vEventGroupDeleteWithCaps(EventGroupHandle_t xEventGroup);

#ifdef __cplusplus
}
#endif
#endif
