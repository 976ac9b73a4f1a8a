/* The list by age and the table by address. See records.h.
 *
 * Must not know what is recorded of a block, nor when.
 *
 * One idea: there are at least twice as many buckets as records, so a chain is hardly ever longer than one. */
#include "core/watch/records.h"
#include "core/base/atomic.h"

enum { BUCKETS_PER_RECORD = 2 };

/* ---- memory ---------------------------------------------------------------------------------- */

static unsigned bucket_bits_for(size_t count)
{
    unsigned bits = 4;
    while (((size_t)1 << bits) < count * BUCKETS_PER_RECORD) {
        bits++;
    }
    return bits;
}

size_t em_trace_index_bytes(size_t count)
{
    const size_t own = sizeof(struct em_trace_node) + sizeof(uint32_t), each = own + 2 * BUCKETS_PER_RECORD * sizeof(uint32_t);
    if (count == 0 || count > (SIZE_MAX >> 2) / each || count > UINT32_MAX / 8) {
        return 0;
    }
    return count * own + ((size_t)1 << bucket_bits_for(count)) * sizeof(uint32_t);
}

void em_records_drop(struct em_trace *trace)
{
    trace->oldest = trace->newest = trace->unused = EM_NO_NODE;
    trace->touched = 0;
    trace->sums.count = 0;
    trace->wide = false;
    for (struct em_trace_cursor *cursor = trace->cursors; cursor != NULL; cursor = cursor->next) {
        cursor->node = EM_NO_NODE;
        cursor->position = 0;
    }
}

void em_records_clear(struct em_trace *trace)
{
    size_t count = trace->buffer.count;
    if (count == 0) {
        return;
    }
    trace->serials = (uint32_t *)(trace->nodes + count);
    EM_PUBLISH(&trace->bucket_bits, bucket_bits_for(count));
    EM_PUBLISH(&trace->buckets, trace->serials + count);
    for (size_t i = 0; i < (size_t)1 << trace->bucket_bits; i++) {
        trace->buckets[i] = 0;
    }
}

/* ---- by address ------------------------------------------------------------------------------ */

/* Blocks are 4-aligned. The factor is 2^32 over the golden ratio: it spreads neighbours evenly. */
static uint32_t bucket_number(uintptr_t address, unsigned bits)
{
    return (uint32_t)(address >> 2) * UINT32_C(2654435769) >> (32u - bits);
}

static uint32_t *bucket_of(const struct em_trace *trace, uintptr_t address)
{
    return &trace->buckets[bucket_number(address, trace->bucket_bits)];
}

/* A buffer that is changed meanwhile makes it the wrong place, which does no harm. */
void em_records_expect(const struct em_trace *trace, uintptr_t address)
{
    uintptr_t buckets = (uintptr_t)EM_LOAD(&trace->buckets);
    unsigned bits = EM_LOAD(&trace->bucket_bits);
    if (bits > 0) {
        __builtin_prefetch((const void *)(buckets + sizeof(uint32_t) * bucket_number(address, bits)));
    }
}

static uintptr_t upper_half(uintptr_t address)
{
    return address >> 16 >> 16; /* 0 where an address has 32 bits */
}

/* Only where addresses with unlike upper halves are recorded does the record itself have to be asked. */
static bool is_at(const struct em_trace *trace, uint32_t node, uintptr_t address)
{
    return trace->nodes[node].address == (uint32_t)address &&
           (!trace->wide || em_record_address(em_record_of(trace, node)) == address);
}

/* What refers to the node of the address: a bucket or another node; to none (0) where there is none. */
static uint32_t *reference_to(struct em_trace *trace, uintptr_t address)
{
    uint32_t *reference = bucket_of(trace, address);
    while (*reference != 0) {
        uint32_t node = *reference - 1u;
        trace->sums.looked_at++;
        if (is_at(trace, node, address)) {
            break;
        }
        reference = &trace->nodes[node].chain;
    }
    return reference;
}

uint32_t em_records_find(struct em_trace *trace, uintptr_t address)
{
    if (trace->sums.count == 0) {
        return EM_NO_NODE; /* also where there are no buckets */
    }
    return *reference_to(trace, address) - 1u; /* 0 is none: EM_NO_NODE */
}

uint32_t em_records_take(struct em_trace *trace, uintptr_t address)
{
    if (trace->sums.count == 0) {
        return EM_NO_NODE;
    }
    uint32_t *reference = reference_to(trace, address);
    uint32_t node = *reference - 1u;
    if (node != EM_NO_NODE) {
        *reference = trace->nodes[node].chain;
    }
    return node;
}

/* ---- by age ---------------------------------------------------------------------------------- */

bool em_records_are_full(const struct em_trace *trace)
{
    return trace->unused == EM_NO_NODE && trace->touched == trace->buffer.count;
}

static uint32_t take_unused(struct em_trace *trace)
{
    uint32_t node = trace->unused;
    if (node == EM_NO_NODE) {
        return trace->touched++;
    }
    trace->unused = trace->nodes[node].newer;
    return node;
}

uint32_t em_records_add(struct em_trace *trace, uintptr_t address)
{
    uint32_t node = take_unused(trace), *bucket = bucket_of(trace, address);
    trace->nodes[node] = (struct em_trace_node){(uint32_t)address, *bucket, trace->newest, EM_NO_NODE};
    trace->serials[node] = ++trace->serial;
    if (trace->newest == EM_NO_NODE) {
        trace->upper_half = upper_half(address);
    }
    trace->wide |= upper_half(address) != trace->upper_half;
    *bucket = node + 1u;
    if (trace->newest == EM_NO_NODE) {
        trace->oldest = node;
    } else {
        trace->nodes[trace->newest].newer = node;
    }
    trace->newest = node;
    trace->sums.count++;
    return node;
}

/* Whoever is at the node goes on to the next; whoever is behind it is now one place further in front. */
static void move_cursors(struct em_trace *trace, uint32_t node)
{
    uint32_t newer = trace->nodes[node].newer, serial = trace->serials[node];
    for (struct em_trace_cursor *cursor = trace->cursors; cursor != NULL; cursor = cursor->next) {
        if (cursor->node == node) {
            cursor->node = newer;
        } else if (cursor->position > 0 &&
                   (cursor->node == EM_NO_NODE || (int32_t)(serial - trace->serials[cursor->node]) < 0)) {
            cursor->position--;
        }
    }
}

void em_records_remove(struct em_trace *trace, uint32_t node)
{
    struct em_trace_node *gone = &trace->nodes[node];
    move_cursors(trace, node);
    if (gone->older == EM_NO_NODE) {
        trace->oldest = gone->newer;
    } else {
        trace->nodes[gone->older].newer = gone->newer;
    }
    if (gone->newer == EM_NO_NODE) {
        trace->newest = gone->older;
    } else {
        trace->nodes[gone->newer].older = gone->older;
    }
    gone->newer = trace->unused;
    trace->unused = node;
    trace->sums.count--;
}

/* Its block may be long freed, and another one be live at its address. */
void em_records_remove_oldest(struct em_trace *trace)
{
    uint32_t node = trace->oldest;
    uint32_t *reference = reference_to(trace, em_record_address(em_record_of(trace, node)));
    if (*reference == node + 1u) {
        *reference = trace->nodes[node].chain;
    }
    em_records_remove(trace, node);
}
