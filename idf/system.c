/* Free memory in total, restart, abort, random numbers.
 *
 * Knows the public heap functions, not the pool. One idea: what has to happen before the chip starts
 * again is a short list of functions, run backwards. */
#include "idf/system.h"

#include <stdatomic.h>
#include <string.h>

#include "esp_heap_caps.h"
#include "esp_rom_sys.h"
#include "espmem/port.h"
#include "idf/chip.h"
#include "idf/console.h"

enum { SHUTDOWN_HANDLERS = 5 };

static struct em_lock handlers_lock;
static shutdown_handler_t handlers[SHUTDOWN_HANDLERS];
static _Atomic esp_reset_reason_t reset_reason = ESP_RST_POWERON;

const char *esp_get_idf_version(void)
{
    return "v5.5.0-espmem";
}

uint32_t esp_get_free_heap_size(void)
{
    return (uint32_t)heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
}

uint32_t esp_get_free_internal_heap_size(void)
{
    return (uint32_t)heap_caps_get_free_size(MALLOC_CAP_8BIT | MALLOC_CAP_DMA | MALLOC_CAP_INTERNAL);
}

uint32_t esp_get_minimum_free_heap_size(void)
{
    return (uint32_t)heap_caps_get_minimum_free_size(MALLOC_CAP_DEFAULT);
}

/* With the lock held: the place of this handler, or of a free slot for NULL; -1 if there is none. */
static int place_of(shutdown_handler_t handle)
{
    for (int i = 0; i < SHUTDOWN_HANDLERS; i++)
        if (handlers[i] == handle)
            return i;
    return -1;
}

esp_err_t esp_register_shutdown_handler(shutdown_handler_t handle)
{
    if (!handle)
        return ESP_ERR_INVALID_ARG;
    esp_err_t result = ESP_OK;
    em_port_lock(&handlers_lock);
    int slot = place_of(NULL);
    if (place_of(handle) >= 0)
        result = ESP_ERR_INVALID_STATE;
    else if (slot < 0)
        result = ESP_ERR_NO_MEM;
    else
        handlers[slot] = handle;
    em_port_unlock(&handlers_lock);
    return result;
}

esp_err_t esp_unregister_shutdown_handler(shutdown_handler_t handle)
{
    if (!handle)
        return ESP_ERR_INVALID_STATE;
    em_port_lock(&handlers_lock);
    int slot = place_of(handle);
    for (int i = slot; slot >= 0 && i < SHUTDOWN_HANDLERS; i++) /* close the gap: order is what counts */
        handlers[i] = i + 1 < SHUTDOWN_HANDLERS ? handlers[i + 1] : NULL;
    em_port_unlock(&handlers_lock);
    return slot < 0 ? ESP_ERR_INVALID_STATE : ESP_OK;
}

static shutdown_handler_t take_last_handler(void)
{
    shutdown_handler_t last = NULL;
    em_port_lock(&handlers_lock);
    for (int i = SHUTDOWN_HANDLERS - 1; i >= 0 && !last; i--) {
        last = handlers[i];
        handlers[i] = NULL;
    }
    em_port_unlock(&handlers_lock);
    return last;
}

void esp_restart(void)
{
    for (shutdown_handler_t last; (last = take_last_handler()) != NULL;)
        last();
    esp_rom_software_reset_system();
}

void esp_rom_software_reset_system(void)
{
    reset_reason = ESP_RST_SW;
    if (idf_chip.platform)
        idf_chip.platform->restart();
    __builtin_trap();
}

esp_reset_reason_t esp_reset_reason(void)
{
    return reset_reason;
}

void idf_set_reset_reason(esp_reset_reason_t reason)
{
    reset_reason = reason;
}

int esp_rom_get_reset_reason(int cpu_no)
{
    (void)cpu_no; /* both cores start together */
    return reset_reason == ESP_RST_SW ? 12 : 1;
}

void esp_system_abort(const char *details)
{
    idf_panic(details ? details : "abort() was called");
}

/* ---- random numbers: a counter, the clock, and a mixer ------------------------------------------ */

static uint64_t mixed(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint32_t esp_random(void)
{
    static atomic_uint calls;
    uint64_t step = atomic_fetch_add(&calls, 1u);
    uint64_t cycles = idf_chip.platform ? idf_chip.platform->cycles() : 0;
    return (uint32_t)(mixed(step << 32 | cycles) >> 16);
}

void esp_fill_random(void *buf, size_t len)
{
    unsigned char *at = buf;
    while (len > 0) {
        uint32_t word = esp_random();
        size_t part = len < sizeof word ? len : sizeof word;
        memcpy(at, &word, part);
        at += part;
        len -= part;
    }
}
