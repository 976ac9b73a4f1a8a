/* See work.h. Compiled once as plain_works and once, with access checks, as checked_works (-DWORKS_NAME=…). */
#include "work.h"

/* Words in disorder, sorted by insertion over shrinking distances. */
static uint32_t sort(void *memory, size_t bytes, unsigned times)
{
    uint32_t *words = memory, seed = 1;
    const size_t count = bytes / sizeof *words;
    for (unsigned time = 0; time < times; time++) {
        for (size_t i = 0; i < count; i++)
            words[i] = seed = seed * 1103515245 + 12345;
        for (size_t gap = count / 2; gap > 0; gap /= 2)
            for (size_t i = gap; i < count; i++) {
                const uint32_t word = words[i];
                size_t place = i;
                for (; place >= gap && words[place - gap] > word; place -= gap)
                    words[place] = words[place - gap];
                words[place] = word;
            }
    }
    return words[count / 3];
}

/* A running hash of bytes, each of which becomes a part of it. */
static uint32_t hash(void *memory, size_t bytes, unsigned times)
{
    uint8_t *data = memory;
    uint32_t value = 0x811C9DC5;
    for (unsigned time = 0; time < times; time++)
        for (size_t i = 0; i < bytes; i++) {
            value = (value ^ data[i]) * 0x01000193;
            data[i] = (uint8_t)value;
        }
    return value;
}

struct link {
    struct link *next;
    uint32_t value;
};

/* A ring of links, all over the memory. */
static uint32_t list(void *memory, size_t bytes, unsigned times)
{
    struct link *links = memory;
    const size_t count = bytes / sizeof *links;
    for (size_t i = 0; i < count; i++)
        links[i] = (struct link){&links[(i * 7919 + 1) % count], (uint32_t)i};
    uint32_t sum = 0;
    const struct link *at = links;
    for (size_t i = 0; i < count * times; i++) {
        sum += at->value;
        at = at->next;
    }
    return sum;
}

const struct work WORKS_NAME[WORKS] = {{"sort", sort, 1}, {"hash", hash, 30}, {"list", list, 600}};
