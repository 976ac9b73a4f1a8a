/* The tracer: what it records of each event, and its states. See espmem/trace.h.
 *
 * Must not know how a record is found, nor who asks.
 *
 * One idea: what an event costs outside the lock (time, callers) is gathered first; under the lock only
 * one record is written. */
#include "core/base/atomic.h"
#include "core/base/bits.h"
#include "core/watch/records.h"

/* ---- writing and reading records ------------------------------------------------------------- */

/* What is known of the moment of an event. */
struct moment {
    uint32_t time;
    unsigned callers;
    void *caller[EM_TRACE_DEPTH_MAX];
};

EM_ANY_ALIGNMENT static void write_callers(void **list, unsigned depth, const struct moment *moment)
{
    for (unsigned i = 0; i < depth; i++) {
        list[i] = moment != NULL && i < moment->callers ? moment->caller[i] : NULL;
    }
}

EM_ANY_ALIGNMENT static void write_allocation(const struct em_trace *trace, uint32_t node, const struct em_event *event,
                                              const struct moment *moment)
{
    struct em_trace_record *record = em_record_of(trace, node);
    record->time = moment->time;
    record->address = event->address;
    record->size = event->size;
    record->freed = false;
    write_callers(record->callers, trace->buffer.depth, moment);
    write_callers(record->callers + trace->buffer.depth, trace->buffer.depth, NULL);
}

EM_ANY_ALIGNMENT static void write_free(const struct em_trace *trace, uint32_t node, const struct moment *moment)
{
    struct em_trace_record *record = em_record_of(trace, node);
    record->freed = true;
    write_callers(record->callers + trace->buffer.depth, trace->buffer.depth, moment);
}

EM_ANY_ALIGNMENT static void read_record(const struct em_trace *trace, uint32_t node, struct em_trace_copy *copy)
{
    const struct em_trace_record *record = em_record_of(trace, node);
    copy->time = record->time;
    copy->address = record->address;
    copy->size = record->size;
    copy->freed = record->freed;
    copy->depth = trace->buffer.depth;
    for (unsigned i = 0; i < copy->depth; i++) {
        copy->allocated_by[i] = record->callers[i];
        copy->freed_by[i] = record->callers[copy->depth + i];
    }
}

/* ---- events ---------------------------------------------------------------------------------- */

/* The block is no longer there, its node in no bucket; `moment` NULL where nobody has seen how it went. */
static void end_record(struct em_trace *trace, uint32_t node, const struct moment *moment)
{
    if (trace->sums.mode == EM_TRACE_LEAKS) {
        em_records_remove(trace, node);
        return;
    }
    write_free(trace, node, moment);
}

static void record_free(struct em_trace *trace, const void *address, const struct moment *moment)
{
    uint32_t node = em_records_take(trace, (uintptr_t)address);
    trace->sums.frees++;
    if (node == EM_NO_NODE) {
        trace->sums.not_found++;
        return;
    }
    trace->sums.found++;
    end_record(trace, node, moment);
}

static void record_allocation(struct em_trace *trace, const struct em_event *event, const struct moment *moment)
{
    uint32_t stale = em_records_take(trace, (uintptr_t)event->address);
    if (stale != EM_NO_NODE) {
        end_record(trace, stale, NULL); /* its block was freed while nobody looked: here it is again */
    }
    if (em_records_are_full(trace)) {
        em_records_remove_oldest(trace);
        trace->sums.overflowed = true;
    }
    write_allocation(trace, em_records_add(trace, (uintptr_t)event->address), event, moment);
    trace->sums.allocations++;
    if (trace->sums.count > trace->sums.high_water_mark) {
        trace->sums.high_water_mark = trace->sums.count;
    }
}

static void record(struct em_trace *trace, const struct em_event *event, const struct moment *moment)
{
    em_port_lock(&trace->lock);
    bool running = trace->state == EM_TRACE_RUNNING;
    if (running || trace->state == EM_TRACE_FREES_ONLY) {
        if (event->kind != EM_ALLOCATED) {
            record_free(trace, event->kind == EM_FREED ? event->address : event->old_address, moment);
        }
        if (running && event->kind != EM_FREED) {
            record_allocation(trace, event, moment);
        }
    }
    em_port_unlock(&trace->lock);
}

static void notify(struct em_watcher *watcher, const struct em_event *event)
{
    struct em_trace *trace = (struct em_trace *)(void *)watcher;
    enum em_trace_state state = EM_LOAD(&trace->state);
    if (state != EM_TRACE_RUNNING && state != EM_TRACE_FREES_ONLY) {
        return;
    }
    if (event->kind != EM_ALLOCATED && event->kind != EM_FREED && event->kind != EM_RESIZED) {
        return;
    }
    struct moment moment;
    em_records_expect(trace, (uintptr_t)(event->kind == EM_RESIZED ? event->old_address : event->address));
    moment.time = event->kind == EM_FREED ? 0 : trace->source->time();
    moment.callers = 0;
    unsigned depth = EM_LOAD(&trace->buffer.depth);
    if (depth > 0 && (event->kind != EM_FREED || EM_LOAD(&trace->keeps_freed))) {
        moment.callers = trace->source->callers(moment.caller, depth);
    }
    record(trace, event, &moment);
}

/* ---- states ---------------------------------------------------------------------------------- */

void em_trace_open(struct em_trace *trace, const struct em_trace_source *source)
{
    *trace = (struct em_trace){.watcher = {.notify = notify}, .source = source};
    trace->cursors = &trace->last_got;
    em_records_drop(trace);
}

static bool is_usable(const struct em_trace_buffer *buffer, const void *index)
{
    if (buffer->records == NULL || buffer->depth > EM_TRACE_DEPTH_MAX || !em_is_multiple(buffer->record_bytes, 4)) {
        return false;
    }
    size_t needed = sizeof(struct em_trace_record) + 2 * buffer->depth * sizeof(void *);
    return buffer->record_bytes >= needed && index != NULL && em_trace_index_bytes(buffer->count) != 0;
}

/* From one of these states (bits) to another, and what changes with it; false iff it is in none of them. */
static bool change(struct em_trace *trace, unsigned from, enum em_trace_state to)
{
    em_port_lock(&trace->lock);
    bool possible = (from >> trace->state & 1u) != 0;
    if (possible) {
        EM_PUBLISH(&trace->state, to);
    }
    em_port_unlock(&trace->lock);
    return possible;
}

enum {
    AT_REST = 1u << EM_TRACE_UNUSED | 1u << EM_TRACE_STOPPED,
    ACTIVE = 1u << EM_TRACE_RUNNING | 1u << EM_TRACE_FREES_ONLY,
};

/* While a tracer is being cleared nobody records, finds, shows or changes anything, so the O(records) part
 * needs no lock. The state that it comes from is kept in *before. */
static bool begin_clearing(struct em_trace *trace, unsigned from, enum em_trace_state *before)
{
    *before = EM_LOAD(&trace->state);
    if (!change(trace, from & 1u << *before, EM_TRACE_CLEARING)) {
        return false; /* or another task was faster */
    }
    em_port_lock(&trace->lock);
    em_records_drop(trace);
    em_port_unlock(&trace->lock);
    return true;
}

/* What was counted begins anew; the high water mark stays. */
static void reset_sums(struct em_trace *trace, enum em_trace_mode mode)
{
    em_port_lock(&trace->lock);
    trace->sums = (struct em_trace_summary){
        .mode = mode, .capacity = trace->buffer.count, .high_water_mark = trace->sums.high_water_mark};
    EM_PUBLISH(&trace->keeps_freed, mode == EM_TRACE_ALL);
    em_port_unlock(&trace->lock);
}

enum em_error em_trace_use(struct em_trace *trace, const struct em_trace_buffer *buffer, void *index)
{
    static const struct em_trace_buffer none = {NULL, 0, 0, 0};
    enum em_trace_state before;
    if (buffer != NULL && !is_usable(buffer, index)) {
        return EM_INVALID_ARG;
    }
    if (!begin_clearing(trace, AT_REST, &before)) {
        return EM_INVALID_STATE;
    }
    buffer = buffer == NULL ? &none : buffer;
    trace->buffer.records = buffer->records;
    trace->buffer.count = buffer->count;
    trace->buffer.record_bytes = buffer->record_bytes;
    EM_PUBLISH(&trace->buffer.depth, buffer->depth);
    trace->nodes = buffer->records == NULL ? NULL : index;
    reset_sums(trace, EM_TRACE_ALL);
    em_records_clear(trace);
    change(trace, 1u << EM_TRACE_CLEARING, before);
    return EM_OK;
}

enum em_error em_trace_start(struct em_trace *trace, enum em_trace_mode mode)
{
    enum em_trace_state before;
    if (!begin_clearing(trace, AT_REST | ACTIVE, &before)) {
        return EM_INVALID_STATE;
    }
    bool possible = trace->buffer.count != 0;
    if (possible) {
        reset_sums(trace, mode);
        em_records_clear(trace);
    }
    change(trace, 1u << EM_TRACE_CLEARING, possible ? EM_TRACE_RUNNING : before);
    return possible ? EM_OK : EM_INVALID_STATE;
}

enum em_error em_trace_stop(struct em_trace *trace)
{
    return change(trace, ACTIVE | 1u << EM_TRACE_UNUSED, EM_TRACE_STOPPED) ? EM_OK : EM_INVALID_STATE;
}

enum em_error em_trace_pause(struct em_trace *trace)
{
    return change(trace, 1u << EM_TRACE_RUNNING, EM_TRACE_FREES_ONLY) ? EM_OK : EM_INVALID_STATE;
}

enum em_error em_trace_resume(struct em_trace *trace)
{
    struct em_trace_summary sums;
    em_trace_get_summary(trace, &sums);
    if (sums.capacity == 0) {
        return EM_INVALID_STATE;
    }
    return change(trace, AT_REST | 1u << EM_TRACE_FREES_ONLY, EM_TRACE_RUNNING) ? EM_OK : EM_INVALID_STATE;
}

/* ---- asking ---------------------------------------------------------------------------------- */

void em_trace_get_summary(struct em_trace *trace, struct em_trace_summary *summary)
{
    em_port_lock(&trace->lock);
    *summary = trace->sums;
    summary->newest = trace->serial;
    em_port_unlock(&trace->lock);
}

bool em_trace_find(struct em_trace *trace, const void *address, struct em_trace_copy *copy)
{
    em_port_lock(&trace->lock);
    uint32_t node = em_records_find(trace, (uintptr_t)address);
    if (node != EM_NO_NODE) {
        read_record(trace, node, copy);
    }
    em_port_unlock(&trace->lock);
    return node != EM_NO_NODE;
}

static void open_cursor(struct em_trace *trace, struct em_trace_cursor *cursor)
{
    *cursor = (struct em_trace_cursor){trace->cursors, trace->oldest, 0};
    trace->cursors = cursor;
}

static void close_cursor(struct em_trace *trace, struct em_trace_cursor *cursor)
{
    struct em_trace_cursor **place = &trace->cursors;
    while (*place != cursor) {
        place = &(*place)->next;
    }
    *place = cursor->next;
}

static void step(struct em_trace *trace, struct em_trace_cursor *cursor)
{
    cursor->node = trace->nodes[cursor->node].newer;
    cursor->position++;
}

/* Forward to the index, breathing out now and then; false iff the list ends before. */
static bool go_to(struct em_trace *trace, struct em_trace_cursor *cursor, size_t index)
{
    enum { IN_ONE_HOLD = 64 };
    for (unsigned steps = 1; cursor->node != EM_NO_NODE && cursor->position < index; steps++) {
        step(trace, cursor);
        if (steps % IN_ONE_HOLD == 0) {
            em_port_unlock(&trace->lock);
            em_port_lock(&trace->lock);
        }
    }
    return cursor->node != EM_NO_NODE;
}

bool em_trace_get(struct em_trace *trace, size_t index, struct em_trace_copy *copy)
{
    struct em_trace_cursor cursor;
    em_port_lock(&trace->lock);
    open_cursor(trace, &cursor);
    if (trace->last_got.node != EM_NO_NODE && trace->last_got.position <= index) {
        cursor.node = trace->last_got.node;
        cursor.position = trace->last_got.position;
    }
    bool found = go_to(trace, &cursor, index);
    if (found) {
        read_record(trace, cursor.node, copy);
        trace->last_got.node = cursor.node;
        trace->last_got.position = cursor.position;
    }
    close_cursor(trace, &cursor);
    em_port_unlock(&trace->lock);
    return found;
}

/* The record at the cursor, which moves behind it; false at the end, or where those begin that came since. */
static bool next_record(struct em_trace *trace, struct em_trace_cursor *cursor, uint32_t end, struct em_trace_copy *copy)
{
    em_port_lock(&trace->lock);
    bool more = cursor->node != EM_NO_NODE && (int32_t)(trace->serials[cursor->node] - end) <= 0;
    if (more) {
        read_record(trace, cursor->node, copy);
        step(trace, cursor);
    }
    em_port_unlock(&trace->lock);
    return more;
}

bool em_trace_walk(struct em_trace *trace, const struct em_trace_summary *as_of, em_trace_visitor *visit, void *context)
{
    struct em_trace_cursor cursor;
    struct em_trace_copy copy;
    em_port_lock(&trace->lock);
    open_cursor(trace, &cursor);
    uint32_t end = as_of == NULL ? trace->serial : as_of->newest;
    em_port_unlock(&trace->lock);
    while (next_record(trace, &cursor, end, &copy) && visit(context, &copy)) {
    }
    em_port_lock(&trace->lock);
    close_cursor(trace, &cursor);
    bool more_came = trace->serial != end;
    em_port_unlock(&trace->lock);
    return more_came;
}
