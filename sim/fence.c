/* See fence.h.
 *
 * Knows pages and what stands in them; which block of the chip is charged is only noted. Never allocates:
 * its records are a table with an entry for each page of the area.
 *
 *   [ side: filled |  stand-in  | slack: filled ][ page without access ]     (below: page first, stand-in
 *                  ^ the program's pointer                                    at the start of the next)
 *
 * One idea: what lies on the far side of a page is caught at the access, what cannot (the bytes that
 * rounding and alignment leave over) is filled, and looked at when the block is freed. Runs of pages that
 * were freed wait in a queue before they are used again. */
#include "fence.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "platform.h"

/* Above all chips' addresses, and below what AddressSanitizer takes for itself (0x7FFF8000). */
#define AREA_START ((uintptr_t)0x64000000)
#define AREA_END   ((uintptr_t)0x7C000000)

enum { PAGE = 4096, PAGES = (0x7C000000 - 0x64000000) / PAGE, LENGTHS = 64, SIDE_BYTE = 0xFD, NEW_BYTE = 0xCE };

enum state { UNUSED, LIVE, FREED };

/* Of a run, at its first page; the run's other pages only have `first`. Page 0 is never used, so 0 is none. */
struct run {
    uint32_t first, pages;
    uint32_t next; /* in the queue, or among those of its length */
    uint32_t block, size, start;
    uint32_t state;
};

static struct run *runs;
static uint32_t unused_from;           /* the first page that was never used */
static uint32_t reusable[LENGTHS + 1]; /* by pages; the last: longer ones */
static uint32_t oldest, newest;        /* of the queue */
static size_t queued_bytes, queue_limit;
static bool below, exhausted;
static struct em_lock lock;

static uintptr_t address_of(uint32_t page)
{
    return AREA_START + (uintptr_t)page * PAGE;
}

static uint32_t page_of(uintptr_t address)
{
    return (uint32_t)((address - AREA_START) / PAGE);
}

static void *pointer_to(uintptr_t address)
{
    return (void *)address;
}

bool sim_fence_holds(uintptr_t address)
{
    return runs && address - AREA_START < AREA_END - AREA_START;
}

void sim_fence_lock(void)
{
    em_port_lock(&lock);
}

void sim_fence_unlock(void)
{
    em_port_unlock(&lock);
}

/* ---- runs of pages, under the lock ------------------------------------------------------------- */

static uint32_t list_of(uint32_t pages)
{
    return pages < LENGTHS ? pages : LENGTHS;
}

static uint32_t take_reusable(uint32_t pages)
{
    for (uint32_t *place = &reusable[list_of(pages)]; *place; place = &runs[*place].next) {
        uint32_t first = *place;
        if (runs[first].pages < pages)
            continue;
        *place = runs[first].next;
        return first;
    }
    return 0;
}

static void end_oldest_wait(void)
{
    uint32_t first = oldest, list = list_of(runs[first].pages);
    oldest = runs[first].next;
    queued_bytes -= (size_t)runs[first].pages * PAGE;
    runs[first].next = reusable[list];
    reusable[list] = first;
}

static uint32_t take_unused(uint32_t pages)
{
    if (pages > (uint32_t)PAGES - unused_from)
        return 0;
    uint32_t first = unused_from;
    unused_from += pages;
    runs[first].pages = pages;
    for (uint32_t i = 0; i < pages; i++)
        runs[first + i].first = first;
    return first;
}

static uint32_t take_run(uint32_t pages)
{
    uint32_t first = take_reusable(pages);
    first = first ? first : take_unused(pages);
    while (!first && oldest) {
        end_oldest_wait();
        first = take_reusable(pages);
    }
    return first;
}

static void queue_run(uint32_t first)
{
    runs[first].next = 0;
    if (oldest)
        runs[newest].next = first;
    else
        oldest = first;
    newest = first;
    queued_bytes += (size_t)runs[first].pages * PAGE;
    while (oldest && queued_bytes > queue_limit)
        end_oldest_wait();
}

/* ---- stand-ins --------------------------------------------------------------------------------- */

struct span {
    uintptr_t start, end;
};

/* The pages of a run that can be accessed. */
static struct span data_of(const struct run *run)
{
    uintptr_t start = address_of(run->first) + (below ? PAGE : 0);
    return (struct span){start, start + (run->pages - 1) * (uintptr_t)PAGE};
}

static void place(struct run *run, size_t size, size_t alignment)
{
    struct span data = data_of(run);
    uintptr_t start = below ? (data.start + alignment - 1) : data.end - size;
    run->start = (uint32_t)(start & ~(uintptr_t)(alignment - 1));
    run->size = (uint32_t)size;
}

static bool open_pages(const struct run *run)
{
    struct span data = data_of(run);
    if (mprotect(pointer_to(data.start), data.end - data.start, PROT_READ | PROT_WRITE) != 0)
        return false;
    memset(pointer_to(data.start), SIDE_BYTE, data.end - data.start);
    memset(pointer_to(run->start), NEW_BYTE, run->size);
    return true;
}

/* Their memory goes back to the host; where it does not take it, they are at least closed. */
static void close_pages(const struct run *run)
{
    struct span data = data_of(run);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;
    if (mmap(pointer_to(data.start), data.end - data.start, PROT_NONE, flags, -1, 0) == MAP_FAILED)
        mprotect(pointer_to(data.start), data.end - data.start, PROT_NONE);
}

/* Memory that only the instruction bus's address or whole words reach stays as it is. */
static bool can_stand_in(const void *block)
{
    return (uintptr_t)block < 0x40000000;
}

static void *stay_without(void *block)
{
    if (!exhausted)
        sim_say("guard=page has no pages left (see vm.max_map_count): blocks from now on are not guarded");
    exhausted = true;
    return block;
}

static void *raise_fence(void *block, size_t size, size_t alignment)
{
    if (!can_stand_in(block))
        return block;
    alignment = alignment < 4 ? 4 : alignment;
    uint32_t pages = (uint32_t)((size + alignment - 1 + PAGE - 1) / PAGE) + 1;
    sim_fence_lock();
    uint32_t first = take_run(pages);
    struct run *run = &runs[first];
    sim_fence_unlock();
    if (first == 0)
        return stay_without(block);
    place(run, size, alignment);
    run->block = (uint32_t)(uintptr_t)block;
    if (!open_pages(run)) {
        close_pages(run);
        sim_fence_lock();
        queue_run(first);
        sim_fence_unlock();
        return stay_without(block);
    }
    __atomic_store_n(&run->state, LIVE, __ATOMIC_RELEASE);
    return pointer_to(run->start);
}

static struct run *run_at(uintptr_t address)
{
    return sim_fence_holds(address) ? &runs[runs[page_of(address)].first] : NULL;
}

static bool is_live(const struct run *run)
{
    return run && __atomic_load_n(&run->state, __ATOMIC_ACQUIRE) == LIVE;
}

static void *behind(const void *address, size_t *size)
{
    const struct run *run = run_at((uintptr_t)address);
    if (!is_live(run) || run->start != (uintptr_t)address)
        return NULL;
    *size = run->size;
    return pointer_to(run->block);
}

static uintptr_t charged(uintptr_t address)
{
    const struct run *run = run_at(address);
    return is_live(run) && address - run->start < run->size ? run->block + (address - run->start) : 0;
}

/* ---- the end of a stand-in --------------------------------------------------------------------- */

/* No reason to look at the place: what is wrong is the pointer. */
static void *tell_pointer(enum em_fault_kind kind, enum em_operation during, const void *address)
{
    em_port_fault(
        &(struct em_fault){.kind = kind, .during = during, .block = (uintptr_t)address, .address = (uintptr_t)address});
    return NULL;
}

static bool tell_changed(enum em_fault_kind kind, enum em_operation during, const struct run *run, uintptr_t address)
{
    em_port_fault(&(struct em_fault){
        .kind = kind,
        .during = during,
        .block = run->start,
        .address = address,
        .expected = SIDE_BYTE,
        .found = *(const unsigned char *)address,
        .sign = kind,
        .width = 1,
    });
    return false;
}

/* The first byte of [from, end) that is not as it was filled; end if all are. */
static uintptr_t first_changed(uintptr_t from, uintptr_t end)
{
    while (from < end && *(const unsigned char *)from == SIDE_BYTE)
        from++;
    return from;
}

static bool sides_stand(const struct run *run, enum em_operation during)
{
    struct span data = data_of(run);
    uintptr_t end = run->start + run->size;
    uintptr_t changed = first_changed(end, data.end);
    if (changed < data.end)
        return tell_changed(EM_FAULT_BAD_TAIL, during, run, changed);
    changed = first_changed(data.start, run->start);
    return changed == run->start || tell_changed(EM_FAULT_BAD_HEAD, during, run, changed);
}

/* Only one of two tasks that free the same block at once gets it. */
static void *lower(void *address, enum em_operation during)
{
    struct run *run = run_at((uintptr_t)address);
    uint32_t live = LIVE;
    if (run->start != (uintptr_t)address || run->state == UNUSED)
        return tell_pointer(EM_FAULT_NOT_A_BLOCK, during, address);
    if (is_live(run) && !sides_stand(run, during))
        return NULL;
    if (!__atomic_compare_exchange_n(&run->state, &live, FREED, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return tell_pointer(EM_FAULT_DOUBLE_FREE, during, address);
    void *block = pointer_to(run->block);
    close_pages(run);
    sim_fence_lock();
    queue_run(run->first);
    sim_fence_unlock();
    return block;
}

void sim_fence_describe(uintptr_t address, char *text, size_t room)
{
    const struct run *run = run_at(address);
    if (!run || run->state == UNUSED) {
        snprintf(text, room, "it is in no block");
        return;
    }
    const char *state = run->state == LIVE ? "block" : "freed block";
    unsigned long start = run->start, size = run->size, end = start + size;
    if (address >= end)
        snprintf(text, room, "it is %lu bytes behind the end of the %s of %lu bytes at 0x%08lx", (unsigned long)address - end,
                 state, size, start);
    else if (address < start)
        snprintf(text, room, "it is %lu bytes in front of the %s of %lu bytes at 0x%08lx", start - (unsigned long)address,
                 state, size, start);
    else
        snprintf(text, room, "it is %lu bytes inside the %s of %lu bytes at 0x%08lx", (unsigned long)address - start, state,
                 size, start);
}

/* ---- opening ----------------------------------------------------------------------------------- */

static const struct idf_fence fence = {raise_fence, behind, charged, lower, sim_fence_holds};

static void *reserve(uintptr_t wanted, size_t bytes, int rights, int how)
{
    void *got = mmap(pointer_to(wanted), bytes, rights, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | how, -1, 0);
    if (got == MAP_FAILED || (wanted && (uintptr_t)got != wanted)) {
        if (got != MAP_FAILED)
            munmap(got, bytes);
        return NULL;
    }
    return got;
}

/* Nothing of an earlier chip is left. */
static void close_fence(void)
{
    if (!runs)
        return;
    munmap(pointer_to(AREA_START), AREA_END - AREA_START);
    munmap(runs, PAGES * sizeof *runs);
    runs = NULL;
}

const struct idf_fence *sim_fence_open(const struct em_board *board)
{
    close_fence();
    if (strcmp(board->guard, "page") != 0)
        return NULL;
    void *table = reserve(0, PAGES * sizeof *runs, PROT_READ | PROT_WRITE, 0);
    if (!table || !reserve(AREA_START, AREA_END - AREA_START, PROT_NONE, MAP_FIXED_NOREPLACE)) {
        sim_say("guard=page needs the addresses 0x%08lx-0x%08lx, which this process uses: blocks are not guarded",
                (unsigned long)AREA_START, (unsigned long)AREA_END);
        return NULL;
    }
    runs = table;
    unused_from = 1;
    oldest = newest = 0;
    queued_bytes = 0;
    queue_limit = board->quarantine;
    below = board->guard_below;
    exhausted = false;
    memset(reusable, 0, sizeof reusable);
    return &fence;
}
