/* multi_heap_*: ESP-IDF's names for one heap of the core.
 *
 * Knows no capabilities and, but for the engine and the console, no running chip.
 *
 * One idea: the handle is the heap's address in both worlds, so each function is a change of name. */
#include "multi_heap.h"

#include "chip.h"
#include "esp_rom_sys.h"
#include "fault_text.h"
#include "heap_info.h"
#include "report.h"

static struct em_heap *heap_of(multi_heap_handle_t heap)
{
    return (struct em_heap *)heap;
}

multi_heap_handle_t multi_heap_register(void *start, size_t size)
{
    if ((uintptr_t)start % 4 != 0)
        esp_rom_printf("tlsf_create: Memory must be aligned to 4 bytes.\n"); /* as the chip says it */
    const struct em_engine *engine = idf_chip.pool.engine ? idf_chip.pool.engine : &em_engine_tlsf;
    struct em_heap *heap = em_heap_create(start, size, engine);
    if (heap && !em_guard_set(heap, idf_chip.pool.guard))
        idf_stop("multi_heap_register: the engine %s has no guard=%s", idf_chip.board.engine, idf_chip.board.guard);
    return (multi_heap_handle_t)heap;
}

void multi_heap_set_lock(multi_heap_handle_t heap, void *lock)
{
    em_heap_set_lock(heap_of(heap), lock);
}

void *multi_heap_malloc(multi_heap_handle_t heap, size_t size)
{
    return em_guard_allocate(heap_of(heap), size);
}

void *multi_heap_aligned_alloc(multi_heap_handle_t heap, size_t size, size_t alignment)
{
    return em_guard_allocate_aligned(heap_of(heap), size, alignment, 0);
}

void *multi_heap_aligned_alloc_offs(multi_heap_handle_t heap, size_t size, size_t alignment, size_t offset)
{
    return em_guard_allocate_aligned(heap_of(heap), size, alignment, offset);
}

void multi_heap_free(multi_heap_handle_t heap, void *p)
{
    em_guard_free(heap_of(heap), p);
}

void multi_heap_aligned_free(multi_heap_handle_t heap, void *p)
{
    em_guard_free(heap_of(heap), p);
}

void *multi_heap_realloc(multi_heap_handle_t heap, void *p, size_t size)
{
    return em_guard_reallocate(heap_of(heap), p, size);
}

size_t multi_heap_get_allocated_size(multi_heap_handle_t heap, void *p)
{
    return em_guard_block_size(heap_of(heap), p);
}

size_t multi_heap_get_full_block_size(multi_heap_handle_t heap, void *p)
{
    return em_guard_full_size(heap_of(heap), p);
}

void *multi_heap_find_containing_block(multi_heap_handle_t heap, void *ptr)
{
    void *block = em_guard_containing_block(heap_of(heap), ptr);
    if (!block)
        idf_stop("multi_heap_find_containing_block: no live block of heap %p holds %p", (void *)heap, ptr);
    return block;
}

/* ---- figures --------------------------------------------------------------------------------- */

size_t multi_heap_free_size(multi_heap_handle_t heap)
{
    return em_guard_free_bytes(heap_of(heap));
}

size_t multi_heap_minimum_free_size(multi_heap_handle_t heap)
{
    return em_guard_minimum_free(heap_of(heap));
}

void multi_heap_get_info(multi_heap_handle_t heap, multi_heap_info_t *info)
{
    struct em_heap_info found;
    if (!info)
        idf_stop("multi_heap_get_info: info is NULL");
    em_guard_get_info(heap_of(heap), &found);
    *info = idf_heap_info(&found);
}

size_t multi_heap_reset_minimum_free_bytes(multi_heap_handle_t heap)
{
    return em_heap_reset_minimum(heap_of(heap));
}

void multi_heap_restore_minimum_free_bytes(multi_heap_handle_t heap, const size_t new_minimum_free_bytes_value)
{
    em_heap_restore_minimum(heap_of(heap), new_minimum_free_bytes_value);
}

/* ---- walks ----------------------------------------------------------------------------------- */

struct walk {
    multi_heap_walker_cb_t tell;
    void *user_data;
};

static bool show(void *context, const struct em_block_view *block)
{
    struct walk *walk = context;
    return walk->tell(block->address, block->size, block->used, walk->user_data);
}

void multi_heap_walk(multi_heap_handle_t heap, multi_heap_walker_cb_t walker_func, void *user_data)
{
    struct walk walk = {.tell = walker_func, .user_data = user_data};
    if (!walker_func)
        idf_stop("multi_heap_walk: walker_func is NULL");
    em_heap_walk(heap_of(heap), show, &walk);
}

static bool dump_block(void *context, const struct em_block_view *block)
{
    (void)context;
    esp_rom_printf("Block %p data, size: %zu bytes, Free: %s \n", block->address, block->size, block->used ? "No" : "Yes");
    return true;
}

void multi_heap_dump(multi_heap_handle_t heap)
{
    esp_rom_printf("Showing data for heap: %p \n", (void *)heap);
    em_heap_walk(heap_of(heap), dump_block, NULL);
}

/* ---- checks ---------------------------------------------------------------------------------- */

static void print_fault(void *context, const struct em_fault *fault)
{
    (void)context;
    idf_fault_print(fault);
}

bool multi_heap_check(multi_heap_handle_t heap, bool print_errors)
{
    return em_guard_check(heap_of(heap), print_errors ? print_fault : NULL, NULL);
}
