/* esp_himem_*: bank-switched PSRAM by ESP-IDF's names.
 *
 * The banks, pages and their rules are the core's. Here are the handles, which on the chip are addresses
 * of small blocks in its heap, the chip's words for each error, and the opening at boot. All of himem is
 * this one object file, so that a program that names none of it keeps all addresses for the heap.
 *
 * One idea: a handle's block holds the core's number, and a table outside the chip's memory says which
 * address has which number; only what both agree on is a handle. */
#include "esp32/himem.h"

#include "allocation.h"
#include "blocks.h"
#include "boot.h"
#include "chip.h"
#include "esp_heap_caps.h"
#include "esp_log.h"
#include "explain.h"
#include "himem_sites.h"
#include "misuse.h"
#include "report.h"

static const char TAG[] = "esp_himem";

static void complain(const char *function, int line, const char *text)
{
    ESP_LOGE(TAG, "%s(%d): %s", function, line, text);
}
#define COMPLAIN(text) complain(__func__, __LINE__, text)

enum {
    BANKS = 1024, /* 32 MiB, the most that a board can have */
    PAGES = IDF_HIMEM_PAGES,
};

static struct em_himem_bank bank_records[BANKS];
static struct em_himem_page page_records[PAGES];
static struct em_himem_memory memory_records[BANKS];

/* ---- handles --------------------------------------------------------------------------------- */

/* What the chip has in a handle's block: 8 bytes there, and here on every host. */
struct handle_block {
    uint32_t number; /* the core's */
    uint32_t units;  /* how many banks or pages; for messages */
};
_Static_assert(sizeof(struct handle_block) == 8, "the chip's handles have 8 bytes");

/* The address that each of the core's numbers was given out as; 0: not live. */
static uintptr_t memory_addresses[BANKS + 1];
static uintptr_t range_addresses[PAGES + 1];
/* The list of banks of each memory: its second block in the chip's heap. */
static uint16_t *lists[BANKS + 1];

/* Who made each of them. */
static const void *memory_makers[BANKS + 1];
static const void *range_makers[PAGES + 1];

struct handle_kind {
    const char *name;
    const void **makers;
    uintptr_t *addresses;
    uint32_t largest;
    uint32_t *recent; /* the number found last; a program mostly uses one handle again and again */
};
static uint32_t recent_memory, recent_range;
static const struct handle_kind memory_kind = {"memory", memory_makers, memory_addresses, BANKS, &recent_memory};
static const struct handle_kind range_kind = {"range", range_makers, range_addresses, PAGES, &recent_range};

static bool is_live(const struct handle_kind *kind, uintptr_t address, uint32_t number)
{
    return number != 0 && number <= kind->largest && __atomic_load_n(&kind->addresses[number], __ATOMIC_ACQUIRE) == address;
}

/* Whether a handle's block could be at the address, so that it may be read. */
static bool is_readable(uintptr_t address)
{
    address = idf_charged(address);
    const struct em_caps_heap *heap = em_caps_heap_of(&idf_chip.pool, address);
    return heap && heap->heap && address % 4 == 0 && address >= heap->start &&
           address - heap->start <= heap->end - heap->start - sizeof(struct handle_block);
}

static uint32_t refuse_handle(const char *function, const struct handle_kind *kind, const void *handle, const char *reason)
{
    idf_note_misuse("%s: 0x%08lx is no live %s handle: %s", function, (unsigned long)(uintptr_t)handle, kind->name, reason);
    return 0;
}

/* The number found last, if this is its handle: its block may be read without a look at the heaps. */
static uint32_t number_again(const void *handle, const struct handle_kind *kind)
{
    uint32_t number = __atomic_load_n(kind->recent, __ATOMIC_RELAXED);
    bool same = handle && is_live(kind, (uintptr_t)handle, number); /* what was freed has the address NULL */
    return same && ((const struct handle_block *)handle)->number == number ? number : 0;
}

/* The core's number of a live handle, or 0 and a report. */
static uint32_t number_of(const void *handle, const struct handle_kind *kind, const char *function)
{
    uintptr_t address = (uintptr_t)handle;
    uint32_t known = number_again(handle, kind);
    if (known != 0)
        return known;
    if (!handle)
        return refuse_handle(function, kind, handle, "it is NULL; was its allocation checked?");
    if (!idf_chip.himem_open)
        return refuse_handle(function, kind, handle, "this board has no bank switching");
    if (!is_readable(address))
        return refuse_handle(function, kind, handle, "it points into no heap of the chip");
    uint32_t number = ((const struct handle_block *)handle)->number;
    if (is_live(kind, address, number)) {
        __atomic_store_n(kind->recent, number, __ATOMIC_RELAXED);
        return number;
    }
    if (is_live(kind == &memory_kind ? &range_kind : &memory_kind, address, number))
        return refuse_handle(function, kind, handle, "it is one of the other kind; memory and range were exchanged");
    return refuse_handle(function, kind, handle, "it was freed, overwritten, or never was one");
}

static void make_live(const struct handle_kind *kind, struct handle_block *block, uint32_t number, const void *caller)
{
    block->number = number;
    __atomic_store_n(&kind->makers[number], caller, __ATOMIC_RELAXED);
    __atomic_store_n(&kind->addresses[number], (uintptr_t)block, __ATOMIC_RELEASE);
}

/* The number may be another handle's already: then its entry stays. */
static void end_life(const struct handle_kind *kind, const void *handle, uint32_t number)
{
    uintptr_t address = (uintptr_t)handle;
    __atomic_compare_exchange_n(&kind->addresses[number], &address, 0, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

static bool is_null(const void *out, const char *function, const char *name)
{
    if (!out)
        idf_report("%s: %s is NULL, so there is nowhere to put the result", function, name);
    return !out;
}

/* The chip's calloc. */
static void *chip_zeroed(size_t bytes)
{
    return idf_zeroed(heap_caps_malloc_default(bytes), bytes);
}

/* ---- at boot --------------------------------------------------------------------------------- */

static struct em_himem_layout layout_of(unsigned pages)
{
    const struct em_bank_window *window = &idf_chip.board.chip->psram;
    struct em_himem_layout layout = {
        .window = window->start,
        .bank_size = window->bank_size,
        .first_page = window->banks - pages,
        .pages = pages,
        .first_bank = window->banks - pages,
    };
    unsigned all = (unsigned)(idf_chip.board.psram_bytes / window->bank_size);
    layout.banks = all > layout.first_bank ? all - layout.first_bank : 0;
    return layout;
}

static void reserve(void)
{
    const struct em_board *board = &idf_chip.board;
    idf_chip.himem_pages = 0;
    if (!board->bankswitch || board->psram_bytes == 0)
        return;
    if (layout_of(board->reserve).banks == 0) {
        ESP_LOGW(TAG, "%zu KB of PSRAM are too few for bank switching with %u banks: all of it goes to the heap",
                 board->psram_bytes / 1024, board->reserve);
        return;
    }
    idf_chip.himem_pages = board->reserve;
}

/* The chip keeps 4 bytes for each bank and page in its heap, for ever. */
static bool charge_records(const struct em_himem_layout *layout)
{
    void *banks = chip_zeroed(4 * (size_t)layout->banks);
    void *pages = chip_zeroed(4 * (size_t)layout->pages);
    if (banks && pages)
        return true;
    heap_caps_free(banks);
    heap_caps_free(pages);
    return false;
}

static void open_himem(void)
{
    static const struct em_himem_storage storage = {bank_records, page_records, memory_records};
    struct em_himem_layout layout = layout_of(idf_chip.himem_pages);
    if (idf_chip.himem_open) {
        COMPLAIN("already initialized");
        return;
    }
    if (layout.pages == 0 || layout.banks == 0)
        return; /* switched off, or too little PSRAM: reserve has said so */
    if (layout.pages > PAGES || layout.banks > BANKS)
        idf_stop("himem has records for %d pages and %d banks; the board has %u and %u", (int)PAGES, (int)BANKS, layout.pages,
                 layout.banks);
    if (!charge_records(&layout)) {
        COMPLAIN("Cannot allocate memory for meta info. Not initializing!");
        return;
    }
    idf_himem_forget_sites();
    for (size_t i = 0; i <= BANKS; i++)
        memory_addresses[i] = 0;
    for (size_t i = 0; i <= PAGES; i++)
        range_addresses[i] = 0;
    if (em_himem_open(&idf_chip.himem, &layout, idf_chip.platform->bank_mmu, &storage) != EM_OK)
        idf_stop("himem does not open with %u banks and %u pages on this platform", layout.banks, layout.pages);
    idf_chip.himem_open = true;
    ESP_LOGI(TAG, "Initialized. Using last %u 32KB address blocks for bank switching on %zu KB of physical memory.",
             layout.pages, layout.banks * layout.bank_size / 1024);
}

/* ---- sizes ----------------------------------------------------------------------------------- */

size_t esp_himem_get_phys_size(void)
{
    return idf_chip.himem_open ? em_himem_total(&idf_chip.himem) : 0;
}

size_t esp_himem_get_free_size(void)
{
    return idf_chip.himem_open ? em_himem_free_bytes(&idf_chip.himem) : 0;
}

size_t esp_himem_reserved_area_size(void)
{
    return idf_chip.himem_pages * (size_t)ESP_HIMEM_BLKSZ;
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* The handle's block and, through *list, its list, not yet filled; NULL iff the heap has no room. */
static struct handle_block *new_memory_handle(unsigned banks, uint16_t **list)
{
    struct handle_block *block = chip_zeroed(sizeof *block);
    if (!block)
        return NULL;
    block->units = banks;
    *list = chip_zeroed(2 * (size_t)banks);
    if (*list)
        return block;
    heap_caps_free(block);
    return NULL;
}

static void release_memory_handle(void *block, void *list)
{
    heap_caps_free(list);
    heap_caps_free(block);
}

esp_err_t esp_himem_alloc(size_t size, esp_himem_handle_t *handle_out)
{
    unsigned banks;
    uint16_t *list;
    em_himem_handle number;
    if (is_null(handle_out, __func__, "handle_out"))
        return ESP_ERR_INVALID_ARG;
    if (size % ESP_HIMEM_BLKSZ != 0)
        return ESP_ERR_INVALID_SIZE;
    if (!idf_chip.himem_open)
        return ESP_ERR_NO_MEM;
    enum em_error error = em_himem_bank_count(&idf_chip.himem, size, &banks);
    if (error != EM_OK)
        return idf_error(error);
    struct handle_block *block = new_memory_handle(banks, &list);
    if (!block)
        return ESP_ERR_NO_MEM;
    error = em_himem_allocate(&idf_chip.himem, banks, list, &number);
    if (error != EM_OK) {
        release_memory_handle(block, list);
        return idf_error(error);
    }
    lists[number] = list;
    make_live(&memory_kind, block, number, __builtin_return_address(0));
    *handle_out = (esp_himem_handle_t)block;
    return ESP_OK;
}

esp_err_t esp_himem_free(esp_himem_handle_t handle)
{
    uint32_t number = number_of(handle, &memory_kind, __func__);
    if (number == 0)
        return ESP_ERR_INVALID_ARG;
    uint16_t *list = lists[number]; /* once the core has let go, the number may be another's */
    enum em_error error = em_himem_free(&idf_chip.himem, number);
    if (error != EM_OK) {
        COMPLAIN("block in range still mapped");
        return idf_error(error);
    }
    end_life(&memory_kind, handle, number);
    release_memory_handle(handle, list);
    return ESP_OK;
}

/* ---- ranges ---------------------------------------------------------------------------------- */

esp_err_t esp_himem_alloc_map_range(size_t size, esp_himem_rangehandle_t *handle_out)
{
    em_himem_range number;
    if (is_null(handle_out, __func__, "handle_out"))
        return ESP_ERR_INVALID_ARG;
    if (!idf_chip.himem_open) {
        COMPLAIN("Himem not available!");
        return ESP_ERR_INVALID_STATE;
    }
    if (size % ESP_HIMEM_BLKSZ != 0) {
        COMPLAIN("requested size not aligned to blocksize");
        return ESP_ERR_INVALID_SIZE;
    }
    if (size == 0 || size > esp_himem_reserved_area_size())
        return ESP_ERR_NO_MEM;
    struct handle_block *block = chip_zeroed(sizeof *block);
    if (!block)
        return ESP_ERR_NO_MEM;
    enum em_error error = em_himem_allocate_range(&idf_chip.himem, (unsigned)(size / ESP_HIMEM_BLKSZ), &number);
    if (error != EM_OK) {
        heap_caps_free(block);
        return idf_error(error);
    }
    block->units = (uint32_t)(size / ESP_HIMEM_BLKSZ);
    make_live(&range_kind, block, number, __builtin_return_address(0));
    *handle_out = (esp_himem_rangehandle_t)block;
    return ESP_OK;
}

esp_err_t esp_himem_free_map_range(esp_himem_rangehandle_t handle)
{
    uint32_t number = number_of(handle, &range_kind, __func__);
    if (number == 0)
        return ESP_ERR_INVALID_ARG;
    enum em_error error = em_himem_free_range(&idf_chip.himem, number);
    if (error != EM_OK) {
        COMPLAIN("memory still mapped to range");
        return idf_error(error);
    }
    end_life(&range_kind, handle, number);
    heap_caps_free(handle);
    return ESP_OK;
}

/* ---- maps ------------------------------------------------------------------------------------ */

/* Whether [offset, offset + length) is past a handle's end. */
static bool is_past(const void *handle, size_t offset, size_t length)
{
    size_t bytes = ((const struct handle_block *)handle)->units * (size_t)ESP_HIMEM_BLKSZ;
    return offset > bytes || length > bytes - offset;
}

static bool is_split(size_t bytes)
{
    return bytes % ESP_HIMEM_BLKSZ != 0;
}

static struct idf_himem_pages pages_under(em_himem_range range, size_t offset, size_t length)
{
    unsigned first = em_himem_range_page(&idf_chip.himem, range) + (unsigned)(offset / ESP_HIMEM_BLKSZ);
    return (struct idf_himem_pages){first, first + (unsigned)(length / ESP_HIMEM_BLKSZ)};
}

static bool shows_any(struct idf_himem_pages pages)
{
    unsigned bank;
    for (unsigned page = pages.first; page < pages.behind; page++)
        if (em_himem_page_shows(&idf_chip.himem, page, &bank))
            return true;
    return false;
}

esp_err_t esp_himem_map(esp_himem_handle_t handle, esp_himem_rangehandle_t range, size_t ram_offset, size_t range_offset,
                        size_t len, int flags, void **out_ptr)
{
    if (!idf_chip.himem_open) {
        COMPLAIN("Himem not available!");
        return ESP_ERR_INVALID_STATE;
    }
    uint32_t memory = number_of(handle, &memory_kind, __func__), window = number_of(range, &range_kind, __func__);
    if (memory == 0 || window == 0 || is_null(out_ptr, __func__, "out_ptr"))
        return ESP_ERR_INVALID_ARG;
    unsigned map_flags = (unsigned)flags & ESP_HIMEM_MAPFLAG_RO ? EM_MAP_READ_ONLY : 0;
    enum em_error error = em_himem_map(&idf_chip.himem, memory, window, ram_offset, range_offset, len, map_flags, out_ptr);
    if (error == EM_OK)
        idf_himem_note_map(pages_under(window, range_offset, len), map_flags != 0, __builtin_return_address(0));
    if (error == EM_INVALID_ARG)
        COMPLAIN(is_split(ram_offset)     ? "ram offset not aligned to blocksize"
                 : is_split(range_offset) ? "range not aligned to blocksize"
                                          : "length not aligned to blocksize");
    if (error == EM_INVALID_SIZE)
        COMPLAIN(is_past(handle, ram_offset, len) ? "args not in range of phys ram handle"
                                                  : "args not in range of range handle");
    if (error == EM_INVALID_STATE)
        COMPLAIN(shows_any(pages_under(window, range_offset, len)) ? "range already mapped" : "ram already mapped");
    return idf_error(error);
}

esp_err_t esp_himem_unmap(esp_himem_rangehandle_t range, void *ptr, size_t len)
{
    uint32_t window = number_of(range, &range_kind, __func__);
    if (window == 0)
        return ESP_ERR_INVALID_ARG;
    enum em_error error = em_himem_unmap(&idf_chip.himem, window, ptr, len);
    if (error == EM_OK) {
        idf_himem_note_unmap(ptr, len, __builtin_return_address(0));
        return ESP_OK;
    }
    uintptr_t start = idf_chip.himem.layout.window + em_himem_range_page(&idf_chip.himem, window) * (size_t)ESP_HIMEM_BLKSZ;
    size_t offset = (uintptr_t)ptr - start; /* wraps to a huge one below the range */
    COMPLAIN(is_split(offset)              ? "range offset not block-aligned"
             : is_split(len)               ? "map length not block-aligned"
             : is_past(range, offset, len) ? "range out of bounds for handle"
                                           : "not all of it is mapped");
    if (!is_split(offset) && !is_split(len) && !is_past(range, offset, len))
        idf_himem_tell_unmapped(pages_under(window, offset, len), __func__, __builtin_return_address(0));
    return idf_error(error);
}

/* ---- for the boot ---------------------------------------------------------------------------- */

static unsigned tell_live(const struct handle_kind *kind, const char *what, idf_himem_listener *tell)
{
    unsigned count = 0;
    for (uint32_t number = 1; number <= kind->largest; number++) {
        uintptr_t address = __atomic_load_n(&kind->addresses[number], __ATOMIC_ACQUIRE);
        if (address == 0)
            continue;
        tell(what, address, ((const struct handle_block *)address)->units, kind->makers[number]);
        count++;
    }
    return count;
}

static unsigned left(idf_himem_listener *tell)
{
    if (!idf_chip.himem_open)
        return 0;
    unsigned mapped = idf_himem_tell_mapped(tell);
    return mapped + tell_live(&memory_kind, "memory handle", tell) + tell_live(&range_kind, "range handle", tell);
}

const struct idf_himem_service idf_himem_service = {.reserve = reserve, .open = open_himem, .left = left};
