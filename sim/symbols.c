/* See symbols.h. Allocates nothing from the chip or the program's heap.
 *
 * Knows ELF and the stack's layout; no chip. Only the program's own file is read: what the chip's tracer
 * records is where the program's code called from.
 *
 * One idea: nothing is prepared. A name is asked for so seldom that the symbols are searched each time. */
#include "symbols.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the program's file ------------------------------------------------------------------------ */

/* The lowest address of the running program; the linker's. */
extern const char __executable_start[] __attribute__((weak));

struct file {
    const unsigned char *bytes;
    size_t length;
};

static struct file map_program(void)
{
    struct stat state;
    struct file file = {NULL, 0};
    int descriptor = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return file;
    if (fstat(descriptor, &state) == 0 && state.st_size > (off_t)sizeof(ElfW(Ehdr))) {
        void *bytes = mmap(NULL, (size_t)state.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (bytes != MAP_FAILED)
            file = (struct file){bytes, (size_t)state.st_size};
    }
    close(descriptor);
    return file;
}

/* Two threads that come first at once map it twice, which does no harm. */
static struct file program_file(void)
{
    static const unsigned char *mapped;
    static size_t mapped_length;
    struct file file = {__atomic_load_n(&mapped, __ATOMIC_ACQUIRE), __atomic_load_n(&mapped_length, __ATOMIC_RELAXED)};
    if (file.bytes)
        return file;
    file = map_program();
    __atomic_store_n(&mapped_length, file.length, __ATOMIC_RELAXED);
    __atomic_store_n(&mapped, file.bytes, __ATOMIC_RELEASE);
    return file;
}

static const void *part(const struct file *file, size_t offset, size_t bytes)
{
    return offset <= file->length && bytes <= file->length - offset ? file->bytes + offset : NULL;
}

/* ---- its symbols ------------------------------------------------------------------------------- */

struct symbols {
    const ElfW(Sym) * first;
    size_t count;
    const char *names;
    size_t names_bytes;
};

static bool take_table(const struct file *file, const ElfW(Shdr) * sections, unsigned count, unsigned type,
                       struct symbols *symbols)
{
    for (unsigned i = 0; i < count; i++) {
        const ElfW(Shdr) *table = &sections[i];
        if (table->sh_type != type || table->sh_link >= count)
            continue;
        const ElfW(Shdr) *names = &sections[table->sh_link];
        symbols->first = part(file, table->sh_offset, table->sh_size);
        symbols->names = part(file, names->sh_offset, names->sh_size);
        symbols->count = table->sh_size / sizeof(ElfW(Sym));
        symbols->names_bytes = names->sh_size;
        return symbols->first && symbols->names && names->sh_size > 0 && symbols->names[names->sh_size - 1] == '\0';
    }
    return false;
}

static bool find_symbols(const struct file *file, struct symbols *symbols)
{
    const ElfW(Ehdr) *header = part(file, 0, sizeof *header);
    if (!header)
        return false;
    const ElfW(Shdr) *sections = part(file, header->e_shoff, (size_t)header->e_shnum * sizeof *sections);
    return sections && (take_table(file, sections, header->e_shnum, SHT_SYMTAB, symbols) ||
                        take_table(file, sections, header->e_shnum, SHT_DYNSYM, symbols));
}

/* What has to be added to the addresses in the file. */
static uintptr_t load_offset(const struct file *file)
{
    const ElfW(Ehdr) *header = (const void *)file->bytes;
    return header->e_type == ET_DYN ? (uintptr_t)__executable_start : 0;
}

/* The function that holds the address, which is one of the file. */
static const ElfW(Sym) * function_at(const struct symbols *symbols, uintptr_t address)
{
    for (size_t i = 0; i < symbols->count; i++) {
        const ElfW(Sym) *symbol = &symbols->first[i];
        bool holds = address >= symbol->st_value && address - symbol->st_value < symbol->st_size;
        if (holds && (symbol->st_info & 0xF) == STT_FUNC && symbol->st_name < symbols->names_bytes)
            return symbol;
    }
    return NULL;
}

/* A call may be the last thing in a function, so the address before it says whose it is. */
bool sim_code_name(const void *address, char *text, size_t room)
{
    struct symbols symbols;
    struct file file = program_file();
    if (!file.bytes || !__executable_start || !find_symbols(&file, &symbols))
        return false;
    uintptr_t in_file = (uintptr_t)address - load_offset(&file);
    const ElfW(Sym) *symbol = function_at(&symbols, in_file - 1);
    if (!symbol)
        return false;
    snprintf(text, room, "%s+0x%lx", symbols.names + symbol->st_name, (unsigned long)(in_file - symbol->st_value));
    return true;
}

/* ---- callers ----------------------------------------------------------------------------------- */

static _Thread_local uintptr_t stack_end; /* of this thread; 0: not asked for yet, 1: unknown */

static uintptr_t find_stack_end(void)
{
    pthread_attr_t attributes;
    void *start = NULL;
    size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return 1;
    pthread_attr_getstack(&attributes, &start, &bytes);
    pthread_attr_destroy(&attributes);
    return (uintptr_t)start + bytes;
}

unsigned sim_callers_of(const void *frame, void **list, unsigned room)
{
    if (stack_end == 0)
        stack_end = find_stack_end();
    unsigned count = 0;
    const void *const *at = frame;
    while (count < room) {
        uintptr_t place = (uintptr_t)at;
        if (place % sizeof *at != 0 || place < (uintptr_t)&count || place > stack_end - 2 * sizeof *at)
            break; /* no frame of this thread's */
        if (at[1] == NULL)
            break;
        list[count++] = (void *)(uintptr_t)at[1];
        if ((uintptr_t)at[0] <= place)
            break; /* frames lie one behind the other */
        at = at[0];
    }
    return count;
}
