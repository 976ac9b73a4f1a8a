/* The simulated chip of this process, for programs that want to know that they run on a PC.
 *
 * A firmware program needs none of this: it defines app_main (or main), includes ESP-IDF's headers and
 * is booted before anything of its own runs. Boards are written as in ESPMEM_BOARD: NAME,key=value,…
 *
 * One idea: there is one chip at a time, and it can be taken down and booted again. */
#ifndef ESPMEM_SIM_H
#define ESPMEM_SIM_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The program's arguments as main gets them, also inside app_main and before main. The strings and the
 * array, which ends with NULL, are the process's. Before the boot: 0 and an empty array. */
int espmem_argc(void);
char **espmem_argv(void);

/* Boots a chip with this board (NULL: the default one) and makes the calling thread its main task, as
 * far as app_main's start; the environment and the program's own CONFIG_* are not looked at. For programs
 * compiled with -DESPMEM_NO_BOOT, and after espmem_shutdown. The program's own constructors, if any, have
 * run already. Returns true, or false with one sentence in `why` (cut to `room`) iff the board is not
 * understood or possible, a chip is running, or the host has no room; then no chip is running that was
 * not before. What the chip would panic of stops the program. Not thread-safe. */
bool espmem_boot(const char *board, char *why, size_t room);

/* Takes the chip down: deletes all tasks and waits up to `milliseconds` for their threads, gives the PSRAM
 * back and clears all memory of the chip. Pointers into it, and handles, mean nothing any more; to free
 * such a pointer does nothing. Returns false, and the chip stays, iff a task's thread did not end because
 * it makes no call of FreeRTOS. True without a chip. Not thread-safe. */
bool espmem_shutdown(unsigned milliseconds);

/* For a driver's stand-in in a test: whether a DMA may use [buffer, buffer + bytes): all of it is memory of the
 * chip that DMA reaches, and both its start and its length are multiples of `alignment` (a power of two, 1: no
 * wish; what this chip's DMA wants of a receiving buffer is 4). If not, says why on stderr in the name of
 * `driver`, counts it as a warning, and returns false; in manner strict it stops the program instead. */
bool espmem_dma_may_use(const char *driver, const void *buffer, size_t bytes, size_t alignment);

/* Called when the program panics, before anything is printed, on the thread that did it; `cause` is the
 * chip's word for it. The one in the library does nothing: set a breakpoint at it, or define your own.
 * May be called inside a signal handler; must return, or end the process. Where a debugger has the
 * program, it stops here by itself (SIGTRAP). */
void espmem_panic_hook(const char *cause);

#ifdef __cplusplus
}
#endif
#endif
