#include <stdio.h>
#include <stdlib.h>

#include "esp_heap_caps.h"

void app_main(void)
{
    void *fast = heap_caps_malloc(1000, MALLOC_CAP_8BIT | MALLOC_CAP_INTERNAL);
    void *dma = heap_caps_aligned_alloc(64, 1000, MALLOC_CAP_DMA);
    void *words = heap_caps_malloc(1000, MALLOC_CAP_32BIT | MALLOC_CAP_EXEC);
    void *large = malloc(100000); /* plain malloc: large blocks go to PSRAM, as on the chip */
    printf("internal %p, for DMA %p, in IRAM %p, in PSRAM %p\n", fast, dma, words, large);

    printf("internal memory: %u bytes free, %u in one block\n", (unsigned)heap_caps_get_free_size(MALLOC_CAP_INTERNAL),
           (unsigned)heap_caps_get_largest_free_block(MALLOC_CAP_INTERNAL));
    if (heap_caps_malloc(300000, MALLOC_CAP_INTERNAL) == NULL)
        printf("300000 bytes of internal memory are not to be had, as on the board\n");
}
