/* The running chip: the one global of a program.
 *
 * idf/ owns it and puts ESP-IDF's functions onto it; sim/ (or another platform) fills it at boot and
 * empties it again, as often as it likes in one process. Knows no operating system.
 *
 * One idea: ESP-IDF's API has no handle, so exactly one struct stands for "the chip", and everything
 * that is behind the API hangs on it. */
#ifndef IDF_CHIP_H
#define IDF_CHIP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "espmem/board.h"
#include "espmem/caps.h"
#include "espmem/himem.h"
#include "espmem/owners.h"
#include "espmem/trace.h"

struct idf_task; /* idf/freertos.h: the host's record of a task */

/* A wait that ends only by a wake. */
#define IDF_FOREVER UINT32_MAX

/* Who plays the tasks: threads on a PC. All sizes in bytes, all times in milliseconds.
 * A task's record lies in a fixed table (IDF_TASKS of them, idf/freertos.h); `task->slot` numbers them,
 * so a service can keep what it needs for each in an array of its own. */
struct idf_task_service {
    /* Starts a thread that runs enter(task) with a stack of its own; false iff the host has none left. */
    bool (*start)(struct idf_task *task, void (*enter)(struct idf_task *task));
    struct idf_task *(*current)(void); /* the calling thread's task, NULL if it plays none */
    void (*set_current)(struct idf_task *task);
    __attribute__((noreturn)) void (*leave)(void); /* ends the calling thread; its record may already be another's */
    unsigned (*core)(void);                        /* the core that a thread plays which is no task */
    void (*sleep)(uint32_t milliseconds);
    void (*yield)(void);
    /* Blocks the calling thread, which plays `task`, until somebody wakes that task or the time is over
     * (IDF_FOREVER: never). A wake that came before the wait ends it at once; wakes do not add up. It may
     * return early for no reason. What the waker wrote before wake() is seen after wait(). */
    void (*wait)(struct idf_task *task, uint32_t milliseconds);
    /* Ends the wait of the task, or its next one. Never blocks; from any thread; harmless for a task
     * that has ended. */
    void (*wake)(struct idf_task *task);
};

/* Who gives the program stand-ins for the chip's blocks, in pages that catch what is wrong at the access. */
struct idf_fence {
    /* A stand-in for a new block, or the block itself where it can have none. */
    void *(*raise)(void *block, size_t size, size_t alignment);
    /* The block behind the stand-in that starts at the address, NULL if none does; *size is what was asked for. */
    void *(*behind)(const void *address, size_t *size);
    /* Where in the chip's memory the byte at an address would be; 0 if no live stand-in has it. */
    uintptr_t (*charged)(uintptr_t address);
    /* Ends the stand-in at an address that the fence holds; the block behind it, NULL after a fault. */
    void *(*lower)(void *address, enum em_operation during);
    bool (*holds)(uintptr_t address); /* whether it is an address for stand-ins, whatever is there */
};

/* What the chip needs from whoever simulates it. Linked by a struct, since the tool and the tests
 * bring others than a program's boot. */
struct idf_platform {
    uint32_t (*milliseconds)(void);                   /* since boot */
    uint64_t (*microseconds)(void);                   /* the same clock, finer */
    uint32_t (*cycles)(void);                         /* a counter that never stands still */
    void (*console)(const char *text, size_t length); /* what the chip's own console shows */
    void (*report)(const char *text, size_t length);  /* what espmem itself has to say */
    /* Stops the program as the chip's panic does; `reason` is one line without its end. */
    __attribute__((noreturn)) void (*panic)(const char *reason);
    __attribute__((noreturn)) void (*restart)(void);
    /* Whether all addresses of [start, end) are memory of the chip that can be read and written. */
    bool (*is_memory)(uintptr_t start, uintptr_t end);
    /* Told after a region has become a heap that knows aligned 32-bit words only. NULL: nobody asks. */
    void (*words_joined)(uintptr_t start, uintptr_t end);
    /* PSRAM and flash can be accessed from now on, or not any more. NULL: nobody asks. */
    void (*cache)(bool enabled);
    /* Memory of the host's, outside the chip's, for books about the chip; never given back. May hold
     * anything; what is not touched costs nothing. NULL iff there is none. */
    void *(*host_memory)(size_t bytes);
    /* The callers of whoever has this frame, innermost first, up to `room` return addresses; how many. As
     * far as the program keeps frame pointers. NULL: none can be found. */
    unsigned (*callers)(const void *frame, void **list, unsigned room);
    /* Writes what the program calls a code address ("function+0x12"), cut to `room`; false iff it has no
     * name for it. Allocates nothing. NULL: there are no names. */
    bool (*code_name)(const void *address, char *text, size_t room);
    struct em_bank_mmu *bank_mmu;         /* NULL: no banks */
    const struct idf_task_service *tasks; /* NULL: no tasks */
    const struct idf_fence *fence;        /* NULL: the program holds the chip's own blocks */
};

enum { IDF_HEAPS = 128 };

struct idf_chip {
    struct em_board board;
    const struct idf_platform *platform; /* NULL: no chip is running */
    struct em_pool pool;
    bool heaps_open;  /* heap_caps_init has run */
    bool psram_found; /* its chip answered */
    bool psram_mapped, psram_in_heap;
    unsigned himem_pages; /* banks of the window that himem keeps, 0: none */
    bool himem_open;
    struct em_himem himem;
    struct em_owners *owners; /* who owns which block; NULL: nobody keeps books */
    void *monitor_note;       /* what the chip remembers while the minimum is monitored */
    struct em_trace *trace;   /* NULL until the program asks for it */
    void *trace_hash_map;     /* what the chip's tracer takes for its own, where it is configured */
    size_t trace_hash_slots;
    bool hooks_off;      /* the program's configuration does not want its allocation hooks called */
    bool wants_callers;  /* calls note who makes them */
    bool follows_frames; /* the program keeps frame pointers: callers of callers can be found */
    void (*failure_callback)(size_t size, uint32_t caps, const char *function);
};

extern struct idf_chip idf_chip;

/* The chip as it is before boot: no heaps, no himem, this board and this platform. Whoever calls it
 * sees to it that no task of an earlier chip still runs. A failure callback that was registered while
 * no chip ran (by a constructor) stays. */
void idf_chip_reset(const struct em_board *board, const struct idf_platform *platform);

/* Takes the chip down: nothing is running afterwards. */
void idf_chip_close(void);

#endif
