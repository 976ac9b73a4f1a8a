/* heap_trace_*: the core's tracer for the running chip, under ESP-IDF's names.
 *
 * What is recorded, and when, is the core's; what is printed is in heap_trace_print.c.
 *
 * One idea: the tracer listens from the chip's first init to its end, since only whoever has never left
 * the list of watchers cannot be missed or called twice. */
#include "esp_heap_trace.h"

#include <string.h>

#include "caller.h"
#include "esp_cpu.h"
#include "esp_heap_caps.h"
#include "esp_log.h"
#include "heap_trace_print.h"
#include "heap_watch.h"
#include "report.h"

_Static_assert(offsetof(heap_trace_record_t, ccount) == offsetof(struct em_trace_record, time), "records begin alike");
_Static_assert(offsetof(heap_trace_record_t, address) == offsetof(struct em_trace_record, address), "records begin alike");
_Static_assert(offsetof(heap_trace_record_t, size) == offsetof(struct em_trace_record, size), "records begin alike");
_Static_assert(offsetof(heap_trace_record_t, freed) == offsetof(struct em_trace_record, freed), "records begin alike");
_Static_assert(offsetof(heap_trace_record_t, alloced_by) == offsetof(struct em_trace_record, callers), "records begin alike");

static struct em_trace the_trace;

/* The host's memory for the index; it is kept, and grows where more records are wanted. */
static void *index_memory;
static size_t index_bytes;

const struct em_trace_source *idf_heap_trace_source;

/* ---- what events do not carry ----------------------------------------------------------------- */

static uint32_t cycles_and_core(void)
{
    return (esp_cpu_get_cycle_count() & ~UINT32_C(3)) | (uint32_t)(esp_cpu_get_core_id() & 1);
}

static const struct em_trace_source calls = {.time = cycles_and_core, .callers = idf_callers};

/* ---- the tracer of this chip ------------------------------------------------------------------ */

struct em_trace *idf_heap_trace(void)
{
    return __atomic_load_n(&idf_chip.trace, __ATOMIC_ACQUIRE);
}

static struct em_trace *opened_trace(void)
{
    static struct em_lock opening;
    em_port_lock(&opening);
    if (!idf_chip.trace) {
        em_trace_open(&the_trace, idf_heap_trace_source ? idf_heap_trace_source : &calls);
        em_pool_watch(&idf_chip.pool, &the_trace.watcher);
        __atomic_store_n(&idf_chip.wants_callers, true, __ATOMIC_RELAXED);
        __atomic_store_n(&idf_chip.trace, &the_trace, __ATOMIC_RELEASE);
    }
    em_port_unlock(&opening);
    return idf_chip.trace;
}

static void *index_for(size_t count)
{
    size_t bytes = em_trace_index_bytes(count);
    if (bytes == 0 || !idf_chip.platform || !idf_chip.platform->host_memory)
        return NULL;
    if (bytes > index_bytes) {
        void *memory = idf_chip.platform->host_memory(bytes);
        if (!memory)
            return NULL;
        index_memory = memory;
        index_bytes = bytes;
    }
    return index_memory;
}

/* ---- what the chip takes for its hash map ------------------------------------------------------ */

enum { CHIP_SLOT_BYTES = 8 };

/* The chip takes it once, at the first init. It is here for the figures only. */
static esp_err_t charge_hash_map(size_t slots, bool external)
{
    if (slots == 0 || idf_chip.trace_hash_map)
        return ESP_OK;
    size_t bytes = slots * CHIP_SLOT_BYTES;
    ESP_EARLY_LOGI("heaptrace", "hashmap: allocating %zu bytes (%s RAM)\n", bytes, external ? "External" : "Internal");
    idf_chip.trace_hash_map = heap_caps_calloc(1, bytes, external ? MALLOC_CAP_SPIRAM : MALLOC_CAP_INTERNAL);
    idf_chip.trace_hash_slots = slots;
    return idf_chip.trace_hash_map ? ESP_OK : ESP_ERR_NO_MEM;
}

static void give_back_hash_map(void)
{
    heap_caps_free(idf_chip.trace_hash_map);
    idf_chip.trace_hash_map = NULL;
    idf_chip.trace_hash_slots = 0;
}

/* ---- states ------------------------------------------------------------------------------------ */

static esp_err_t give_back(void)
{
    struct em_trace *trace = idf_heap_trace();
    esp_err_t error = trace ? idf_error(em_trace_use(trace, NULL, NULL)) : ESP_OK;
    if (error == ESP_OK)
        give_back_hash_map();
    return error;
}

static bool is_active(const struct em_trace *trace)
{
    enum em_trace_state state = trace ? __atomic_load_n(&trace->state, __ATOMIC_ACQUIRE) : EM_TRACE_UNUSED;
    return state != EM_TRACE_UNUSED && state != EM_TRACE_STOPPED;
}

esp_err_t espmem_heap_trace_init(void *records, size_t count, size_t record_bytes, unsigned depth, size_t hash_slots,
                                 bool hash_external)
{
    if (is_active(idf_heap_trace()))
        return ESP_ERR_INVALID_STATE;
    if (!records && count == 0)
        return give_back();
    if (!records || count == 0)
        return ESP_ERR_INVALID_ARG;
    struct em_trace *trace = opened_trace();
    void *index = index_for(count);
    if (!index)
        return ESP_ERR_NO_MEM;
    if (charge_hash_map(hash_slots, hash_external) != ESP_OK)
        return ESP_ERR_NO_MEM;
    const struct em_trace_buffer buffer = {.records = records, .count = count, .record_bytes = record_bytes, .depth = depth};
    return idf_error(em_trace_use(trace, &buffer, index));
}

esp_err_t heap_trace_init_tohost(void)
{
    return ESP_ERR_NOT_SUPPORTED;
}

esp_err_t heap_trace_start(heap_trace_mode_t mode)
{
    enum em_trace_mode wanted = mode == HEAP_TRACE_LEAKS ? EM_TRACE_LEAKS : EM_TRACE_ALL;
    return idf_error(em_trace_start(opened_trace(), wanted));
}

esp_err_t heap_trace_stop(void)
{
    return idf_error(em_trace_stop(opened_trace()));
}

esp_err_t heap_trace_alloc_pause(void)
{
    return idf_error(em_trace_pause(opened_trace()));
}

esp_err_t heap_trace_resume(void)
{
    return idf_error(em_trace_resume(opened_trace()));
}

/* ---- asking ------------------------------------------------------------------------------------ */

static void get_sums(struct em_trace_summary *sums)
{
    *sums = (struct em_trace_summary){.mode = EM_TRACE_ALL};
    if (idf_heap_trace())
        em_trace_get_summary(idf_heap_trace(), sums);
}

size_t heap_trace_get_count(void)
{
    struct em_trace_summary sums;
    get_sums(&sums);
    return sums.count;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

esp_err_t espmem_heap_trace_get(size_t index, void *record, size_t record_bytes, unsigned depth)
{
    struct em_trace_copy copy;
    struct em_trace_summary sums;
    get_sums(&sums);
    if (!record || depth > EM_TRACE_DEPTH_MAX)
        return ESP_ERR_INVALID_ARG;
    if (sums.capacity == 0)
        return ESP_ERR_INVALID_STATE;
    if (!em_trace_get(idf_heap_trace(), index, &copy))
        return ESP_ERR_INVALID_ARG;
    memset(record, 0, record_bytes);
    const heap_trace_record_t head = {.ccount = copy.time, .address = copy.address, .size = copy.size, .freed = copy.freed};
    memcpy(record, &head, offsetof(heap_trace_record_t, alloced_by));
    char *callers = (char *)record + offsetof(heap_trace_record_t, alloced_by);
    size_t bytes = smaller(depth, copy.depth) * sizeof(void *);
    memcpy(callers, copy.allocated_by, bytes);
    memcpy(callers + depth * sizeof(void *), copy.freed_by, bytes);
    return ESP_OK;
}

/* The longest summary that a program may have. */
struct long_summary {
    heap_trace_summary_t known;
    size_t hits, misses;
};

esp_err_t espmem_heap_trace_summary(void *summary, size_t bytes)
{
    struct em_trace_summary sums;
    if (!summary)
        return ESP_ERR_INVALID_ARG;
    get_sums(&sums);
    struct long_summary all = {
        .known = {.mode = sums.mode == EM_TRACE_LEAKS ? HEAP_TRACE_LEAKS : HEAP_TRACE_ALL,
                  .total_allocations = sums.allocations,
                  .total_frees = sums.frees,
                  .count = sums.count,
                  .capacity = sums.capacity,
                  .high_water_mark = sums.high_water_mark,
                  .has_overflowed = sums.overflowed},
        .hits = sums.found,
        .misses = sums.not_found,
    };
    memcpy(summary, &all, smaller(bytes, sizeof all));
    return ESP_OK;
}

void heap_trace_dump(void)
{
    heap_trace_dump_caps(MALLOC_CAP_INTERNAL | MALLOC_CAP_SPIRAM);
}

void heap_trace_dump_caps(const uint32_t caps)
{
    struct em_trace *trace = idf_heap_trace();
    struct em_trace_summary sums;
    get_sums(&sums);
    idf_heap_trace_print(trace, &sums, caps, idf_chip.trace_hash_slots);
}
