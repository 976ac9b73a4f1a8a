/* FreeRTOS's own allocation: the chip's internal, byte-addressable memory. */
#ifndef PORTABLE_H
#define PORTABLE_H

#include "freertos/portmacro.h"

#ifdef __cplusplus
extern "C" {
#endif

/* heap_caps_malloc(…, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT), and the figures of such memory. */
void *pvPortMalloc(size_t xWantedSize);
void vPortFree(void *pv);
size_t xPortGetFreeHeapSize(void);
size_t xPortGetMinimumEverFreeHeapSize(void);

#ifdef __cplusplus
}
#endif
#endif
