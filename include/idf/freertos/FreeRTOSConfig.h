/* FreeRTOS's configuration, from the CONFIG_FREERTOS_* of the program. */
#ifndef FREERTOS_CONFIG_H
#define FREERTOS_CONFIG_H

#include <assert.h>

#include "espmem_config.h"

#ifndef CONFIG_FREERTOS_HZ
#define CONFIG_FREERTOS_HZ 100
#endif
#ifndef CONFIG_FREERTOS_MAX_TASK_NAME_LEN
#define CONFIG_FREERTOS_MAX_TASK_NAME_LEN 16
#endif
#ifndef CONFIG_FREERTOS_THREAD_LOCAL_STORAGE_POINTERS
#define CONFIG_FREERTOS_THREAD_LOCAL_STORAGE_POINTERS 1
#endif
#ifndef CONFIG_FREERTOS_TASK_NOTIFICATION_ARRAY_ENTRIES
#define CONFIG_FREERTOS_TASK_NOTIFICATION_ARRAY_ENTRIES 1
#endif
#ifndef CONFIG_FREERTOS_TIMER_TASK_PRIORITY
#define CONFIG_FREERTOS_TIMER_TASK_PRIORITY 1
#endif
#ifndef CONFIG_FREERTOS_TIMER_TASK_STACK_DEPTH
#define CONFIG_FREERTOS_TIMER_TASK_STACK_DEPTH 2048
#endif
#ifndef CONFIG_FREERTOS_TIMER_QUEUE_LENGTH
#define CONFIG_FREERTOS_TIMER_QUEUE_LENGTH 10
#endif

#define configTICK_RATE_HZ                          CONFIG_FREERTOS_HZ
#define configMAX_PRIORITIES                        25
#define configMINIMAL_STACK_SIZE                    768
#define configMAX_TASK_NAME_LEN                     CONFIG_FREERTOS_MAX_TASK_NAME_LEN
#define configNUM_THREAD_LOCAL_STORAGE_POINTERS     CONFIG_FREERTOS_THREAD_LOCAL_STORAGE_POINTERS
#define configTASK_NOTIFICATION_ARRAY_ENTRIES       CONFIG_FREERTOS_TASK_NOTIFICATION_ARRAY_ENTRIES
#define configTHREAD_LOCAL_STORAGE_DELETE_CALLBACKS 1
#define configSTACK_DEPTH_TYPE                      uint32_t
#define configTIMER_TASK_PRIORITY                   CONFIG_FREERTOS_TIMER_TASK_PRIORITY
#define configTIMER_TASK_STACK_DEPTH                CONFIG_FREERTOS_TIMER_TASK_STACK_DEPTH
#define configTIMER_QUEUE_LENGTH                    CONFIG_FREERTOS_TIMER_QUEUE_LENGTH
#define configQUEUE_REGISTRY_SIZE                   0

#ifdef CONFIG_FREERTOS_UNICORE
#define configNUM_CORES 1
#else
#define configNUM_CORES 2
#endif
#define configNUMBER_OF_CORES configNUM_CORES
#define portNUM_PROCESSORS    configNUM_CORES

#define configUSE_PREEMPTION                1
#define configUSE_TIME_SLICING              1
#define configUSE_16_BIT_TICKS              0
#define configUSE_MUTEXES                   1
#define configUSE_RECURSIVE_MUTEXES         1
#define configUSE_COUNTING_SEMAPHORES       1
#define configUSE_QUEUE_SETS                1
#define configUSE_TASK_NOTIFICATIONS        1
#define configUSE_TIMERS                    1
#define configUSE_TRACE_FACILITY            0
#define configUSE_CO_ROUTINES               0
#define configUSE_APPLICATION_TASK_TAG      0
#define configSUPPORT_STATIC_ALLOCATION     1
#define configSUPPORT_DYNAMIC_ALLOCATION    1
#define configENABLE_BACKWARD_COMPATIBILITY 1

#define INCLUDE_vTaskPrioritySet            1
#define INCLUDE_uxTaskPriorityGet           1
#define INCLUDE_vTaskDelete                 1
#define INCLUDE_vTaskSuspend                1
#define INCLUDE_vTaskDelay                  1
#define INCLUDE_xTaskDelayUntil             1
#define INCLUDE_vTaskDelayUntil             1
#define INCLUDE_xTaskGetIdleTaskHandle      0
#define INCLUDE_xTaskAbortDelay             0
#define INCLUDE_xSemaphoreGetMutexHolder    1
#define INCLUDE_xTaskGetHandle              1
#define INCLUDE_xTaskGetCurrentTaskHandle   1
#define INCLUDE_uxTaskGetStackHighWaterMark 1
#define INCLUDE_eTaskGetState               1
#define INCLUDE_xTaskResumeFromISR          1
#define INCLUDE_xTimerPendFunctionCall      1
#define INCLUDE_xTaskGetSchedulerState      1

#define configASSERT(a) assert(a)

#endif
