/* Memory by capability: a pool of heaps over unlike memories, and the choice among them.
 *
 * A pool owns no memory: the caller gives it records, the heaps lie in their own regions. It knows
 * the chip's tables, not where they come from, and nothing of ESP-IDF's names.
 *
 * One idea: every allocation passes one funnel. The request is checked and rounded once, each heap
 * gives one reason for refusing it, and one event tells what happened.
 *
 * Unless said otherwise: callable from any task and, with a port whose lock allows it, from
 * interrupts; cost O(heaps) beside the heap's own O(1). Behaviour: ESP-IDF's documentation and the
 * recordings of its heap_caps. */
#ifndef ESPMEM_CAPS_H
#define ESPMEM_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/chip.h"
#include "espmem/error.h"
#include "espmem/guard.h"
#include "espmem/heap.h"
#include "espmem/port.h"
#include "espmem/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One registered region. Read it as you like; only the pool writes. */
struct em_caps_heap {
    uint32_t caps[EM_PRIORITIES];
    uint32_t all_caps;         /* of all priorities together */
    struct em_heap *heap;      /* NULL until started */
    struct em_caps_heap *next; /* the order in which heaps are asked */
    uintptr_t start, end;
    size_t whole;   /* its length once it is started unguarded, if nothing lies inside; else 0 */
    size_t guarded; /* the same of a guarded heap */
    struct em_lock lock;
    const struct em_alias *alias; /* how the instruction bus sees it, or NULL */
    const char *type_name;        /* "" where the region was added by bare capabilities */
    size_t watched_minimum;       /* while the minimum is monitored */
    bool watched;
    bool startup_stack; /* started by em_pool_end_startup */
    bool has_inner;     /* another region lies inside this one */
};

/* Where one owner's addresses begin; the core's. */
struct em_caps_edge {
    uintptr_t from;
    struct em_caps_heap *owner; /* NULL: nobody's */
};

/* Memory for the pool's records: `capacity` heaps and EM_POOL_EDGES(capacity) edges. */
struct em_pool_storage {
    struct em_caps_heap *heaps;
    struct em_caps_edge *edges;
    unsigned capacity;
};
#define EM_POOL_EDGES(capacity) (2u * (2u * (capacity) + 1u))

struct em_caps_index {
    struct em_caps_edge *edges;
    unsigned count;
};

struct em_pool {
    const struct em_chip *chip;
    size_t largest_plain;   /* that needs no second look: the chip's, 0 where heaps are guarded */
    enum em_guard guard;    /* of heaps that start */
    size_t largest_guarded; /* as largest_plain where heaps are guarded; 0 where owner words are charged */
    size_t largest;         /* any request: the chip's, less the owner word */
    size_t owner_bytes;     /* in front of what each caller gets: 0, or EM_OWNER_WORD */
    const struct em_engine *engine;
    struct em_pool_storage storage;
    unsigned count;
    struct em_caps_heap *first;
    struct em_caps_index index[2];
    unsigned index_version;          /* its lowest bit says which of the two is in use */
    struct em_caps_heap *last_found; /* asked first: neighbours in time are neighbours in memory */
    struct em_lock lock;
    struct em_watcher *watchers;
    bool startup_over; /* heaps that join from now on are said to have had no free memory */
    bool monitoring;
    long external_limit;
};

/* One piece of memory that is to become a heap. */
struct em_region_use {
    uintptr_t start, end;
    const struct em_memory_type *type;
    bool startup_stack;
};

/* ---- regions of a board ---------------------------------------------------------------------- */

struct em_region_options {
    bool psram;
    unsigned cores;
    bool rtc_heap;
    unsigned trace_banks;
    const struct em_reserved *image; /* what the program itself occupies; conditions ignored */
    unsigned image_count;
};

/* chip − reserved − image → the pieces that become heaps, in address order, pieces of 16 bytes and
 * less dropped, neighbours of one type merged. PSRAM is left out: it joins later.
 * Writes up to `room` pieces and returns how many there are, or 0 with *bad_first and *bad_second set
 * (never NULL, may be the same) iff two reserved areas overlap. `room` of 64 suffices for every chip. */
unsigned em_regions_build(const struct em_chip *chip, const struct em_region_options *options, struct em_region_use *pieces,
                          unsigned room, struct em_reserved *bad_first, struct em_reserved *bad_second);

/* ---- the pool -------------------------------------------------------------------------------- */

/* An empty pool. `storage` and `chip` stay the caller's and must outlive it. */
void em_pool_open(struct em_pool *pool, const struct em_chip *chip, const struct em_engine *engine,
                  const struct em_pool_storage *storage);

/* The guard of all heaps that start from now on; off after open. Before em_pool_start. */
void em_pool_set_guard(struct em_pool *pool, enum em_guard guard);

/* From now on each block costs a word more, in front of what the caller gets and unused: where the chip
 * keeps the block's owner, if it tracks tasks. Its records of heaps grow by a word too, and the figures
 * of em_caps_get_info and _largest_free are less by a word a heap, as the chip's then are. Before
 * em_pool_start. */
enum { EM_OWNER_WORD = 4 };
void em_pool_charge_owners(struct em_pool *pool);

/* Registers the regions that exist at start: shortest first, all started but those of the start-up
 * stacks. Charges chip->heap_record_bytes for each, in one block of the lowest started heap that is
 * 8BIT and INTERNAL. NO_MEM iff there are more pieces than records or nothing to charge. Once. */
enum em_error em_pool_start(struct em_pool *pool, const struct em_region_use *pieces, unsigned count);

/* Starts the heaps of the start-up stacks. More than once does nothing. */
void em_pool_end_startup(struct em_pool *pool);

/* Adds [start, end) with these caps in front of all others. INVALID_ARG: start or end 0, end <= start,
 * caps NULL. FAIL: it would cross an edge of a registered region or equal one (to lie inside one is
 * allowed). NO_MEM: no record, or nothing to charge for it. INVALID_SIZE: too small or not 4-aligned. */
enum em_error em_pool_add(struct em_pool *pool, const uint32_t caps[EM_PRIORITIES], uintptr_t start, uintptr_t end);
/* The same with the caps of the chip's region that holds `start`; NOT_FOUND if none does. */
enum em_error em_pool_add_region(struct em_pool *pool, uintptr_t start, uintptr_t end);
/* Whether a region may be added beside (or inside) a registered one. */
bool em_region_may_join(uintptr_t heap_start, uintptr_t heap_end, uintptr_t start, uintptr_t end);

/* Tells this watcher of every event from now on, after those that came before it; once, however often it
 * is added. The struct stays the caller's. unwatch: of none from now on, but a call on another thread may
 * still be under way, so the struct must not be given up or added again at once. */
void em_pool_watch(struct em_pool *pool, struct em_watcher *watcher);
void em_pool_unwatch(struct em_pool *pool, struct em_watcher *watcher);

/* The heap whose region holds the address (the innermost, where regions nest), by its own or its
 * instruction address; NULL if none. O(log heaps), touches no memory of a heap. */
struct em_caps_heap *em_caps_heap_of(struct em_pool *pool, uintptr_t address);

/* ---- allocation ------------------------------------------------------------------------------ */

/* A block with all of `caps`. Heaps are asked by priority, then in order; NULL iff size is 0 or over
 * the chip's largest, caps is 0 or holds what no heap has, EXEC comes with 8BIT or DMA, or nobody has
 * room. EXEC memory that has an instruction alias is returned by that alias. */
void *em_caps_allocate(struct em_pool *pool, size_t size, uint32_t caps);
/* The same at a multiple of `alignment`; NULL also iff that is no power of two. */
void *em_caps_allocate_aligned(struct em_pool *pool, size_t alignment, size_t size, uint32_t caps);
/* In the same heap if it has all the caps, else anywhere by caps, with the contents. NULL address: as
 * allocate. Size 0: as free, NULL. NULL iff it fits nowhere: the old block is untouched. */
void *em_caps_reallocate(struct em_pool *pool, void *address, size_t size, uint32_t caps);
/* The same as one of several attempts: where it fails, that is told as EM_REFUSED only. Whoever tries
 * nothing else then tells it by em_caps_give_up. */
void *em_caps_try(struct em_pool *pool, void *address, size_t size, uint32_t caps);
void em_caps_give_up(struct em_pool *pool, size_t size, uint32_t caps);
/* NULL is ignored; a pointer of no heap is a fault and nothing happens. */
void em_caps_free(struct em_pool *pool, void *address);

/* Plain malloc's policy. Never external (the state after open): DEFAULT|INTERNAL only. With a limit:
 * up to it DEFAULT|INTERNAL first, above it DEFAULT|SPIRAM first, then DEFAULT. */
void em_pool_limit_external(struct em_pool *pool, long limit);
void *em_caps_allocate_default(struct em_pool *pool, size_t size);
void *em_caps_allocate_aligned_default(struct em_pool *pool, size_t alignment, size_t size);
void *em_caps_reallocate_default(struct em_pool *pool, void *address, size_t size);

/* ---- asking ---------------------------------------------------------------------------------- */

/* Whether a started heap has all of `caps` (over its priorities together); caps 0 matches each. */
bool em_caps_match(const struct em_caps_heap *heap, uint32_t caps);

/* The next started heap after `heap` (NULL: the first) that matches; NULL at the end. With
 * EM_CAP_INVALID all started heaps match here, as ESP-IDF's walks, dumps and checks take it. */
struct em_caps_heap *em_caps_next(struct em_pool *pool, struct em_caps_heap *heap, uint32_t caps);

size_t em_caps_total(struct em_pool *pool, uint32_t caps);
size_t em_caps_free_bytes(struct em_pool *pool, uint32_t caps);
size_t em_caps_minimum_free(struct em_pool *pool, uint32_t caps);
size_t em_caps_largest_free(struct em_pool *pool, uint32_t caps);
void em_caps_get_info(struct em_pool *pool, struct em_heap_info *info, uint32_t caps);

/* Payload bytes of a block, by either of its addresses. A fault and 0 if it is none. */
size_t em_caps_block_size(struct em_pool *pool, const void *address);
/* The same of the block that holds the address, an owner word included; 0 if none does. O(blocks). */
size_t em_caps_containing_block_size(struct em_pool *pool, const void *address);

/* A live block as the walks of its heap show it. */
struct em_caps_block {
    struct em_caps_heap *heap;
    uintptr_t place; /* where it begins, marks and owner word included */
    size_t size;     /* all of it */
};

/* The block behind either of its user's addresses. False, without a fault, iff the address is of no heap;
 * size is 0, with a fault, where no intact live block begins. */
bool em_caps_find_block(struct em_pool *pool, const void *address, struct em_caps_block *block);
/* The same without its size: nothing of the block but an instruction view's word is read. */
bool em_caps_find_place(struct em_pool *pool, const void *address, struct em_caps_block *block);
/* The address that the user of the block at `place` holds, unless it is an instruction view. */
uintptr_t em_caps_user_address(const struct em_pool *pool, uintptr_t place);

/* Minimum of the monitored span: every heap's minimum starts anew, and stop takes the lower of both.
 * A second start begins the span again and keeps what was remembered. stop: FAIL iff not started. */
enum em_error em_caps_monitor_start(struct em_pool *pool);
enum em_error em_caps_monitor_stop(struct em_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
