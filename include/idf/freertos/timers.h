/* Software timers: functions that the timer task calls at their time, 40 bytes each.
 *
 * Commands take effect at once, whatever the time to wait; the functions run one after another, in the
 * task "Tmr Svc", which starts with the first timer. NULL, or a handle that is no timer, stops the program. */
#ifndef TIMERS_H
#define TIMERS_H

#ifndef INC_FREERTOS_H
#error "include freertos/FreeRTOS.h before freertos/timers.h"
#endif

#include "freertos/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tmrTimerControl *TimerHandle_t;
typedef void (*TimerCallbackFunction_t)(TimerHandle_t xTimer);
typedef void (*PendedFunction_t)(void *, uint32_t);

/* A timer that is not running. The name is kept by address. NULL iff there is no memory or no timer task; a
 * period of 0 or no function stops the program. */
TimerHandle_t xTimerCreate(const char *const pcTimerName, const TickType_t xTimerPeriodInTicks, const BaseType_t xAutoReload,
                           void *const pvTimerID, TimerCallbackFunction_t pxCallbackFunction);
TimerHandle_t xTimerCreateStatic(const char *const pcTimerName, const TickType_t xTimerPeriodInTicks,
                                 const BaseType_t xAutoReload, void *const pvTimerID,
                                 TimerCallbackFunction_t pxCallbackFunction, StaticTimer_t *pxTimerBuffer);

/* pdPASS; start, reset and change fail (pdFAIL) iff 128 timers are running already. */
BaseType_t xTimerStart(TimerHandle_t xTimer, TickType_t xTicksToWait);
BaseType_t xTimerStop(TimerHandle_t xTimer, TickType_t xTicksToWait);
BaseType_t xTimerReset(TimerHandle_t xTimer, TickType_t xTicksToWait); /* from now on, also if it is running */
BaseType_t xTimerChangePeriod(TimerHandle_t xTimer, TickType_t xNewPeriod, TickType_t xTicksToWait); /* and starts it */
/* Its memory goes back at once, or after its function if that is running. */
BaseType_t xTimerDelete(TimerHandle_t xTimer, TickType_t xTicksToWait);
#define xTimerStartFromISR(timer, woken)                ((void)(woken), xTimerStart((timer), 0))
#define xTimerStopFromISR(timer, woken)                 ((void)(woken), xTimerStop((timer), 0))
#define xTimerResetFromISR(timer, woken)                ((void)(woken), xTimerReset((timer), 0))
#define xTimerChangePeriodFromISR(timer, period, woken) ((void)(woken), xTimerChangePeriod((timer), (period), 0))

BaseType_t xTimerIsTimerActive(TimerHandle_t xTimer);
TickType_t xTimerGetPeriod(TimerHandle_t xTimer);
TickType_t xTimerGetExpiryTime(TimerHandle_t xTimer); /* 0 unless it is running */
void *pvTimerGetTimerID(const TimerHandle_t xTimer);
void vTimerSetTimerID(TimerHandle_t xTimer, void *pvNewID);
const char *pcTimerGetName(TimerHandle_t xTimer);
void vTimerSetReloadMode(TimerHandle_t xTimer, const BaseType_t xAutoReload);
BaseType_t xTimerGetReloadMode(TimerHandle_t xTimer);
UBaseType_t uxTimerGetReloadMode(TimerHandle_t xTimer);
TaskHandle_t xTimerGetTimerDaemonTaskHandle(void);

/* Has the timer task call a function. pdFAIL iff ten calls are waiting already when the time is over. */
BaseType_t xTimerPendFunctionCall(PendedFunction_t xFunctionToPend, void *pvParameter1, uint32_t ulParameter2,
                                  TickType_t xTicksToWait);
BaseType_t xTimerPendFunctionCallFromISR(PendedFunction_t xFunctionToPend, void *pvParameter1, uint32_t ulParameter2,
                                         BaseType_t *pxHigherPriorityTaskWoken);

#ifdef __cplusplus
}
#endif
#endif
