/* See traced.h. */
#include "traced.h"

#include <stdlib.h>
#include <string.h>

#include "port.h"

struct em_trace trace;
_Alignas(8) unsigned char records[ROOM * RECORD_BYTES];
static void *index_memory;
static uint32_t now;
uintptr_t caller;

static uint32_t tick(void)
{
    return now += 4;
}

static unsigned one_caller(void **list, unsigned room)
{
    list[0] = (void *)caller;
    return room > 0 && caller != 0;
}

const struct em_trace_source source = {.time = tick, .callers = one_caller};

enum em_error use(size_t count)
{
    const struct em_trace_buffer buffer = {records, count, RECORD_BYTES, DEPTH};
    void *memory = malloc(em_trace_index_bytes(count));
    memset(memory, 0xA5, em_trace_index_bytes(count)); /* it need not be cleared */
    enum em_error error = em_trace_use(&trace, &buffer, memory);
    free(error == EM_OK ? index_memory : memory); /* what is refused is not used */
    index_memory = error == EM_OK ? memory : index_memory;
    return error;
}

void open_trace(size_t count, enum em_trace_mode mode)
{
    memset(records, 0x5A, sizeof records);
    now = 0;
    caller = 0x1000;
    em_trace_open(&trace, &source);
    if (use(count) != EM_OK || em_trace_start(&trace, mode) != EM_OK)
        abort();
}

void tell(enum em_event_kind kind, uintptr_t address, uintptr_t old, size_t size)
{
    const struct em_event event = {.kind = kind, .address = (void *)address, .old_address = (void *)old, .size = size};
    trace.watcher.notify(&trace.watcher, &event);
    if (test_locks_held != 0)
        abort();
}

void allocate(uintptr_t address, size_t size)
{
    tell(EM_ALLOCATED, address, 0, size);
}

void release(uintptr_t address)
{
    tell(EM_FREED, address, 0, 0);
}

struct em_trace_summary summary(void)
{
    struct em_trace_summary sums;
    em_trace_get_summary(&trace, &sums);
    return sums;
}

uintptr_t address_at(size_t index)
{
    struct em_trace_copy copy;
    return em_trace_get(&trace, index, &copy) ? (uintptr_t)copy.address : 0;
}
