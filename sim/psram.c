/* The external RAM chip as a memfd.
 *
 * Knows nothing of windows, banks and heaps; allocates nothing.
 *
 * One idea: see psram.h. A file is shared by parent and child of a fork, memory is not: so the child
 * gets a file of its own. */
#include "psram.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int file = -1;
static size_t size;
static int copy = -1;

/* Linux's large page, and the advice to back memory by such pages now (MADV_COLLAPSE), which older
 * headers do not know and older kernels refuse. */
enum { HOST_PAGE = 4096, LARGE_PAGE = 2 * 1024 * 1024, BACK_BY_LARGE_PAGES = 25 };

/* The whole of a file at some address; with the right to write at a multiple of LARGE_PAGE. */
static void *show(int descriptor, int rights)
{
    size_t room = size + LARGE_PAGE;
    unsigned char *start = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    size_t before = LARGE_PAGE - (uintptr_t)start % LARGE_PAGE;
    void *memory = mmap(start + before, size, rights, MAP_SHARED | MAP_FIXED, descriptor, 0);
    munmap(start, before);
    munmap(start + before + size, room - before - size);
    return memory == MAP_FAILED ? NULL : memory;
}

static void touch(volatile unsigned char *byte)
{
    *byte = 0;
}

/* Makes all pages of a new file present: in large pages, if the host has some, since a bank that is one
 * piece for the kernel is mapped in two thirds of the time. Else, and for the rest, page by page. */
static bool make_present(int descriptor)
{
    unsigned char *memory = show(descriptor, PROT_READ | PROT_WRITE);
    if (!memory)
        return false;
    for (size_t i = 0; i < size; i += LARGE_PAGE)
        touch(memory + i); /* the kernel collapses only what has begun to exist */
    madvise(memory, size, BACK_BY_LARGE_PAGES);
    bool present = madvise(memory, size, MADV_POPULATE_WRITE) == 0;
    for (size_t i = 0; !present && i < size; i += HOST_PAGE)
        touch(memory + i); /* before Linux 5.14 */
    munmap(memory, size);
    return true;
}

/* A file of `size` zeros. */
static int new_file(void)
{
    int descriptor = memfd_create("espmem-psram", MFD_CLOEXEC);
    if (descriptor >= 0 && ftruncate(descriptor, (off_t)size) == 0 && make_present(descriptor))
        return descriptor;
    if (descriptor >= 0)
        close(descriptor);
    return -1;
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
