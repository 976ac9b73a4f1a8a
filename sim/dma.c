/* Whether DMA may use a buffer: for stand-ins of drivers (espmem/sim.h).
 *
 * One idea: the chip does not check this, it sends garbage; so it is a warning, or the end in manner strict. */
#include <stdint.h>
#include <stdio.h>

#include "backtrace.h"
#include "esp_memory_utils.h"
#include "espmem/sim.h"
#include "idf/chip.h"
#include "panic.h"
#include "platform.h"
#include "warnings.h"

static bool is_reached(uintptr_t start, size_t bytes)
{
    return bytes == 0 || (start <= UINTPTR_MAX - bytes && esp_ptr_dma_capable((const void *)start) &&
                          esp_ptr_dma_capable((const void *)(start + bytes - 1)));
}

/* Why not; NULL iff it may. */
static const char *objection(uintptr_t start, size_t bytes, size_t alignment)
{
    if (!is_reached(start, bytes))
        return esp_ptr_external_ram((const void *)start) ? "it is in PSRAM, which DMA does not reach"
                                                         : "it is not in memory that DMA reaches";
    if (alignment > 1 && start % alignment != 0)
        return "its start is not aligned";
    if (alignment > 1 && bytes % alignment != 0)
        return "its length is not a multiple of the alignment";
    return NULL;
}

bool espmem_dma_may_use(const char *driver, const void *buffer, size_t bytes, size_t alignment)
{
    const uintptr_t start = (uintptr_t)buffer, code = (uintptr_t)__builtin_return_address(0);
    const char *reason = objection(start, bytes, alignment);
    char detail[SIM_CODE_TEXT + 192], name[SIM_CODE_TEXT];
    if (!reason)
        return true;
    snprintf(detail, sizeof detail, "%s: DMA cannot use the buffer of %zu bytes at 0x%08lx (aligned to %zu): %s; called by %s",
             driver, bytes, (unsigned long)start, alignment, reason, sim_code_text(code, name));
    if (idf_chip.board.manner == EM_MANNER_STRICT)
        sim_panic(&(struct sim_panic){"DMA", detail, NULL, start, true, code});
    sim_count_warning();
    sim_say("warning: %s (manner chip)", detail);
    return false;
}
