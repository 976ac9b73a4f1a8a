/* The keeping of the books of owners. See heap_tasks.h.
 *
 * Knows the pool, the calling task and the books; nothing of who reads them.
 *
 * One idea: an event becomes one booking. Nothing is allocated, and nothing is waited for but the books'
 * own lock, so an event may come from anywhere. */
#include "heap_tasks.h"

#include "chip.h"
#include "console.h"
#include "kernel.h"

/* As many blocks as an ESP32 has room for: 4 MiB of PSRAM and its internal memory, 16 bytes each. */
static const struct em_owners_limits limits = {.blocks = 300000, .tasks = 1024, .shares = 4096};

static struct em_owners books;
static void *memory; /* of the host, kept from boot to boot */
static bool told_full;

static const struct em_owner nobody = {0, 0, "Pre-scheduler"};

static struct em_owner caller(void)
{
    const struct idf_task *task = idf_task_self();
    if (!task || !task->handle)
        return nobody;
    return (struct em_owner){(uintptr_t)task->handle, task->serial, task->name};
}

/* ---- events ----------------------------------------------------------------------------------- */

static struct em_owned owned(const struct em_caps_block *block, const void *address)
{
    return (struct em_owned){block->heap, block->place, (uintptr_t)address, block->size};
}

static void tell_full(void)
{
    if (!__atomic_exchange_n(&told_full, true, __ATOMIC_RELAXED))
        idf_report("task tracking: the books are full (room for %u blocks of %u tasks): some blocks are not listed",
                   (unsigned)limits.blocks, (unsigned)limits.tasks);
}

static void on_new_block(const struct em_event *event)
{
    struct em_caps_block block, old;
    struct em_owner owner = caller();
    if (!em_caps_find_block(&idf_chip.pool, event->address, &block) || block.size == 0)
        return;
    struct em_owned now = owned(&block, event->address);
    bool moved = event->kind == EM_RESIZED && em_caps_find_place(&idf_chip.pool, event->old_address, &old);
    if (!(moved ? em_owners_move(&books, old.place, &now, &owner) : em_owners_add(&books, &now, &owner)))
        tell_full();
}

static void on_free(const struct em_event *event)
{
    struct em_caps_block block;
    if (em_caps_find_place(&idf_chip.pool, event->address, &block))
        em_owners_remove(&books, block.place, (uintptr_t)event->address);
}

static void notify(struct em_watcher *watcher, const struct em_event *event)
{
    (void)watcher;
    if (event->kind == EM_ALLOCATED || event->kind == EM_RESIZED)
        on_new_block(event);
    else if (event->kind == EM_FREED)
        on_free(event);
}

static struct em_watcher watcher = {.notify = notify};

/* ---- opening ---------------------------------------------------------------------------------- */

void idf_heap_tasks_open(void)
{
    if (!idf_chip.board.task_tracking)
        return;
    em_pool_charge_owners(&idf_chip.pool);
    if (!memory && idf_chip.platform->host_memory)
        memory = idf_chip.platform->host_memory(em_owners_bytes(&limits));
    if (!memory) {
        idf_report("task tracking: the host has no memory for its books, so no task is listed");
        return;
    }
    em_owners_open(&books, memory, &limits, idf_chip.board.deleted_tasks);
    told_full = false;
    idf_chip.owners = &books;
    em_pool_watch(&idf_chip.pool, &watcher);
}

static bool adopt(void *context, const struct em_block_view *view)
{
    struct em_owned block = {context, (uintptr_t)view->address, em_caps_user_address(&idf_chip.pool, (uintptr_t)view->address),
                             view->size};
    if (view->used)
        em_owners_add(&books, &block, &nobody);
    return true;
}

void idf_heap_tasks_adopt(void)
{
    if (!idf_chip.owners)
        return;
    for (struct em_caps_heap *heap = NULL; (heap = em_caps_next(&idf_chip.pool, heap, 0)) != NULL;)
        em_heap_walk(heap->heap, adopt, heap);
}

/* ---- tasks that end --------------------------------------------------------------------------- */

void idf_heap_tasks_condemned(const struct idf_task *task)
{
    if (idf_chip.owners)
        em_owners_condemn(idf_chip.owners, (uintptr_t)task->handle, task->serial);
}

void idf_heap_tasks_ended(const struct idf_task *task)
{
    if (idf_chip.owners)
        em_owners_end(idf_chip.owners, (uintptr_t)task->handle, task->serial);
}

/* The life of the task that has this handle now; false iff none has. */
static bool life_of(const void *handle, uint32_t *life)
{
    idf_kernel_lock();
    const struct idf_task *task = idf_task_of_handle(handle);
    if (task)
        *life = task->serial;
    idf_kernel_unlock();
    return task != NULL;
}

bool idf_find_task(const void *handle, struct em_owner_view *task)
{
    uint32_t life;
    if (!idf_chip.owners)
        return false;
    if (!handle) {
        struct em_owner owner = caller();
        return em_owners_find(idf_chip.owners, owner.handle, &owner.life, task);
    }
    bool lives = life_of(handle, &life);
    return em_owners_find(idf_chip.owners, (uintptr_t)handle, lives ? &life : NULL, task);
}

/* ---- names ------------------------------------------------------------------------------------ */

static uint32_t caps_of(const struct em_memory_type *type)
{
    uint32_t caps = 0;
    for (unsigned i = 0; i < EM_PRIORITIES; i++)
        caps |= type->caps[i];
    return caps;
}

const char *idf_heap_type_name(const struct em_caps_heap *heap)
{
    const struct em_chip *chip = idf_chip.board.chip;
    const char *name = "unnamed";
    int most = 0;
    if (heap->type_name[0] != '\0')
        return heap->type_name;
    for (unsigned i = 0; i < chip->type_count; i++) {
        uint32_t caps = caps_of(&chip->types[i]);
        int common = __builtin_popcount(caps);
        if ((caps & ~heap->all_caps) == 0 && common > most) {
            most = common;
            name = chip->types[i].name;
        }
    }
    return name;
}
