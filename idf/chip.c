/* The running chip's storage, and its coming and going.
 *
 * Knows nothing of the functions that work on it, nor of what boots.
 *
 * One idea: all state is in idf_chip and the records here, so setting it back is a new chip. */
#include "chip.h"

#include <string.h>

#include "heap_tasks.h"
#include "memory_layout.h"

static struct em_caps_heap heaps[IDF_HEAPS];
static struct em_caps_edge edges[EM_POOL_EDGES(IDF_HEAPS)];

/* Before the first boot there is an empty pool, so that asking it gives nothing rather than a crash. */
struct idf_chip idf_chip = {.pool = {.chip = &em_chip_esp32, .external_limit = EM_LIMIT_NEVER_EXTERNAL}};

static const struct {
    const char *name;
    const struct em_engine *engine;
} engines[] = {
    {"tlsf", &em_engine_tlsf},
};

static const struct em_engine *engine_of(const char *name)
{
    for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++)
        if (strcmp(engines[i].name, name) == 0)
            return engines[i].engine;
    return engines[0].engine; /* em_board_check lets no unknown name pass */
}

static enum em_guard guard_of(const char *name)
{
    static const char *const guards[] = {
        [EM_GUARD_OFF] = "off",
        [EM_GUARD_LIGHT] = "light",
        [EM_GUARD_COMPREHENSIVE] = "comprehensive",
    };
    for (size_t i = 0; i < sizeof guards / sizeof guards[0]; i++)
        if (strcmp(guards[i], name) == 0)
            return (enum em_guard)i;
    return EM_GUARD_OFF; /* em_board_check lets no unknown name pass */
}

static void empty_pool(void)
{
    static const struct em_pool_storage storage = {.heaps = heaps, .edges = edges, .capacity = IDF_HEAPS};
    memset(heaps, 0, sizeof heaps);
    em_pool_open(&idf_chip.pool, idf_chip.board.chip, engine_of(idf_chip.board.engine), &storage);
    em_pool_set_guard(&idf_chip.pool, guard_of(idf_chip.board.guard));
}

void idf_chip_reset(const struct em_board *board, const struct idf_platform *platform)
{
    struct idf_chip fresh = {.board = *board, .platform = platform};
    if (!idf_chip.platform)
        fresh.failure_callback = idf_chip.failure_callback;
    idf_chip = fresh;
    empty_pool();
    idf_memory_layout_fill(board);
    idf_heap_tasks_open();
}

void idf_chip_close(void)
{
    struct idf_chip closed = {.board = idf_chip.board};
    if (!closed.board.chip)
        return; /* there never was one */
    idf_chip = closed;
    empty_pool();
}
