/* The guard around operations of the flash chip.
 *
 * Knows that the cache is the platform's. One idea: see esp_private/spi_flash_os.h. */
#include "esp_private/spi_flash_os.h"

#include <stddef.h>

#include "chip.h"

static void enable_cache(bool enabled)
{
    if (idf_chip.platform && idf_chip.platform->cache)
        idf_chip.platform->cache(enabled);
}

static void start(void)
{
    enable_cache(false);
}

static void end(void)
{
    enable_cache(true);
}

const spi_flash_guard_funcs_t g_flash_guard_default_ops = {start, end};
const spi_flash_guard_funcs_t g_flash_guard_no_os_ops = {start, end};

static const spi_flash_guard_funcs_t *chosen; /* NULL: the default */

void spi_flash_guard_set(const spi_flash_guard_funcs_t *funcs)
{
    __atomic_store_n(&chosen, funcs, __ATOMIC_RELEASE);
}

const spi_flash_guard_funcs_t *spi_flash_guard_get(void)
{
    const spi_flash_guard_funcs_t *funcs = __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
    return funcs ? funcs : &g_flash_guard_default_ops;
}
