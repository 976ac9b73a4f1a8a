/* Event groups: 24 bits that tasks set and wait for, 36 bytes each.
 *
 * NULL, or a handle that is no event group, stops the program; so does any of the upper 8 bits. */
#ifndef EVENT_GROUPS_H
#define EVENT_GROUPS_H

#ifndef INC_FREERTOS_H
#error "include freertos/FreeRTOS.h before freertos/event_groups.h"
#endif

#include "freertos/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct EventGroupDef_t *EventGroupHandle_t;
typedef TickType_t EventBits_t;

EventGroupHandle_t xEventGroupCreate(void); /* NULL iff there is no memory */
EventGroupHandle_t xEventGroupCreateStatic(StaticEventGroup_t *pxEventGroupBuffer);
void vEventGroupDelete(EventGroupHandle_t xEventGroup); /* who waits goes on with 0 */

/* Returns the bits as they were when the condition came true (before they are cleared), or as they are
 * once the time is over: compare them. */
EventBits_t xEventGroupWaitBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToWaitFor,
                                const BaseType_t xClearOnExit, const BaseType_t xWaitForAllBits, TickType_t xTicksToWait);
/* The bits after whoever waited for them has cleared what he wanted cleared. */
EventBits_t xEventGroupSetBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet);
EventBits_t xEventGroupClearBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToClear); /* as they were */
/* Sets bits and waits until all of a second set are there: a meeting of tasks. They are cleared then. */
EventBits_t xEventGroupSync(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet, const EventBits_t uxBitsToWaitFor,
                            TickType_t xTicksToWait);
EventBits_t xEventGroupGetBitsFromISR(EventGroupHandle_t xEventGroup);
BaseType_t xEventGroupSetBitsFromISR(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet,
                                     BaseType_t *pxHigherPriorityTaskWoken);                             /* at once; pdPASS */
BaseType_t xEventGroupClearBitsFromISR(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToClear); /* pdPASS */
#define xEventGroupGetBits(group) xEventGroupClearBits((group), 0)

#ifdef __cplusplus
}
#endif
#endif
