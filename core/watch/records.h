/* The tracer's records: where each is, and how it is found. Shared by the files of core/watch.
 *
 *   caller's buffer   [ record 0 ][ record 1 ][ record 2 ] …
 *   index             [ node 0 | node 1 | node 2 | …   ][ serial, serial, … ][ bucket, bucket, … ]
 *
 * A node stands for the record of the same number: its address, its neighbours by age, and the next one of
 * its hash. Only live blocks are in a bucket, so an address is there once. Serials tell which of two records
 * is older, as long as they are not 2^31 allocations apart.
 *
 * One idea: whatever searching needs lies in the nodes, so a free touches no record that it does not change. */
#ifndef EM_WATCH_RECORDS_H
#define EM_WATCH_RECORDS_H

#include "espmem/trace.h"

#define EM_NO_NODE UINT32_MAX

/* As short as it can be: 20,000 of them are to fit into a cache. */
struct em_trace_node {
    uint32_t address; /* its lowest 32 bits */
    uint32_t chain;   /* node + 1 of the next with this hash, 0 for none */
    uint32_t older, newer;
};

/* All of these: under the tracer's lock. */

/* Forgets all records, but for the buckets, which em_records_clear sets to 0 without the lock. */
void em_records_drop(struct em_trace *trace);
void em_records_clear(struct em_trace *trace);

/* A node that is the newest of the list and in its bucket. There must be room. */
uint32_t em_records_add(struct em_trace *trace, uintptr_t address);
bool em_records_are_full(const struct em_trace *trace);
/* The live block's node, EM_NO_NODE if there is none. */
uint32_t em_records_find(struct em_trace *trace, uintptr_t address);
/* The same, and out of its bucket: the block is no longer live. */
uint32_t em_records_take(struct em_trace *trace, uintptr_t address);
/* Out of the list; it is in no bucket. */
void em_records_remove(struct em_trace *trace, uint32_t node);
/* The oldest out of both. There must be one. */
void em_records_remove_oldest(struct em_trace *trace);

/* Has the machine bring what the next search for the address begins with; without the lock. */
void em_records_expect(const struct em_trace *trace, uintptr_t address);

/* Where the node's record lies. */
static inline struct em_trace_record *em_record_of(const struct em_trace *trace, uint32_t node)
{
    return (struct em_trace_record *)((uintptr_t)trace->buffer.records + node * trace->buffer.record_bytes);
}

/* Records may lie in a heap's block, which is 4-aligned on every machine. */
#define EM_ANY_ALIGNMENT __attribute__((no_sanitize("alignment")))

EM_ANY_ALIGNMENT static inline uintptr_t em_record_address(const struct em_trace_record *record)
{
    return (uintptr_t)record->address;
}

#endif
