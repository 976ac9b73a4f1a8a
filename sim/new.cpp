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

namespace
{

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
    return take(size, 0);
}

void *operator new[](std::size_t size)
{
    return take(size, 0);
}

void *operator new(std::size_t size, const std::nothrow_t &) noexcept
{
    return take_or_null(size, 0);
}

void *operator new[](std::size_t size, const std::nothrow_t &) noexcept
{
    return take_or_null(size, 0);
}

void *operator new(std::size_t size, std::align_val_t alignment)
{
    return take(size, number(alignment));
}

void *operator new[](std::size_t size, std::align_val_t alignment)
{
    return take(size, number(alignment));
}

void *operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept
{
    return take_or_null(size, number(alignment));
}

void *operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t &) noexcept
{
    return take_or_null(size, number(alignment));
}

void operator delete(void *memory) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, const std::nothrow_t &) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory, const std::nothrow_t &) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory, std::size_t) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::align_val_t) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory, std::align_val_t) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}

void operator delete(void *memory, std::align_val_t, const std::nothrow_t &) noexcept
{
    std::free(memory);
}

void operator delete[](void *memory, std::align_val_t, const std::nothrow_t &) noexcept
{
    std::free(memory);
}
