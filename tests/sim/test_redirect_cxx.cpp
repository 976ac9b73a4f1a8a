// C++ memory is the chip's, in all forms of new and delete, and libstdc++ shares it.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <vector>

extern "C" {
#include "check.h"
}

#include "esp_heap_caps.h"

// A compiler may keep these for itself unless told otherwise; programs that were told call them.
void operator delete(void *memory, std::size_t size) noexcept;
void operator delete[](void *memory, std::size_t size) noexcept;
void operator delete(void *memory, std::size_t size, std::align_val_t alignment) noexcept;
void operator delete[](void *memory, std::size_t size, std::align_val_t alignment) noexcept;

namespace
{

bool on_chip(const void *block)
{
    auto address = reinterpret_cast<std::uintptr_t>(block);
    return (address >= 0x3F800000 && address < 0x3FC00000) || (address >= 0x3FFAE000 && address < 0x40000000);
}

std::size_t free_bytes()
{
    return heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
}

struct alignas(128) wide {
    char bytes[128];
};

template <typename T> T *kept(T *object)
{
    __asm__ volatile("" : "+r"(object) : : "memory");
    return object;
}

// Takes memory by `take`, gives it back by `give`: on the chip, aligned, and nothing is lost.
template <typename Take, typename Give> void try_form(std::size_t alignment, Take take, Give give)
{
    std::size_t before = free_bytes();
    void *memory = kept(take());
    CHECK(memory != nullptr && on_chip(memory));
    CHECK_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignment, 0);
    CHECK(free_bytes() < before);
    give(memory);
    CHECK_EQ(free_bytes(), before);
}

constexpr std::align_val_t by_64{64};

} // namespace

TEST(every_plain_form_of_new_and_delete_is_the_chips)
{
    try_form(
        4, [] { return ::operator new(100); }, [](void *p) { ::operator delete(p); });
    try_form(
        4, [] { return ::operator new[](100); }, [](void *p) { ::operator delete[](p); });
    try_form(
        4, [] { return ::operator new(100, std::nothrow); }, [](void *p) { ::operator delete(p, std::nothrow); });
    try_form(
        4, [] { return ::operator new[](100, std::nothrow); }, [](void *p) { ::operator delete[](p, std::nothrow); });
    try_form(
        4, [] { return ::operator new(100); }, [](void *p) { ::operator delete (p, std::size_t{100}); });
    try_form(
        4, [] { return ::operator new[](100); }, [](void *p) { ::operator delete[](p, std::size_t{100}); });
}

TEST(every_aligned_form_of_new_and_delete_is_the_chips)
{
    auto single = [] { return ::operator new(100, by_64); };
    auto array = [] { return ::operator new[](100, by_64); };
    try_form(64, single, [](void *p) { ::operator delete(p, by_64); });
    try_form(64, array, [](void *p) { ::operator delete[](p, by_64); });
    try_form(64, single, [](void *p) { ::operator delete (p, std::size_t{100}, by_64); });
    try_form(64, array, [](void *p) { ::operator delete[](p, std::size_t{100}, by_64); });
    try_form(
        64, [] { return ::operator new(100, by_64, std::nothrow); },
        [](void *p) { ::operator delete(p, by_64, std::nothrow); });
    try_form(
        64, [] { return ::operator new[](100, by_64, std::nothrow); },
        [](void *p) { ::operator delete[](p, by_64, std::nothrow); });
}

TEST(objects_are_aligned_as_their_type_wants)
{
    wide *one = kept(new wide);
    CHECK(on_chip(one));
    CHECK_EQ(reinterpret_cast<std::uintptr_t>(one) % 128, 0);
    delete one;
}

TEST(new_of_nothing_is_an_address_of_its_own)
{
    void *one = kept(::operator new(0)), *two = kept(::operator new(0));
    CHECK(one && two && one != two);
    ::operator delete(one);
    ::operator delete(two);
}

TEST(new_throws_where_the_chip_has_no_room)
{
    volatile std::size_t too_much = 5u << 20;
    bool thrown = false;
    try {
        kept(new char[too_much]);
    } catch (const std::bad_alloc &) {
        thrown = true;
    }
    CHECK(thrown);
    CHECK(kept(new (std::nothrow) char[too_much]) == nullptr);
}

static void *volatile reserve_block; // compilers take operator new for a function that changes nothing of ours

TEST(a_new_handler_is_asked_for_room_first)
{
    volatile std::size_t half = 2200u << 10; // more than half of all there is
    reserve_block = kept(std::malloc(half));
    CHECK(reserve_block != nullptr);
    std::set_new_handler([] {
        std::free(reserve_block);
        reserve_block = nullptr;
        std::set_new_handler(nullptr);
    });
    char *block = kept(new char[half]);
    CHECK(reserve_block == nullptr && on_chip(block));
    delete[] block;
}

TEST(strings_streams_and_containers_are_the_chips_and_give_all_back)
{
    std::size_t before = free_bytes();
    {
        std::string text(5000, 'x');
        CHECK(on_chip(text.data()));
        text += text; // grown by code inside libstdc++
        CHECK(on_chip(text.data()));
        std::vector<int> numbers;
        for (int i = 0; i < 10000; i++)
            numbers.push_back(i);
        CHECK(on_chip(numbers.data()));
        auto shared = std::make_shared<std::string>("a text that is too long to stand inside of the object");
        CHECK(on_chip(shared.get()) && on_chip(shared->data()));
        CHECK(free_bytes() < before - 50000);
    }
    CHECK_EQ(free_bytes(), before);
}

TEST(streams_read_into_strings_of_the_chip)
{
    std::ostringstream out;
    for (int i = 0; i < 2000; i++)
        out << i << ' ';
    std::istringstream in(out.str());
    std::string all;
    std::getline(in, all);
    CHECK(on_chip(all.data()));
    CHECK(all.size() > 8000 && all.substr(0, 8) == "0 1 2 3 ");
}

TEST(memory_of_malloc_and_new_is_one)
{
    // what a C interface makes and a C++ object owns
    std::unique_ptr<char, decltype(&std::free)> text(strdup("chip"), &std::free);
    CHECK(on_chip(text.get()));
    char *of_libc = nullptr;
    CHECK_EQ(asprintf(&of_libc, "libc %d", 1), 6);
    CHECK(!on_chip(of_libc));
    ::operator delete(of_libc);
}

TEST(exceptions_cost_the_chip_nothing_that_stays)
{
    std::size_t before = free_bytes();
    for (int i = 0; i < 10; i++) {
        try {
            throw std::string("a text that is too long to stand inside of the object");
        } catch (const std::string &text) {
            CHECK(on_chip(text.data()));
        }
    }
    CHECK_EQ(free_bytes(), before);
}

CHECK_MAIN
