/* heap_caps_malloc and its family, by explicit capabilities.
 *
 * Placement is the core's; here are only ESP-IDF's names, its zeroing, its lists of preferences and the
 * telling of failures.
 *
 * One idea: a request of 0 bytes returns NULL and is no failure; every other NULL is told exactly once. */
#include <stdarg.h>
#include <string.h>

#include "allocation.h"
#include "blocks.h"
#include "caller.h"
#include "chip.h"
#include "esp_heap_caps.h"
#include "explain.h"
#include "report.h"

/* ---- failure --------------------------------------------------------------------------------- */

esp_err_t heap_caps_register_failed_alloc_callback(esp_alloc_failed_hook_t callback)
{
    if (!callback)
        return ESP_ERR_INVALID_ARG;
    __atomic_store_n(&idf_chip.failure_callback, callback, __ATOMIC_RELEASE);
    return ESP_OK;
}

void *idf_allocation_failed(size_t size, uint32_t caps, const char *function)
{
    esp_alloc_failed_hook_t callback = __atomic_load_n(&idf_chip.failure_callback, __ATOMIC_ACQUIRE);
    if (callback)
        callback(size, caps, function);
    if (idf_chip.board.abort_on_failure)
        idf_stop("Mem alloc fail. size 0x%08x caps 0x%08x", (unsigned)size, (unsigned)caps);
    return NULL;
}

void *idf_not_served(size_t alignment, size_t size, uint32_t caps, const char *function)
{
    idf_explain_failure(function, alignment, size, caps);
    return idf_allocation_failed(size, caps, function);
}

/* By words as far as they go: the block may be memory that knows no others, and a memset that ends in the
 * middle of a word is a wrong one there. */
void *idf_zeroed(void *block, size_t bytes)
{
    const size_t words = bytes - bytes % 4;
    if (!block)
        return NULL;
    memset(block, 0, words);
    for (volatile unsigned char *rest = (unsigned char *)block + words; rest < (unsigned char *)block + bytes; rest++)
        *rest = 0;
    return block;
}

/* n * size as the chip multiplies, in 32 bits. False iff that overflows; *bytes is what is left of it. */
static bool multiply(size_t n, size_t size, size_t *bytes)
{
    size_t whole;
    bool fits = !__builtin_mul_overflow(n, size, &whole) && whole <= UINT32_MAX;
    *bytes = (uint32_t)whole;
    return fits;
}

/* ---- plain ----------------------------------------------------------------------------------- */

void *heap_caps_malloc(size_t size, uint32_t caps)
{
    IDF_ENTRY;
    void *block = idf_block_out(em_caps_allocate(&idf_chip.pool, size, caps), size, 4);
    return block || size == 0 ? block : idf_not_served(4, size, caps, __func__);
}

/* The chip tells calloc(0, n) as a failure and calloc(n, 0) not, and of a product that overflows what is
 * left in 32 bits: recorded, so kept. */
void *heap_caps_calloc(size_t n, size_t size, uint32_t caps)
{
    IDF_ENTRY;
    size_t bytes;
    bool fits = multiply(n, size, &bytes);
    void *block = fits ? idf_block_out(em_caps_allocate(&idf_chip.pool, bytes, caps), bytes, 4) : NULL;
    idf_zeroed(block, bytes);
    if (block || size == 0)
        return block;
    if (fits)
        return idf_not_served(4, bytes, caps, __func__);
    em_caps_give_up(&idf_chip.pool, bytes, caps);
    idf_explain_overflow(__func__, n, size);
    return idf_allocation_failed(bytes, caps, __func__);
}

static void *resize(void *block, size_t size, uint32_t caps)
{
    return em_caps_reallocate(&idf_chip.pool, block, size, caps);
}

void *heap_caps_realloc(void *ptr, size_t size, uint32_t caps)
{
    IDF_ENTRY;
    void *block = idf_block_resize(ptr, size, caps, resize);
    return block || size == 0 ? block : idf_not_served(4, size, caps, __func__);
}

void *heap_caps_aligned_alloc(size_t alignment, size_t size, uint32_t caps)
{
    IDF_ENTRY;
    if (idf_cannot_align(alignment, size))
        return NULL;
    void *block = idf_block_out(em_caps_allocate_aligned(&idf_chip.pool, alignment, size, caps), size, alignment);
    return block ? block : idf_not_served(alignment, size, caps, __func__);
}

/* A failure within is told by aligned_alloc's name, and an overflow not at all, as on the chip. */
void *heap_caps_aligned_calloc(size_t alignment, size_t n, size_t size, uint32_t caps)
{
    IDF_ENTRY;
    size_t bytes;
    if (!multiply(n, size, &bytes))
        return NULL;
    return idf_zeroed(heap_caps_aligned_alloc(alignment, bytes, caps), bytes);
}

void heap_caps_free(void *ptr)
{
    IDF_ENTRY;
    idf_block_free(ptr);
}

void heap_caps_aligned_free(void *ptr)
{
    heap_caps_free(ptr);
}

/* ---- by preference --------------------------------------------------------------------------- */

static void *attempt(void *block, size_t size, uint32_t caps)
{
    return em_caps_try(&idf_chip.pool, block, size, caps);
}

/* A list of capabilities to try one after the other, for one call of a function. */
struct preferences {
    const char *function;
    size_t count;
    va_list *list;
    uint32_t last; /* tried; DEFAULT where there is none */
};

/* Tries them on ptr (NULL: a new block) until one has room; where none has, that is told and explained. */
static void *prefer(void *ptr, size_t size, struct preferences *wanted)
{
    void *block = NULL;
    va_list again;
    va_copy(again, *wanted->list);
    wanted->last = MALLOC_CAP_DEFAULT;
    for (size_t i = 0; i < wanted->count && !block; i++) {
        wanted->last = va_arg(*wanted->list, uint32_t);
        block = idf_block_resize(ptr, size, wanted->last, attempt);
        if (size == 0)
            break; /* ptr is free now, so there is nothing left to try it on */
    }
    if (!block && size > 0) {
        for (size_t i = 0; i < wanted->count; i++)
            idf_explain_failure(wanted->function, 4, size, va_arg(again, uint32_t));
        em_caps_give_up(&idf_chip.pool, size, wanted->last);
    }
    va_end(again);
    return block;
}

void *heap_caps_malloc_prefer(size_t size, size_t num, ...)
{
    IDF_ENTRY;
    va_list list;
    va_start(list, num);
    struct preferences wanted = {__func__, num, &list, 0};
    void *block = prefer(NULL, size, &wanted);
    va_end(list);
    return block || size == 0 ? block : idf_allocation_failed(size, wanted.last, __func__);
}

void *heap_caps_realloc_prefer(void *ptr, size_t size, size_t num, ...)
{
    IDF_ENTRY;
    va_list list;
    va_start(list, num);
    struct preferences wanted = {__func__, num, &list, 0};
    void *block = prefer(ptr, size, &wanted);
    va_end(list);
    return block || size == 0 ? block : idf_allocation_failed(size, wanted.last, __func__);
}

/* A failure is told with the size of one element, as on the chip. */
void *heap_caps_calloc_prefer(size_t n, size_t size, size_t num, ...)
{
    IDF_ENTRY;
    size_t bytes;
    bool fits = multiply(n, size, &bytes);
    va_list list;
    va_start(list, num);
    struct preferences wanted = {__func__, num, &list, 0};
    void *block = idf_zeroed(prefer(NULL, fits ? bytes : SIZE_MAX, &wanted), bytes);
    va_end(list);
    return block || size == 0 ? block : idf_allocation_failed(size, wanted.last, __func__);
}
