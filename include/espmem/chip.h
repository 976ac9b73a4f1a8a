/* The facts about a chip: its kinds of memory, where they lie, what the ROM keeps of them.
 *
 * Tables only; a chip is one constant, so one program can hold, print and simulate them all.
 * Knows nothing of what a board adds or an image uses: those are arguments of em_regions_build.
 *
 * One idea: what another build would put behind #if is a condition on a row here. */
#ifndef ESPMEM_CHIP_H
#define ESPMEM_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Capability bits, with ESP-IDF's values (MALLOC_CAP_*). */
#define EM_CAP_EXEC          (1u << 0)
#define EM_CAP_32BIT         (1u << 1)
#define EM_CAP_8BIT          (1u << 2)
#define EM_CAP_DMA           (1u << 3)
#define EM_CAP_SPIRAM        (1u << 10)
#define EM_CAP_INTERNAL      (1u << 11)
#define EM_CAP_DEFAULT       (1u << 12)
#define EM_CAP_IRAM_8BIT     (1u << 13)
#define EM_CAP_RETENTION     (1u << 14)
#define EM_CAP_RTCRAM        (1u << 15)
#define EM_CAP_SPM           (1u << 16)
#define EM_CAP_DMA_DESC_AHB  (1u << 17)
#define EM_CAP_DMA_DESC_AXI  (1u << 18)
#define EM_CAP_CACHE_ALIGNED (1u << 19)
#define EM_CAP_SIMD          (1u << 20)
#define EM_CAP_SPIRAM_NO_ENC (1u << 21)
#define EM_CAP_INVALID       (1u << 31)

enum { EM_PRIORITIES = 3 };

/* A kind of memory: its capabilities by priority, the first choice first. */
struct em_memory_type {
    const char *name;
    uint32_t caps[EM_PRIORITIES];
};

/* When a row of a table counts. */
enum em_condition {
    EM_ALWAYS,
    EM_IF_PSRAM,     /* the board has PSRAM */
    EM_IF_TWO_CORES, /* both cores run */
    EM_IF_RTC_HEAP,  /* RTC fast memory is given to the heap */
    EM_IF_TRACE_ONE, /* one bank of trace memory */
    EM_IF_TRACE_TWO, /* two banks of trace memory */
};

struct em_region {
    uintptr_t start;
    size_t size;
    unsigned type;      /* index into the chip's types */
    bool startup_stack; /* used by the start-up code: not a heap before that is over */
    enum em_condition condition;
};

struct em_reserved {
    uintptr_t start, end;
    const char *name;
    enum em_condition condition;
};

/* The same memory seen by the instruction bus. */
struct em_alias {
    uintptr_t data_start, data_end;
    uintptr_t code_start;
    bool reversed; /* word order: the first instruction word is the last data word */
};

/* External memory behind a window of banks. */
struct em_bank_window {
    uintptr_t start;
    unsigned banks; /* of the whole window */
    size_t bank_size;
    unsigned reserve_max;
};

struct em_chip {
    const char *name;
    const char *title; /* as people write it */
    unsigned cores;
    size_t largest_request;                /* bigger ones are refused before any heap is asked */
    unsigned internal_line, external_line; /* what DMA and cache-aligned memory is aligned to; 0: to nothing */
    unsigned axi_descriptor_alignment;     /* of descriptors that DMA reads over AXI; 0: no such bus */
    unsigned simd_alignment;               /* what vector instructions want; 0: they have no wish */
    const struct em_memory_type *types;
    unsigned type_count;
    const struct em_region *regions;
    unsigned region_count;
    const struct em_reserved *reserved;
    unsigned reserved_count;
    const struct em_alias *aliases;
    unsigned alias_count;
    struct em_bank_window psram;
    struct em_memory_type psram_heap;    /* what added PSRAM is registered as */
    struct em_memory_type internal_pool; /* the pool set aside for DMA at start */
    unsigned heap_record_bytes;          /* what each registered heap costs the internal memory */
};

extern const struct em_chip em_chip_esp32;

/* The known chips, for listings. */
extern const struct em_chip *const em_chips[];
extern const unsigned em_chip_count;
const struct em_chip *em_chip_find(const char *name); /* NULL if unknown */

#ifdef __cplusplus
}
#endif
#endif
