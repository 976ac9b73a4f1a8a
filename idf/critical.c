/* Critical sections, cores, and FreeRTOS's own allocation.
 *
 * One idea: a critical section is the core's lock under another name; a task that is inside one is never
 * stopped there, or nobody could enter it again. */
#include "espmem/port.h"

#include "esp_cpu.h"
#include "freertos/FreeRTOS.h"

#include "idf/caller.h"
#include "idf/chip.h"
#include "idf/kernel.h"

_Static_assert(sizeof(portMUX_TYPE) == sizeof(struct em_lock), "a portMUX_TYPE is a lock of the core");

void vPortEnterCritical(portMUX_TYPE *mux)
{
    if (!mux)
        idf_refuse("vPortEnterCritical", "the lock is NULL");
    struct idf_task *self = idf_task_self();
    if (self)
        self->critical++;
    em_port_lock((struct em_lock *)mux);
}

void vPortExitCritical(portMUX_TYPE *mux)
{
    if (!mux)
        idf_refuse("vPortExitCritical", "the lock is NULL");
    em_port_unlock((struct em_lock *)mux);
    struct idf_task *self = idf_task_self();
    if (self && self->critical > 0)
        self->critical--;
}

BaseType_t xPortInIsrContext(void)
{
    return pdFALSE;
}

void vPortAssertIfInISR(void)
{
}

BaseType_t xPortGetCoreID(void)
{
    struct idf_task *self = idf_task_self();
    if (self)
        return self->core;
    bool threads = idf_chip.platform && idf_chip.platform->tasks;
    return threads ? (BaseType_t)idf_chip.platform->tasks->core() : 0;
}

int esp_cpu_get_core_id(void)
{
    return xPortGetCoreID();
}

enum { PORT_CAPS = MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT };

void *pvPortMalloc(size_t xWantedSize)
{
    IDF_ENTRY;
    return heap_caps_malloc(xWantedSize, PORT_CAPS);
}

void vPortFree(void *pv)
{
    IDF_ENTRY;
    heap_caps_free(pv);
}

size_t xPortGetFreeHeapSize(void)
{
    return heap_caps_get_free_size(PORT_CAPS);
}

size_t xPortGetMinimumEverFreeHeapSize(void)
{
    return heap_caps_get_minimum_free_size(PORT_CAPS);
}
