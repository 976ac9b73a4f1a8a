/* Sizes, totals, the monitored minimum and the printed summary.
 *
 * One idea: every figure is the core's; here it gets ESP-IDF's names and its words. */
#include "blocks.h"
#include "chip.h"
#include "esp_heap_caps.h"
#include "esp_rom_sys.h"
#include "heap_info.h"
#include "report.h"

size_t heap_caps_get_total_size(uint32_t caps)
{
    return em_caps_total(&idf_chip.pool, caps);
}

size_t heap_caps_get_free_size(uint32_t caps)
{
    return em_caps_free_bytes(&idf_chip.pool, caps);
}

size_t heap_caps_get_minimum_free_size(uint32_t caps)
{
    return em_caps_minimum_free(&idf_chip.pool, caps);
}

size_t heap_caps_get_largest_free_block(uint32_t caps)
{
    return em_caps_largest_free(&idf_chip.pool, caps);
}

void heap_caps_get_info(multi_heap_info_t *info, uint32_t caps)
{
    struct em_heap_info sum;
    if (!info)
        idf_stop("heap_caps_get_info: info is NULL");
    em_caps_get_info(&idf_chip.pool, &sum, caps);
    *info = idf_heap_info(&sum);
}

static void print_heap(const struct em_caps_heap *heap)
{
    multi_heap_info_t info;
    multi_heap_get_info((multi_heap_handle_t)heap->heap, &info);
    esp_rom_printf("  At 0x%08lx len %zu free %zu allocated %zu min_free %zu\n", (unsigned long)heap->start,
                   (size_t)(heap->end - heap->start), info.total_free_bytes, info.total_allocated_bytes,
                   info.minimum_free_bytes);
    esp_rom_printf("    largest_free_block %zu alloc_blocks %zu free_blocks %zu total_blocks %zu\n", info.largest_free_block,
                   info.allocated_blocks, info.free_blocks, info.total_blocks);
}

void heap_caps_print_heap_info(uint32_t caps)
{
    multi_heap_info_t total;
    esp_rom_printf("Heap summary for capabilities 0x%08lX:\n", (unsigned long)caps);
    for (struct em_caps_heap *heap = em_caps_next(&idf_chip.pool, NULL, caps); heap;
         heap = em_caps_next(&idf_chip.pool, heap, caps))
        if (em_caps_match(heap, caps)) /* MALLOC_CAP_INVALID is none here, unlike in a walk */
            print_heap(heap);
    heap_caps_get_info(&total, caps);
    esp_rom_printf("  Totals:\n    free %zu allocated %zu min_free %zu largest_free_block %zu\n", total.total_free_bytes,
                   total.total_allocated_bytes, total.minimum_free_bytes, total.largest_free_block);
}

size_t heap_caps_get_allocated_size(void *ptr)
{
    return em_caps_block_size(&idf_chip.pool, idf_block_behind(ptr));
}

size_t heap_caps_get_containing_block_size(void *ptr)
{
    size_t size = em_caps_containing_block_size(&idf_chip.pool, (void *)idf_charged((uintptr_t)ptr));
    if (size == 0)
        idf_stop("heap_caps_get_containing_block_size: no live block holds %p", ptr);
    return size;
}

/* The chip remembers the old minimums, 4 bytes a heap, in its own heap. The core has its own place for
 * them, but the space is taken all the same, so that the figures agree. */
esp_err_t heap_caps_monitor_local_minimum_free_size_start(void)
{
    if (!idf_chip.monitor_note && idf_chip.pool.count > 0) {
        idf_chip.monitor_note = heap_caps_malloc(idf_chip.pool.count * sizeof(uint32_t), MALLOC_CAP_DEFAULT);
        if (!idf_chip.monitor_note)
            return ESP_ERR_NO_MEM;
    }
    return idf_error(em_caps_monitor_start(&idf_chip.pool));
}

esp_err_t heap_caps_monitor_local_minimum_free_size_stop(void)
{
    enum em_error error = em_caps_monitor_stop(&idf_chip.pool);
    if (error == EM_OK) {
        heap_caps_free(idf_chip.monitor_note);
        idf_chip.monitor_note = NULL;
    }
    return idf_error(error);
}
