/* See shapes.h. `words` is 16-aligned memory for words, `plain` any other memory; both have 256 bytes. */
#include "shapes.h"

#include <stdint.h>
#include <string.h>

static volatile uint64_t sink;

#define SHAPE(function)                                                                                                        \
    __attribute__((noinline)) static void function(void *words, void *plain);                                                  \
    __attribute__((noinline)) static void function(void *words, void *plain)

struct __attribute__((packed)) packed {
    uint8_t before;
    uint32_t word;
};

struct bytes {
    uint32_t word;
    uint8_t byte;
};

struct bits {
    uint32_t first : 9, second : 23;
};

struct large {
    uint32_t word[16];
};

SHAPE(load_8)
{
    (void)plain;
    sink = *(uint8_t *)words;
}
SHAPE(load_16)
{
    (void)plain;
    sink = *(uint16_t *)words;
}
SHAPE(load_32)
{
    (void)plain;
    sink = *(uint32_t *)words;
}
SHAPE(load_64)
{
    (void)plain;
    sink = *(uint64_t *)words;
}
SHAPE(store_8)
{
    (void)plain;
    *(uint8_t *)words = (uint8_t)sink;
}
SHAPE(store_16)
{
    (void)plain;
    *(uint16_t *)words = (uint16_t)sink;
}
SHAPE(store_32)
{
    (void)plain;
    *(uint32_t *)words = (uint32_t)sink;
}
SHAPE(store_64)
{
    (void)plain;
    *(uint64_t *)words = sink;
}
SHAPE(load_unaligned)
{
    (void)plain;
    sink = *(uint32_t *)((char *)words + 2);
}
SHAPE(store_unaligned)
{
    (void)plain;
    *(uint32_t *)((char *)words + 2) = (uint32_t)sink;
}
SHAPE(load_packed)
{
    (void)plain;
    sink = ((struct packed *)words)->word;
}
SHAPE(load_member_8)
{
    (void)plain;
    sink = ((struct bytes *)words)->byte;
}
SHAPE(load_bitfield)
{
    (void)plain;
    sink = ((struct bits *)words)->first;
}
SHAPE(store_bitfield)
{
    (void)plain;
    ((struct bits *)words)->first = (uint32_t)sink & 0x1FF;
}
SHAPE(modify_8)
{
    (void)plain;
    *(uint8_t *)words |= 1;
}
SHAPE(modify_32)
{
    (void)plain;
    *(uint32_t *)words |= 1;
}
SHAPE(load_8_after_store_32)
{
    (void)plain;
    *(volatile uint32_t *)words = (uint32_t)sink;
    sink = *(volatile uint8_t *)words;
}
SHAPE(memset_odd)
{
    size_t bytes = 7;
    (void)plain;
    memset(words, 1, bytes);
}
SHAPE(memset_even)
{
    (void)plain;
    memset(words, 1, 8);
}
SHAPE(memcpy_odd)
{
    memcpy(words, plain, 5);
}
SHAPE(memcpy_even)
{
    memcpy(words, plain, 12);
    *(struct large *)words = *(const struct large *)plain;
}
SHAPE(strcpy_odd)
{
    (void)plain;
    strcpy(words, "abcd");
}
SHAPE(strcpy_even)
{
    (void)plain;
    strcpy(words, "abc");
}

const struct shape shapes[SHAPES] = {
    {"load, 8 bits", true, load_8},
    {"load, 16 bits", true, load_16},
    {"load, 32 bits", false, load_32},
    {"load, 64 bits", false, load_64},
    {"store, 8 bits", true, store_8},
    {"store, 16 bits", true, store_16},
    {"store, 32 bits", false, store_32},
    {"store, 64 bits", false, store_64},
    {"load, 32 bits, unaligned", true, load_unaligned},
    {"store, 32 bits, unaligned", true, store_unaligned},
    {"load, 32 bits, packed", true, load_packed},
    {"load, a byte of a struct", true, load_member_8},
    {"load, 9 bits of a word", false, load_bitfield},
    {"store, 9 bits of a word", false, store_bitfield},
    {"read-modify-write, 8 bits", true, modify_8},
    {"read-modify-write, 32 bits", false, modify_32},
    {"load, 8 bits of a word just stored", true, load_8_after_store_32},
    {"memset, 7 bytes", true, memset_odd},
    {"memset, 8 bytes", false, memset_even},
    {"memcpy, 5 bytes", true, memcpy_odd},
    {"memcpy, 12 bytes; a struct of 64", false, memcpy_even},
    {"strcpy, 5 bytes", true, strcpy_odd},
    {"strcpy, 4 bytes", false, strcpy_even},
};
