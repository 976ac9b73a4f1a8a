/* See trace_depth.h. */
#define ESPMEM_NO_BOOT
#define CONFIG_HEAP_TRACING_STACK_DEPTH 0
#define CONFIG_HEAP_TRACE_HASH_MAP      1
#define CONFIG_HEAP_TRACE_HASH_MAP_SIZE 64
#include "esp_heap_trace.h"

#include "trace_depth.h"

size_t trace_of_depth_none(void (*act)(void))
{
    static heap_trace_record_t records[3];
    heap_trace_record_t record;
    heap_trace_summary_t summary;
    if (heap_trace_init_standalone(records, 2) != ESP_OK || heap_trace_start(HEAP_TRACE_ALL) != ESP_OK)
        return 0;
    act();
    heap_trace_stop();
    bool good = heap_trace_get(1, &record) == ESP_OK && heap_trace_summary(&summary) == ESP_OK && records[2].address == NULL &&
                summary.total_hashmap_hits == 0 && summary.total_hashmap_miss == 0 && summary.count == 2;
    heap_trace_dump();
    heap_trace_init_standalone(NULL, 0);
    return good ? record.size : 0;
}
