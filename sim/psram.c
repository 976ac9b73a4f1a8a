/* The external RAM chip as a memfd.
 *
 * Knows nothing of windows, banks and heaps; allocates nothing.
 *
 * One idea: see psram.h. A file is shared by parent and child of a fork, memory is not: so the child
 * gets a file of its own. */
#include "psram.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int file = -1;
static size_t size;
static int copy = -1;

static void *show(int descriptor, int rights)
{
    void *memory = mmap(NULL, size, rights, MAP_SHARED | MAP_POPULATE, descriptor, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* A file of `size` zeros; showing it once with the right to write makes its pages present. */
static int new_file(void)
{
    int descriptor = memfd_create("espmem-psram", MFD_CLOEXEC);
    if (descriptor < 0)
        return -1;
    void *pages = ftruncate(descriptor, (off_t)size) == 0 ? show(descriptor, PROT_READ | PROT_WRITE) : NULL;
    if (!pages) {
        close(descriptor);
        return -1;
    }
    munmap(pages, size);
    return descriptor;
}

bool sim_psram_open(size_t bytes)
{
    sim_psram_close();
    if (bytes == 0)
        return true;
    size = bytes;
    file = new_file();
    if (file < 0)
        size = 0;
    return file >= 0;
}

void sim_psram_close(void)
{
    if (file >= 0)
        close(file);
    file = -1;
    size = 0;
}

int sim_psram_file(void)
{
    return file;
}

size_t sim_psram_bytes(void)
{
    return size;
}

static bool copy_contents(int to, int from)
{
    void *target = show(to, PROT_READ | PROT_WRITE);
    void *source = show(from, PROT_READ);
    if (target && source)
        memcpy(target, source, size);
    if (target)
        munmap(target, size);
    if (source)
        munmap(source, size);
    return target && source;
}

void sim_psram_prepare_fork(void)
{
    if (file < 0)
        return;
    copy = new_file();
    if (copy >= 0 && !copy_contents(copy, file))
        sim_psram_parent_forked();
}

void sim_psram_parent_forked(void)
{
    if (copy >= 0)
        close(copy);
    copy = -1;
}

bool sim_psram_child_forked(void)
{
    if (file < 0)
        return true;
    close(file);
    file = copy;
    copy = -1;
    return file >= 0;
}
