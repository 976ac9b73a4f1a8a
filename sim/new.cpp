// C++'s operator new and delete in all their forms, onto malloc and free of the program.
//
// A firmware program's malloc is led to the chip's heaps (sim/redirect.c), so these are, too; libstdc++
// uses the same ones, since they replace its own. Knows no chip.
//
// One idea: every form comes down to one allocation with or without an alignment, and one free.
#include <cstddef>
#include <cstdlib>
#include <new>

// What idf/espmem_config.h refers to in C++, so that this file is linked.
extern "C" {
extern const char espmem_replaces_new[];
const char espmem_replaces_new[] = "new";
}

// As IDF_ENTRY of idf/caller.h: who calls is whoever has called the operator.
extern "C" {
bool idf_caller_enter(const void *address, const void *frame);
void idf_caller_leave(bool entered);
}

namespace
{

struct Entry {
    bool entered;

    Entry(const void *address, const void *frame) : entered(idf_caller_enter(address, frame))
    {
    }
    ~Entry()
    {
        idf_caller_leave(entered);
    }
    Entry(const Entry &) = delete;
    Entry &operator=(const Entry &) = delete;
};

#define ENTRY const Entry entry(__builtin_return_address(0), __builtin_frame_address(0))

void *take_once(std::size_t size, std::size_t alignment) noexcept
{
    std::size_t bytes = size > 0 ? size : 1; // an object of no size has an address of its own
    return alignment > 0 ? aligned_alloc(alignment, bytes) : std::malloc(bytes);
}

void *take(std::size_t size, std::size_t alignment)
{
    for (;;) {
        void *memory = take_once(size, alignment);
        if (memory)
            return memory;
        std::new_handler handler = std::get_new_handler();
        if (!handler)
            throw std::bad_alloc();
        handler();
    }
}

void *take_or_null(std::size_t size, std::size_t alignment) noexcept
{
    try {
        return take(size, alignment);
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}

std::size_t number(std::align_val_t alignment)
{
    return static_cast<std::size_t>(alignment);
}

} // namespace

void *operator new(std::size_t size)
{
    ENTRY;
    return take(size, 0);
}

void *operator new[](std::size_t size)
{
    ENTRY;
    return take(size, 0);
}

void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    ENTRY;
    return take_or_null(size, 0);
}

void *operator new[](std::size_t size, const std::nothrow_t &) noexcept
{
    ENTRY;
    return take_or_null(size, 0);
}

void *operator new(std::size_t size, std::align_val_t alignment)
{
    ENTRY;
    return take(size, number(alignment));
}

void *operator new[](std::size_t size, std::align_val_t alignment)
{
    ENTRY;
    return take(size, number(alignment));
}

void *operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept
{
    ENTRY;
    return take_or_null(size, number(alignment));
}

void *operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept
{
    ENTRY;
    return take_or_null(size, number(alignment));
}

void operator delete(void *memory) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete[](void *memory) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete(void *memory, const std::nothrow_t &) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete[](void *memory, const std::nothrow_t &) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete[](void *memory, std::size_t) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete(void *memory, std::align_val_t) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete[](void *memory, std::align_val_t) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete(void *memory, std::size_t, std::align_val_t) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete[](void *memory, std::size_t, std::align_val_t) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete(void *memory, std::align_val_t, const std::nothrow_t &) noexcept
{
    ENTRY;
    std::free(memory);
}

void operator delete[](void *memory, std::align_val_t, const std::nothrow_t &) noexcept
{
    ENTRY;
    std::free(memory);
}
