/* FreeRTOS as ESP-IDF has it, on threads of the host: include this first.
 *
 * Tasks run truly side by side, whatever their priorities: priorities order only who is woken first.
 * An object's memory comes from the chip's heap in the chip's sizes, so that free sizes are the chip's. */
#ifndef INC_FREERTOS_H
#define INC_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

#include "freertos/FreeRTOSConfig.h"
#include "freertos/portmacro.h"

#include "freertos/projdefs.h"

#include "freertos/portable.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Memory of objects that the program provides, in the sizes of the 32-bit chip. Contents are the kernel's. */
typedef struct xSTATIC_TCB {
    uint32_t words[91];
} StaticTask_t;

typedef struct xSTATIC_QUEUE {
    uint32_t words[21];
} StaticQueue_t;
typedef StaticQueue_t StaticSemaphore_t;

typedef struct xSTATIC_EVENT_GROUP {
    uint32_t words[9];
} StaticEventGroup_t;

typedef struct xSTATIC_TIMER {
    uint32_t words[10];
} StaticTimer_t;

/* Names of old. */
#define portTickType      TickType_t
#define xTaskHandle       TaskHandle_t
#define xQueueHandle      QueueHandle_t
#define xSemaphoreHandle  SemaphoreHandle_t
#define xTimerHandle      TimerHandle_t
#define pdTASK_CODE       TaskFunction_t
#define pcTaskGetTaskName pcTaskGetName

#ifdef __cplusplus
}
#endif
#endif
