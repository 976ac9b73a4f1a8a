/* A request, checked and rounded before any heap is asked.
 *
 * Must not know which heaps there are. The rules are ESP-IDF's: what DMA, cache lines and vector
 * instructions want, and what 32-bit memory can give.
 *
 * One idea: sizes can only overflow here, and here it is noticed. */
#include "core/caps/pool.h"

static void align_at_least(struct em_request *request, size_t alignment)
{
    if (request->alignment < alignment) {
        request->alignment = alignment;
    }
}

/* Memory that hardware reads itself: aligned to its cache line, a whole number of lines long. The caps
 * that only say this are done with; PSRAM is not tagged DMA though DMA may reach it. */
static bool adjust_to_hardware(struct em_request *request, const struct em_chip *chip)
{
    if ((request->caps & EM_ALIGNED_CAPS) == 0) {
        return true;
    }
    bool external = (request->caps & EM_CAP_SPIRAM) != 0;
    align_at_least(request, external ? chip->external_line : chip->internal_line);
    if ((request->caps & EM_CAP_DMA_DESC_AXI) != 0) {
        align_at_least(request, chip->axi_descriptor_alignment);
    }
    if ((request->caps & EM_CAP_SIMD) != 0) {
        align_at_least(request, chip->simd_alignment);
    }
    if ((request->caps & (EM_CAP_DMA_DESC_AHB | EM_CAP_DMA_DESC_AXI)) != 0) {
        request->caps |= EM_CAP_DMA;
    }
    request->caps &= ~(EM_CAP_DMA_DESC_AHB | EM_CAP_DMA_DESC_AXI | EM_CAP_CACHE_ALIGNED);
    if (external) {
        request->caps &= ~EM_CAP_DMA;
    }
    return em_round_up(&request->size, request->alignment);
}

enum em_flaw em_request_make(struct em_request *request, const struct em_pool *pool, size_t alignment, size_t size,
                             uint32_t caps)
{
    *request = (struct em_request){size, alignment, caps, false};
    if (size == 0) {
        return EM_ASKS_FOR_NOTHING;
    }
    if (size > pool->largest) {
        return EM_ASKS_TOO_MUCH;
    }
    if (!em_is_power_of_two(alignment)) {
        return EM_BAD_ALIGNMENT;
    }
    if (!adjust_to_hardware(request, pool->chip) || request->size > pool->largest) {
        return EM_ASKS_TOO_MUCH;
    }
    if ((request->caps & EM_CAP_EXEC) != 0) {
        if ((request->caps & (EM_CAP_8BIT | EM_CAP_DMA)) != 0) {
            return EM_EXEC_WITH_BYTES; /* the instruction view knows only words */
        }
        request->caps |= EM_CAP_32BIT;
        request->instruction_view = true;
    }
    bool fits = (request->caps & EM_CAP_32BIT) == 0 || em_round_up(&request->size, 4);
    return fits ? EM_NO_FLAW : EM_ASKS_TOO_MUCH;
}
