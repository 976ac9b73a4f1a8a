/* tables BYTES...: what a heap of that many bytes keeps for itself, records included.
 *
 * Prints `BYTES OWN` for each. To be built for 32 bits, with the engine in BENCH_ENGINE.
 *
 * One idea: what is not free in an empty heap is the heap's own. */
#include <stdio.h>
#include <stdlib.h>

#include "espmem/heap.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t bytes = strtoul(argv[i], NULL, 0);
        void *region = malloc(bytes);
        struct em_heap *heap = region ? em_heap_create(region, bytes, &BENCH_ENGINE) : NULL;
        if (!heap) {
            fprintf(stderr, "tables: %s bytes make no heap\n", argv[i]);
            return 2;
        }
        printf("%zu %zu\n", bytes, bytes - em_heap_free_bytes(heap));
        free(region);
    }
    return 0;
}
