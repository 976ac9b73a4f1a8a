/* A C++ firmware as a user has it: new and delete, strings and streams on the chip's heaps.
 * Prints `firmware: good` last, or what was wrong. */
#include <esp_heap_caps.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <new>
#include <sstream>
#include <string>
#include <vector>

namespace
{

void need(bool condition, const char *what)
{
    if (condition)
        return;
    std::printf("firmware: wrong: %s\n", what);
    std::fflush(stdout);
    std::_Exit(1);
}

bool is_on_chip(const void *pointer)
{
    auto address = reinterpret_cast<std::uintptr_t>(pointer);
    return address >= 0x3F800000u && address < 0x40000000u;
}

struct alignas(64) Aligned {
    int value = 7;
};

void new_and_delete()
{
    std::size_t before = heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
    int *one = new int(5);
    need(is_on_chip(one) && *one == 5, "new uses the chip's heap");
    char *many = new char[2000];
    need(is_on_chip(many), "new[] uses the chip's heap");
    need(before - heap_caps_get_free_size(MALLOC_CAP_DEFAULT) >= 2000, "new[] is charged to the chip's heap");
    delete one;
    delete[] many;
    auto aligned = std::make_unique<Aligned>();
    need(is_on_chip(aligned.get()) && reinterpret_cast<std::uintptr_t>(aligned.get()) % 64 == 0, "new aligns");
    aligned.reset();
    volatile std::size_t huge = 64u << 20;
    need(::operator new(huge, std::nothrow) == nullptr, "new (nothrow) gives nullptr where nothing is left");
    bool thrown = false;
    try {
        void *never = ::operator new(huge); /* a new expression may be left out by the compiler */
        ::operator delete(never);
        need(false, "new returned although nothing is left");
    } catch (const std::bad_alloc &) {
        thrown = true;
    }
    need(thrown, "new throws bad_alloc where nothing is left");
    void *block = std::malloc(100);
    need(is_on_chip(block), "malloc uses the chip's heap");
    std::free(block);
}

void strings_and_streams()
{
    std::string text;
    for (int i = 0; i < 200; i++)
        text += "longer and longer, ";
    need(is_on_chip(text.data()) && text.size() == 3800, "std::string uses the chip's heap");
    text.replace(0, 6, std::string(300, 'x'));
    text.resize(10000, 'y');
    std::string moved = std::move(text);
    need(moved.size() == 10000, "std::string moves");
    std::ostringstream out;
    for (int i = 0; i < 300; i++)
        out << i << ' ' << 1.5 << ' ' << std::string(20, 'z') << '\n';
    std::istringstream in(out.str());
    std::string line;
    int lines = 0;
    while (std::getline(in, line))
        lines++;
    need(lines == 300, "std::getline reads what a stream wrote");
    std::vector<std::string> words(100, std::string(50, 'w'));
    words.insert(words.begin(), words.begin() + 50, words.begin() + 90);
    need(words.size() == 140 && words[139].size() == 50, "std::vector grows");
    std::cout << "cout " << words.size() << std::endl;
}

} // namespace

extern "C" void app_main(void)
{
    std::size_t before = heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
    new_and_delete();
    need(heap_caps_get_free_size(MALLOC_CAP_DEFAULT) == before, "new and delete gave everything back");
    strings_and_streams(); /* the first use of streams may keep what the C++ library caches */
    before = heap_caps_get_free_size(MALLOC_CAP_DEFAULT);
    strings_and_streams();
    need(heap_caps_get_free_size(MALLOC_CAP_DEFAULT) == before, "strings and streams gave everything back");
    std::cout << "firmware: good" << std::endl;
}
