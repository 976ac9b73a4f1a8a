/* FreeRTOS's port to the simulated chip: types, critical sections, cores. */
#ifndef PORTMACRO_H
#define PORTMACRO_H

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "esp_attr.h"
#include "esp_heap_caps.h"
#include "esp_rom_sys.h"
#include "esp_system.h"
#include "esp_timer.h"
#include "espmem_config.h"
#include "freertos/FreeRTOSConfig.h"
#include "spinlock.h"

#ifdef __cplusplus
extern "C" {
#endif

#define portCHAR       int8_t
#define portFLOAT      float
#define portDOUBLE     double
#define portLONG       int32_t
#define portSHORT      int16_t
#define portSTACK_TYPE uint8_t
#define portBASE_TYPE  int

typedef portSTACK_TYPE StackType_t; /* so a stack's depth is in bytes */
typedef portBASE_TYPE BaseType_t;
typedef unsigned portBASE_TYPE UBaseType_t;
typedef uint32_t TickType_t;

#define portMAX_DELAY                                    ((TickType_t)0xffffffffUL)
#define portTICK_PERIOD_MS                               ((TickType_t)1000 / configTICK_RATE_HZ)
#define portTICK_RATE_MS                                 portTICK_PERIOD_MS
#define portSTACK_GROWTH                                 (-1)
#define portBYTE_ALIGNMENT                               4
#define portTASK_FUNCTION_PROTO(vFunction, pvParameters) void vFunction(void *pvParameters)
#define portTASK_FUNCTION(vFunction, pvParameters)       void vFunction(void *pvParameters)
#define portNOP()                                        ((void)0)

/* ---- critical sections -------------------------------------------------------------------------
 * A section excludes every other one with the same lock, on either core. Interrupts do not exist, so
 * tasks that take no lock go on running: on the chip those of the same core would stand still. */
typedef spinlock_t portMUX_TYPE;
#define portMUX_INITIALIZER_UNLOCKED SPINLOCK_INITIALIZER
#define portMUX_FREE_VAL             SPINLOCK_FREE
#define portMUX_NO_TIMEOUT           SPINLOCK_WAIT_FOREVER
#define portMUX_INITIALIZE(mux)      spinlock_initialize(mux)
#define vPortCPUInitializeMutex(mux) spinlock_initialize(mux)
#define vPortCPUAcquireMutex(mux)    vPortEnterCritical(mux)
#define vPortCPUReleaseMutex(mux)    vPortExitCritical(mux)

#define portENTER_CRITICAL(mux)              vPortEnterCritical(mux)
#define portEXIT_CRITICAL(mux)               vPortExitCritical(mux)
#define portENTER_CRITICAL_ISR(mux)          vPortEnterCritical(mux)
#define portEXIT_CRITICAL_ISR(mux)           vPortExitCritical(mux)
#define portENTER_CRITICAL_SAFE(mux)         vPortEnterCritical(mux)
#define portEXIT_CRITICAL_SAFE(mux)          vPortExitCritical(mux)
#define portENTER_CRITICAL_NESTED()          (0u)
#define portEXIT_CRITICAL_NESTED(prev_level) ((void)(prev_level))

/* Interrupts do not exist, so masking them hides nothing: use a critical section to exclude others. */
#define portDISABLE_INTERRUPTS()                      ((void)0)
#define portENABLE_INTERRUPTS()                       ((void)0)
#define portSET_INTERRUPT_MASK_FROM_ISR()             (0u)
#define portCLEAR_INTERRUPT_MASK_FROM_ISR(prev_level) ((void)(prev_level))
#define portASSERT_IF_IN_ISR()                        ((void)0)

BaseType_t xPortGetCoreID(void);    /* the core that the caller plays */
BaseType_t xPortInIsrContext(void); /* always pdFALSE */
uint32_t xPortGetTickRateHz(void);
void vPortYield(void);
void vPortAssertIfInISR(void);

#define portYIELD()                  vPortYield()
#define portYIELD_WITHIN_API()       vPortYield()
#define portYIELD_FROM_ISR(...)      ((void)0)
#define portEND_SWITCHING_ISR(woken) ((void)(woken))
#define portGET_CORE_ID()            xPortGetCoreID()

#ifdef __cplusplus
}
#endif
#endif
