/* See trace_depth.h. */
#define ESPMEM_NO_BOOT
#define CONFIG_HEAP_TRACING_STACK_DEPTH 5
#include "esp_heap_trace.h"

#include "trace_depth.h"

size_t trace_of_depth_five(void (*act)(void))
{
    static heap_trace_record_t records[3];
    heap_trace_record_t record, after = {.size = 12345};
    records[2] = after;
    if (heap_trace_init_standalone(records, 2) != ESP_OK || heap_trace_start(HEAP_TRACE_ALL) != ESP_OK)
        return 0;
    act();
    heap_trace_stop();
    if (heap_trace_get(1, &record) != ESP_OK || records[2].size != after.size || records[2].address)
        return 0;
    bool callers = record.alloced_by[0] && !record.alloced_by[1] && !record.alloced_by[4] && !record.freed_by[0];
    bool same = records[1].size == record.size && records[1].alloced_by[0] == record.alloced_by[0];
    heap_trace_init_standalone(NULL, 0);
    return callers && same ? record.size : 0;
}
