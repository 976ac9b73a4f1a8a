/* Totals by task and capabilities: the older function of esp_heap_task_info.h.
 *
 * Knows the books and the walk of a heap.
 *
 * One idea: heaps and their blocks are visited in the order of the walk, and the books say whose each is;
 * a block that they do not know is nobody's business and left out. */
#define CONFIG_HEAP_TASK_TRACKING 1
#include "esp_heap_task_info.h"

#include "chip.h"

struct scan {
    heap_task_info_params_t *params;
    size_t known;  /* tasks in the totals */
    size_t blocks; /* written */
    int column;
};

/* The first column that the heap fits, -1 for none. */
static int column_of(const heap_task_info_params_t *params, uint32_t caps)
{
    for (int i = 0; i < NUM_HEAP_TASK_CAPS; i++)
        if ((caps & (uint32_t)params->mask[i]) == (uint32_t)params->caps[i])
            return i;
    return -1;
}

/* NULL iff the task is not there and there is no room for it. */
static heap_task_totals_t *totals_of(struct scan *scan, TaskHandle_t task)
{
    heap_task_totals_t *totals = scan->params->totals;
    for (size_t i = 0; i < scan->known; i++)
        if (totals[i].task == task)
            return &totals[i];
    if (!totals || scan->known >= scan->params->max_totals)
        return NULL;
    totals[scan->known] = (heap_task_totals_t){.task = task};
    return &totals[scan->known++];
}

static bool is_wanted(const heap_task_info_params_t *params, TaskHandle_t task)
{
    if (!params->tasks)
        return true;
    for (size_t i = 0; i < params->num_tasks; i++)
        if (params->tasks[i] == task)
            return true;
    return false;
}

static bool see_block(void *context, const struct em_block_view *view)
{
    struct scan *scan = context;
    const heap_task_info_params_t *params = scan->params;
    struct em_owned block;
    uintptr_t handle;
    if (!view->used || !em_owners_lookup(idf_chip.owners, (uintptr_t)view->address, &block, &handle))
        return true;
    TaskHandle_t task = (TaskHandle_t)handle;
    heap_task_totals_t *totals = totals_of(scan, task);
    if (totals) {
        totals->size[scan->column] += block.size;
        totals->count[scan->column]++;
    }
    if (params->blocks && scan->blocks < params->max_blocks && is_wanted(params, task))
        params->blocks[scan->blocks++] = (heap_task_block_t){task, (void *)block.address, (uint32_t)block.size};
    return true;
}

static size_t prepare_totals(heap_task_info_params_t *params)
{
    if (!params->totals || !params->num_totals)
        return 0;
    for (size_t i = 0; i < *params->num_totals; i++)
        params->totals[i] = (heap_task_totals_t){.task = params->totals[i].task};
    return *params->num_totals;
}

size_t heap_caps_get_per_task_info(heap_task_info_params_t *params)
{
    if (!params)
        return 0;
    struct scan scan = {.params = params, .known = prepare_totals(params)};
    for (struct em_caps_heap *heap = NULL; idf_chip.owners && (heap = em_caps_next(&idf_chip.pool, heap, 0)) != NULL;) {
        scan.column = column_of(params, heap->all_caps);
        if (scan.column >= 0)
            em_heap_walk(heap->heap, see_block, &scan);
    }
    if (params->totals && params->num_totals)
        *params->num_totals = scan.known;
    return scan.blocks;
}
