/* esp_heap_trace_alloc_hook and esp_heap_trace_free_hook, which a program may define.
 *
 * Knows the pool's events only.
 *
 * One idea: a hook gets the pointer that the program holds, after it got it and before it gives it up. */
#include "caller.h"
#include "esp_heap_caps.h"
#include "heap_watch.h"

/* Absent in a program that does not define them. */
#pragma weak esp_heap_trace_alloc_hook
#pragma weak esp_heap_trace_free_hook

static void tell_alloc(const struct em_event *event)
{
    if (esp_heap_trace_alloc_hook)
        esp_heap_trace_alloc_hook(event->address, event->rounded, event->adjusted_caps);
}

static void tell_free(void *address)
{
    if (esp_heap_trace_free_hook)
        esp_heap_trace_free_hook(address);
}

/* A block that is resized where it is counts as allocated again, and not as freed: as on the chip. */
static void notify(struct em_watcher *watcher, const struct em_event *event)
{
    (void)watcher;
    if (event->kind == EM_ALLOCATED || event->kind == EM_RESIZED)
        tell_alloc(event);
    if (event->kind == EM_FREED)
        tell_free(event->address);
    else if (event->kind == EM_RESIZED && event->old_address != event->address)
        tell_free(event->old_address);
}

void idf_heap_hooks_open(void)
{
    static struct em_watcher hooks = {.notify = notify};
    if (!idf_chip.hooks_off && (esp_heap_trace_alloc_hook || esp_heap_trace_free_hook))
        em_pool_watch(&idf_chip.pool, &hooks);
}
