/* The start of the heaps at boot, and memory that joins them later.
 *
 * The pieces come from the board or from a caller; what becomes of them is the core's.
 *
 * One idea: what the chip prints while it starts is printed here, in its words. */
#include "esp_heap_caps_init.h"

#include "boot.h"
#include "chip.h"
#include "esp_log.h"
#include "heap_tasks.h"
#include "heap_watch.h"
#include "memory_layout.h"
#include "report.h"

static const char TAG[] = "heap_init";

static void print_piece(const struct em_region_use *piece)
{
    size_t bytes = piece->end - piece->start;
    ESP_LOGI(TAG, "At %08lX len %08lX (%zu KiB): %s", (unsigned long)piece->start, (unsigned long)bytes, bytes / 1024,
             piece->type->name);
}

void idf_heap_caps_init_pieces(const struct em_region_use *pieces, unsigned count)
{
    if (idf_chip.heaps_open) {
        idf_report("heap_caps_init was called again; the boot has done it, so this call does nothing");
        return;
    }
    ESP_LOGI(TAG, "Initializing. RAM available for dynamic allocation:");
    for (unsigned i = 0; i < count; i++)
        print_piece(&pieces[i]);
    idf_heap_hooks_open();
    enum em_error error = em_pool_start(&idf_chip.pool, pieces, count);
    if (error != EM_OK)
        idf_stop("heap_caps_init: the heaps do not start (%s): none is 8BIT and INTERNAL with room for %u records",
                 em_error_text(error), count);
    idf_chip.heaps_open = true;
    idf_heap_tasks_adopt();
}

void heap_caps_init(void)
{
    struct em_region_use pieces[IDF_PIECES];
    idf_heap_caps_init_pieces(pieces, idf_memory_pieces(pieces));
}

void heap_caps_enable_nonos_stack_heaps(void)
{
    em_pool_end_startup(&idf_chip.pool);
}

/* Addresses that belong to the chip but where this board has nothing: a heap there would crash at once.
 * Other addresses are the program's own memory, and its own responsibility. */
static bool is_missing_memory(intptr_t start, intptr_t end)
{
    if (start <= 0 || end <= start || !idf_memory_is_named((uintptr_t)start))
        return false;
    if (!idf_chip.platform || idf_chip.platform->is_memory((uintptr_t)start, (uintptr_t)end))
        return false;
    idf_report("heap_caps_add_region: this board has no memory at all of 0x%08lx - 0x%08lx", (unsigned long)start,
               (unsigned long)end);
    return true;
}

esp_err_t heap_caps_add_region(intptr_t start, intptr_t end)
{
    if (is_missing_memory(start, end))
        return ESP_ERR_INVALID_ARG;
    return idf_error(em_pool_add_region(&idf_chip.pool, (uintptr_t)start, (uintptr_t)end));
}

/* Tells the platform of a region with 32BIT and without 8BIT. */
static void tell_of_words(const uint32_t caps[], intptr_t start, intptr_t end)
{
    uint32_t all = caps[0] | caps[1] | caps[2];
    bool words = (all & MALLOC_CAP_32BIT) && !(all & MALLOC_CAP_8BIT);
    if (words && idf_chip.platform && idf_chip.platform->words_joined)
        idf_chip.platform->words_joined((uintptr_t)start, (uintptr_t)end);
}

esp_err_t heap_caps_add_region_with_caps(const uint32_t caps[], intptr_t start, intptr_t end)
{
    if (is_missing_memory(start, end))
        return ESP_ERR_INVALID_ARG;
    esp_err_t error = idf_error(em_pool_add(&idf_chip.pool, caps, (uintptr_t)start, (uintptr_t)end));
    if (error == ESP_OK)
        tell_of_words(caps, start, end);
    return error;
}

int heap_caps_check_add_region_allowed(intptr_t heap_start, intptr_t heap_end, intptr_t start, intptr_t end)
{
    return em_region_may_join((uintptr_t)heap_start, (uintptr_t)heap_end, (uintptr_t)start, (uintptr_t)end);
}
