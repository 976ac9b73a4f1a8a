/* ESP-IDF's heap tracing: which blocks were allocated and not freed, and by whom.
 *
 * There whether or not the program's configuration says CONFIG_HEAP_TRACING. What the tracer itself needs
 * beside the program's records is the host's memory, not the chip's (but for CONFIG_HEAP_TRACE_HASH_MAP,
 * which is charged as on the chip). Texts, figures and error codes are the chip's.
 *
 * One idea: a record's size depends on the program's CONFIG_HEAP_TRACING_STACK_DEPTH, so the functions
 * that know it are inline and pass it on as a number. */
#ifndef IDF_ESP_HEAP_TRACE_H
#define IDF_ESP_HEAP_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "esp_err.h"
#include "espmem_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Callers kept of an allocation and of a free, 0 to 32. */
#ifndef CONFIG_HEAP_TRACING_STACK_DEPTH
#define CONFIG_HEAP_TRACING_STACK_DEPTH 2
#endif

#ifdef CONFIG_HEAP_TRACE_HASH_MAP
#ifndef CONFIG_HEAP_TRACE_HASH_MAP_SIZE
#define CONFIG_HEAP_TRACE_HASH_MAP_SIZE 512
#endif
#define ESPMEM_TRACE_SLOTS CONFIG_HEAP_TRACE_HASH_MAP_SIZE
#else
#define ESPMEM_TRACE_SLOTS 0
#endif
#ifdef CONFIG_HEAP_TRACE_HASH_MAP_IN_EXT_RAM
#define ESPMEM_TRACE_SLOTS_EXTERNAL true
#else
#define ESPMEM_TRACE_SLOTS_EXTERNAL false
#endif

typedef enum {
    HEAP_TRACE_ALL,   /* a freed block's record stays, marked */
    HEAP_TRACE_LEAKS, /* a freed block's record goes */
} heap_trace_mode_t;

typedef struct heap_trace_record_t {
    uint32_t ccount; /* cycle counter; its lowest bit is the core's number */
    void *address;
    size_t size; /* as asked for */
    bool freed;
    /* Return addresses, innermost first; NULLs fill up a shorter list. */
    __extension__ void *alloced_by[CONFIG_HEAP_TRACING_STACK_DEPTH];
    __extension__ void *freed_by[CONFIG_HEAP_TRACING_STACK_DEPTH];
    TAILQ_ENTRY(heap_trace_record_t) tailq_list; /* unused here; the chip's record has it */
#ifdef CONFIG_HEAP_TRACE_HASH_MAP
    SLIST_ENTRY(heap_trace_record_t) slist_hashmap; /* the same */
#endif
} heap_trace_record_t;

typedef struct {
    heap_trace_mode_t mode;
    size_t total_allocations; /* since the start */
    size_t total_frees;       /* the same, also of blocks without a record */
    size_t count;             /* records that there are */
    size_t capacity;
    size_t high_water_mark; /* the most there ever were */
    size_t has_overflowed;  /* 1: the oldest records were dropped for new ones */
#ifdef CONFIG_HEAP_TRACE_HASH_MAP
    size_t total_hashmap_hits; /* frees whose block had a record, and others */
    size_t total_hashmap_miss;
#endif
} heap_trace_summary_t;

/* What the inline functions below call. */
esp_err_t espmem_heap_trace_init(void *records, size_t count, size_t record_bytes, unsigned depth, size_t hash_slots,
                                 bool hash_external);
esp_err_t espmem_heap_trace_get(size_t index, void *record, size_t record_bytes, unsigned depth);
esp_err_t espmem_heap_trace_summary(void *summary, size_t bytes);

/* The records to use, which stay the caller's; NULL and 0 gives them back. ESP_ERR_INVALID_STATE iff a trace
 * is running or paused; ESP_ERR_INVALID_ARG iff only one of both is NULL or 0; ESP_ERR_NO_MEM iff there is
 * no memory to find so many. */
static inline esp_err_t heap_trace_init_standalone(heap_trace_record_t *record_buffer, size_t num_records)
{
    return espmem_heap_trace_init(record_buffer, num_records, sizeof(heap_trace_record_t), CONFIG_HEAP_TRACING_STACK_DEPTH,
                                  ESPMEM_TRACE_SLOTS, ESPMEM_TRACE_SLOTS_EXTERNAL);
}

/* ESP_ERR_NOT_SUPPORTED. */
esp_err_t heap_trace_init_tohost(void);

/* Forgets what was recorded and records, also while a trace is running. ESP_ERR_INVALID_STATE iff there are
 * no records. */
esp_err_t heap_trace_start(heap_trace_mode_t mode);
/* ESP_ERR_INVALID_STATE iff it is stopped; the first stop without a start is ESP_OK. */
esp_err_t heap_trace_stop(void);
/* Frees are recorded, allocations not. ESP_ERR_INVALID_STATE iff no trace is running. */
esp_err_t heap_trace_alloc_pause(void);
/* Goes on after a stop or a pause and forgets nothing. ESP_ERR_INVALID_STATE iff it is running or there are
 * no records. */
esp_err_t heap_trace_resume(void);

size_t heap_trace_get_count(void);

/* The index-th record, 0 the oldest; its links are NULL. ESP_ERR_INVALID_ARG iff there are not as many or
 * `record` is NULL, ESP_ERR_INVALID_STATE iff there are no records at all. */
static inline esp_err_t heap_trace_get(size_t index, heap_trace_record_t *record)
{
    return espmem_heap_trace_get(index, record, sizeof *record, CONFIG_HEAP_TRACING_STACK_DEPTH);
}

/* ESP_ERR_INVALID_ARG iff `summary` is NULL. */
static inline esp_err_t heap_trace_summary(heap_trace_summary_t *summary)
{
    return espmem_heap_trace_summary(summary, sizeof *summary);
}

/* All records, or those of internal memory (MALLOC_CAP_INTERNAL) or PSRAM (MALLOC_CAP_SPIRAM), on the chip's
 * console. Others may allocate and free meanwhile: each line is one record as it stood at that moment. */
void heap_trace_dump(void);
void heap_trace_dump_caps(const uint32_t caps);

#ifdef __cplusplus
}
#endif
#endif
