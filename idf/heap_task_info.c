/* Statistics of tasks in the caller's arrays: the functions behind esp_heap_task_info.h.
 *
 * Knows the books and the layout of the public structs; keeps nothing.
 *
 * One idea: a task's name is as long as the program has configured, so whatever stands behind it in
 * task_stat_t is written at an offset that the caller's constant gives. */
#define CONFIG_HEAP_TASK_TRACKING 1
#include "esp_heap_task_info.h"

#include <string.h>

#include "chip.h"
#include "console.h"
#include "core/base/bits.h"
#include "heap_tasks.h"

/* ---- the layout of the public structs ---------------------------------------------------------- */

/* task_stat_t behind its name. */
struct figures {
    TaskHandle_t handle;
    bool is_alive;
    size_t peak, current, heap_count;
    heap_stat_t *heap_stat;
};

/* What stands behind the statistics in heap_single_task_stat_t, and at the end of heap_all_tasks_stat_t. */
struct arrays {
    size_t heap_count;
    heap_stat_t *heaps;
    size_t block_count;
    heap_task_block_t *blocks;
};

enum { OWN_NAME = configMAX_TASK_NAME_LEN };

static size_t figures_at(size_t name_bytes)
{
    return em_round_down(name_bytes + sizeof(void *) - 1, sizeof(void *));
}

static size_t stat_bytes(size_t name_bytes)
{
    return figures_at(name_bytes) + sizeof(struct figures);
}

_Static_assert(offsetof(task_stat_t, handle) == OWN_NAME && sizeof(task_stat_t) == OWN_NAME + sizeof(struct figures),
               "figures is what stands behind the name");
_Static_assert(offsetof(task_stat_t, heap_stat) == OWN_NAME + offsetof(struct figures, heap_stat), "and in its order");
_Static_assert(sizeof(heap_single_task_stat_t) == sizeof(task_stat_t) + sizeof(struct arrays), "arrays are what follows");
_Static_assert(sizeof(heap_all_tasks_stat_t) == offsetof(heap_all_tasks_stat_t, heap_count) + sizeof(struct arrays),
               "and what the other struct ends with");

/* Where the arrays of each struct are described. */
static char *arrays_of_all(heap_all_tasks_stat_t *stat)
{
    return (char *)stat + offsetof(heap_all_tasks_stat_t, heap_count);
}

static char *arrays_of_one(heap_single_task_stat_t *stat, size_t name_bytes)
{
    return (char *)stat + stat_bytes(name_bytes);
}

static struct arrays read_arrays(const char *at)
{
    struct arrays arrays;
    memcpy(&arrays, at, sizeof arrays);
    return arrays;
}

static void write_arrays(char *at, const struct arrays *arrays)
{
    memcpy(at, arrays, sizeof *arrays);
}

static bool are_usable(const struct arrays *arrays)
{
    return (arrays->heaps || arrays->heap_count == 0) && (arrays->blocks || arrays->block_count == 0);
}

/* ---- filling ----------------------------------------------------------------------------------- */

static size_t fill_blocks(const struct em_owner_view *task, const struct em_owner_part *part, heap_task_block_t *blocks)
{
    struct em_owners_cursor cursor;
    struct em_owned block;
    size_t count = 0;
    em_owners_open_blocks(idf_chip.owners, task, part, &cursor);
    while (count < part->blocks && em_owners_next_block(idf_chip.owners, &cursor, &block))
        blocks[count++] = (heap_task_block_t){(TaskHandle_t)task->handle, (void *)block.address, (uint32_t)block.size};
    em_owners_close_blocks(idf_chip.owners, &cursor);
    return count;
}

/* `room` tells what is there, and `used` what of it is taken. */
static heap_stat_t heap_stat_of(const struct em_owner_view *task, const struct em_owner_part *part, const struct arrays *room,
                                struct arrays *used)
{
    const struct em_caps_heap *heap = part->heap;
    heap_stat_t stat = {
        .name = idf_heap_type_name(heap),
        .caps = heap->all_caps,
        .size = heap->end - heap->start,
        .current_usage = part->current,
        .peak_usage = part->peak,
        .alloc_count = part->blocks,
    };
    if (part->blocks == 0 || part->blocks > room->block_count - used->block_count)
        return stat;
    stat.alloc_stat = &room->blocks[used->block_count];
    stat.alloc_count = fill_blocks(task, part, stat.alloc_stat);
    used->block_count += stat.alloc_count;
    if (stat.alloc_count == 0)
        stat.alloc_stat = NULL;
    return stat;
}

static void fill_heaps(const struct em_owner_view *task, const struct arrays *room, struct arrays *used,
                       struct figures *figures)
{
    struct em_owner_part part = {.share = 0};
    if (task->heaps == 0 || task->heaps > room->heap_count - used->heap_count)
        return;
    figures->heap_stat = &room->heaps[used->heap_count];
    figures->heap_count = 0;
    while (figures->heap_count < task->heaps && em_owners_next_part(idf_chip.owners, task, &part))
        figures->heap_stat[figures->heap_count++] = heap_stat_of(task, &part, room, used);
    used->heap_count += figures->heap_count;
    if (figures->heap_count == 0)
        figures->heap_stat = NULL;
}

static void fill_task(const struct em_owner_view *task, char *stat, size_t name_bytes, const struct arrays *room,
                      struct arrays *used)
{
    struct figures figures = {
        .handle = (TaskHandle_t)task->handle,
        .is_alive = task->alive,
        .peak = task->peak,
        .current = task->current,
        .heap_count = task->heaps,
    };
    size_t length = strnlen(task->name, EM_OWNER_NAME);
    if (name_bytes > 0 && length > name_bytes - 1)
        length = name_bytes - 1;
    memset(stat, 0, figures_at(name_bytes));
    memcpy(stat, task->name, length);
    fill_heaps(task, room, used, &figures);
    memcpy(stat + figures_at(name_bytes), &figures, sizeof figures);
}

/* The pointers stay the caller's; the counts become what was written. */
static void write_used(char *at, struct arrays room, const struct arrays *used)
{
    room.heap_count = used->heap_count;
    room.block_count = used->block_count;
    write_arrays(at, &room);
}

esp_err_t espmem_get_all_task_stat(heap_all_tasks_stat_t *tasks_stat, size_t name_bytes)
{
    if (!tasks_stat || (!tasks_stat->stat_arr && tasks_stat->task_count != 0))
        return ESP_ERR_INVALID_ARG;
    const struct arrays room = read_arrays(arrays_of_all(tasks_stat));
    if (!are_usable(&room))
        return ESP_ERR_INVALID_ARG;
    struct arrays used = {0, NULL, 0, NULL};
    struct em_owner_view task;
    size_t count = 0;
    bool more = idf_chip.owners && tasks_stat->task_count > 0 && em_owners_next(idf_chip.owners, NULL, &task);
    while (more) {
        fill_task(&task, (char *)tasks_stat->stat_arr + count++ * stat_bytes(name_bytes), name_bytes, &room, &used);
        more = count < tasks_stat->task_count && em_owners_next(idf_chip.owners, &task, &task);
    }
    tasks_stat->task_count = count;
    write_used(arrays_of_all(tasks_stat), room, &used);
    return ESP_OK;
}

esp_err_t espmem_get_single_task_stat(heap_single_task_stat_t *task_stat, TaskHandle_t task_handle, size_t name_bytes)
{
    struct em_owner_view task;
    if (!task_stat)
        return ESP_ERR_INVALID_ARG;
    const struct arrays room = read_arrays(arrays_of_one(task_stat, name_bytes));
    if (!are_usable(&room))
        return ESP_ERR_INVALID_ARG;
    if (!idf_find_task(task_handle, &task))
        return ESP_FAIL;
    struct arrays used = {0, NULL, 0, NULL};
    fill_task(&task, (char *)task_stat, name_bytes, &room, &used);
    write_used(arrays_of_one(task_stat, name_bytes), room, &used);
    return ESP_OK;
}

/* ---- arrays ------------------------------------------------------------------------------------- */

static struct em_heap *roomiest_heap(void)
{
    struct em_heap *best = NULL;
    size_t most = 0;
    for (struct em_caps_heap *heap = NULL; (heap = em_caps_next(&idf_chip.pool, heap, EM_CAP_8BIT)) != NULL;) {
        size_t largest = em_guard_largest_free(heap->heap);
        if (largest > most) {
            most = largest;
            best = heap->heap;
        }
    }
    return best;
}

/* An array that is no task's and that no watcher hears of. False iff there is no room for it. */
static bool take_array(void **array, size_t count, size_t bytes)
{
    size_t all;
    *array = NULL;
    if (count == 0)
        return true;
    struct em_heap *heap = em_multiply(&all, count, bytes) ? roomiest_heap() : NULL;
    *array = heap ? em_guard_allocate(heap, all) : NULL;
    return *array != NULL;
}

static void give_array(void *array)
{
    if (!array)
        return;
    struct em_caps_heap *heap = em_caps_heap_of(&idf_chip.pool, (uintptr_t)array);
    if (heap)
        em_guard_free(heap->heap, array);
    else
        idf_report("the statistics array %p is not in the chip's heaps: free what you have allocated yourself", array);
}

static void give_arrays(char *at)
{
    struct arrays arrays = read_arrays(at);
    give_array(arrays.heaps);
    give_array(arrays.blocks);
    write_arrays(at, &(struct arrays){0, NULL, 0, NULL});
}

/* False iff there was no room: then there is neither array. */
static bool take_arrays(char *at, size_t heaps, size_t blocks)
{
    void *heap_array, *block_array = NULL;
    bool taken =
        take_array(&heap_array, heaps, sizeof(heap_stat_t)) && take_array(&block_array, blocks, sizeof(heap_task_block_t));
    write_arrays(at, &(struct arrays){heaps, heap_array, blocks, block_array});
    if (!taken)
        give_arrays(at);
    return taken;
}

esp_err_t espmem_alloc_all_task_stat_arrays(heap_all_tasks_stat_t *tasks_stat, size_t name_bytes)
{
    void *tasks;
    if (!tasks_stat)
        return ESP_ERR_INVALID_ARG;
    struct em_owners_limits count = {0, 0, 0};
    if (idf_chip.owners)
        count = em_owners_count(idf_chip.owners);
    *tasks_stat = (heap_all_tasks_stat_t){.task_count = 0};
    if (!take_array(&tasks, count.tasks, stat_bytes(name_bytes)))
        return ESP_FAIL;
    if (!take_arrays(arrays_of_all(tasks_stat), count.shares, count.blocks)) {
        give_array(tasks);
        return ESP_FAIL;
    }
    tasks_stat->stat_arr = tasks;
    tasks_stat->task_count = count.tasks;
    return ESP_OK;
}

esp_err_t espmem_alloc_single_task_stat_arrays(heap_single_task_stat_t *task_stat, TaskHandle_t task_handle, size_t name_bytes)
{
    struct em_owner_view task;
    if (!task_stat)
        return ESP_ERR_INVALID_ARG;
    if (!idf_find_task(task_handle, &task))
        task = (struct em_owner_view){.serial = 0};
    return take_arrays(arrays_of_one(task_stat, name_bytes), task.heaps, task.blocks) ? ESP_OK : ESP_FAIL;
}

void heap_caps_free_all_task_stat_arrays(heap_all_tasks_stat_t *tasks_stat)
{
    if (!tasks_stat)
        return;
    give_arrays(arrays_of_all(tasks_stat));
    give_array(tasks_stat->stat_arr);
    tasks_stat->stat_arr = NULL;
    tasks_stat->task_count = 0;
}

void espmem_free_single_task_stat_arrays(heap_single_task_stat_t *task_stat, size_t name_bytes)
{
    if (task_stat)
        give_arrays(arrays_of_one(task_stat, name_bytes));
}
