/* Walks, dumps and checks over the heaps of the running chip.
 *
 * One idea: each is a loop over heaps around the same function of one heap; MALLOC_CAP_INVALID is all. */
#include "blocks.h"
#include "chip.h"
#include "esp_heap_caps.h"
#include "report.h"

static struct em_caps_heap *next_heap(struct em_caps_heap *heap, uint32_t caps)
{
    return em_caps_next(&idf_chip.pool, heap, caps);
}

struct walk {
    walker_heap_into_t heap;
    heap_caps_walker_cb_t tell;
    void *user_data;
};

static bool show(void *context, const struct em_block_view *block)
{
    struct walk *walk = context;
    walker_block_info_t info = {.ptr = block->address, .size = block->size, .used = block->used};
    return walk->tell(walk->heap, info, walk->user_data);
}

void heap_caps_walk(uint32_t caps, heap_caps_walker_cb_t walker_func, void *user_data)
{
    struct walk walk = {.tell = walker_func, .user_data = user_data};
    if (!walker_func)
        idf_stop("heap_caps_walk: walker_func is NULL");
    for (struct em_caps_heap *heap = next_heap(NULL, caps); heap; heap = next_heap(heap, caps)) {
        walk.heap.start = (intptr_t)heap->start;
        walk.heap.end = (intptr_t)heap->end;
        em_heap_walk(heap->heap, show, &walk);
    }
}

void heap_caps_walk_all(heap_caps_walker_cb_t walker_func, void *user_data)
{
    heap_caps_walk(MALLOC_CAP_INVALID, walker_func, user_data);
}

void heap_caps_dump(uint32_t caps)
{
    for (struct em_caps_heap *heap = next_heap(NULL, caps); heap; heap = next_heap(heap, caps))
        multi_heap_dump((multi_heap_handle_t)heap->heap);
}

void heap_caps_dump_all(void)
{
    heap_caps_dump(MALLOC_CAP_INVALID);
}

/* All heaps are checked, also behind one that is damaged. */
bool heap_caps_check_integrity(uint32_t caps, bool print_errors)
{
    bool sound = true;
    for (struct em_caps_heap *heap = next_heap(NULL, caps); heap; heap = next_heap(heap, caps))
        sound = multi_heap_check((multi_heap_handle_t)heap->heap, print_errors) && sound;
    return sound;
}

bool heap_caps_check_integrity_all(bool print_errors)
{
    return heap_caps_check_integrity(MALLOC_CAP_INVALID, print_errors);
}

bool heap_caps_check_integrity_addr(intptr_t addr, bool print_errors)
{
    struct em_caps_heap *heap = em_caps_heap_of(&idf_chip.pool, idf_charged((uintptr_t)addr));
    return heap && heap->heap && multi_heap_check((multi_heap_handle_t)heap->heap, print_errors);
}
