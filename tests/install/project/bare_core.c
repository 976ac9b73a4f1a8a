/* The bare core in a program of its own: it is the machine, so it brings the port.
 * Knows espmem's own faces only. */
#include <espmem/heap.h>
#include <espmem/port.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void em_port_lock(struct em_lock *lock)
{
    lock->word[0]++;
}

void em_port_unlock(struct em_lock *lock)
{
    lock->word[0]--;
}

void em_port_copy(void *to, const void *from, size_t bytes)
{
    memcpy(to, from, bytes);
}

void em_port_fault(const struct em_fault *fault)
{
    printf("fault %d\n", (int)fault->kind);
    exit(1);
}

int main(void)
{
    static unsigned memory[1024];
    struct em_heap *heap = em_heap_create(memory, sizeof memory, &em_engine_tlsf);
    if (!heap)
        return 1;
    char *text = em_heap_allocate(heap, 100);
    if (!text || text < (char *)memory || text >= (char *)memory + sizeof memory)
        return 1;
    em_heap_free(heap, text);
    puts("bare core: good");
    return 0;
}
