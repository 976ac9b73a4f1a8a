/* What a machine provides to the core: the hot part of a port.
 *
 * These functions are linked once. Preconditions for all of them: they may be called from any task,
 * and on a chip from an interrupt; they never call back into the core; they never allocate from a
 * heap of the core. (Cold or varied things, as the switch of banks, are structs of functions.)
 *
 * One idea: the core holds no state of the machine, so a test or a fuzzer is just another port. */
#ifndef ESPMEM_PORT_H
#define ESPMEM_PORT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A lock's memory, which the owner of a heap or a pool provides. All zero is unlocked.
 * What the words mean is the port's business. */
struct em_lock {
    uint32_t word[2];
};

/* Take and give back a lock. Locks nest: who holds one may take it again, and gives it back as often.
 * Sections are short and bounded: no copy, fill, print or page table change happens inside. */
void em_port_lock(struct em_lock *lock);
void em_port_unlock(struct em_lock *lock);

/* Copies `bytes` from one block to another; the two do not overlap and both start at a multiple of 4.
 * Where `bytes` is a multiple of 4 only whole aligned words are read and written, since either side
 * may be memory that knows no others. */
void em_port_copy(void *to, const void *from, size_t bytes);

/* What was found to be wrong with a heap or a pointer. */
enum em_fault_kind {
    EM_FAULT_NONE,
    EM_FAULT_FOREIGN_POINTER, /* a pointer that is in no heap, or not in the heap it was given to */
    EM_FAULT_NOT_A_BLOCK,     /* inside a heap, but no block can start there */
    EM_FAULT_DOUBLE_FREE,     /* the block is already free */
    EM_FAULT_BAD_HEADER,      /* a block's header contradicts its neighbours */
    EM_FAULT_BAD_LINK,        /* a free list or its bitmap contradicts the blocks */
    EM_FAULT_BAD_TOTALS,      /* the counters contradict the blocks */
    EM_FAULT_BAD_BANKS,       /* a bank list of himem was overwritten */
    EM_FAULT_BAD_HEAD,        /* the guard in front of a block was overwritten */
    EM_FAULT_BAD_TAIL,        /* the guard behind a block was overwritten */
    EM_FAULT_BAD_SIZE,        /* the size that the guard noted is more than the block holds */
    EM_FAULT_BAD_FILL,        /* memory that is free was written to */
};

enum em_operation {
    EM_DURING_FREE,
    EM_DURING_REALLOCATE,
    EM_DURING_ALLOCATE,
    EM_DURING_QUERY,
    EM_DURING_CHECK,
};

struct em_fault {
    enum em_fault_kind kind;
    enum em_operation during;
    uintptr_t heap;    /* the heap's start, 0 where none is known */
    uintptr_t address; /* the pointer or the place that is wrong */
    uintptr_t expected, found;
    uintptr_t block;         /* the user's pointer to the block that it is about, 0 where none is known */
    enum em_fault_kind sign; /* where a guard showed it: which of BAD_HEAD … BAD_FILL; else EM_FAULT_NONE */
    uint8_t width;           /* bytes of `found` that were read at `address`; 0: nothing was */
};

/* Told of a fault, outside every lock. May stop the program, jump out, or return: then the core
 * leaves everything as it was and the operation does nothing (NULL, 0 or false). */
void em_port_fault(const struct em_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
