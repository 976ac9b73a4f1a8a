/* The tracer against a list that is searched from its start, and what a free costs. */
#include "check.h"

#include <stdlib.h>

#include "traced.h"

/* ---- against a model --------------------------------------------------------------------------- */

static struct {
    uintptr_t address;
    bool freed;
} model[ROOM];
static unsigned model_count;

static void model_remove(unsigned at)
{
    memmove(&model[at], &model[at + 1], (--model_count - at) * sizeof model[0]);
}

static void model_free(uintptr_t address, enum em_trace_mode mode)
{
    for (unsigned i = 0; i < model_count; i++) {
        if (model[i].address != address || model[i].freed)
            continue;
        model[i].freed = true;
        if (mode == EM_TRACE_LEAKS)
            model_remove(i);
        return;
    }
}

static void model_allocate(uintptr_t address, unsigned room, enum em_trace_mode mode)
{
    model_free(address, mode);
    if (model_count == room)
        model_remove(0);
    model[model_count].freed = false;
    model[model_count++].address = address;
}

static void check_against_model(enum em_trace_mode mode, unsigned room, uint32_t seed)
{
    open_trace(room, mode);
    model_count = 0;
    for (unsigned step = 0; step < 20000; step++) {
        seed = seed * 1664525u + 1013904223u;
        uintptr_t address = 0x1000 + (seed >> 16) % 90 * 4;
        if (seed >> 30 < 2) {
            allocate(address, 1);
            model_allocate(address, room, mode);
        } else {
            release(address);
            model_free(address, mode);
        }
        size_t asked = (seed >> 8) % (model_count + 1);
        CHECK_EQ(address_at(asked), asked < model_count ? model[asked].address : 0);
        CHECK_EQ(summary().count, model_count);
    }
    for (unsigned i = 0; i < model_count; i++) {
        struct em_trace_copy copy;
        CHECK(em_trace_get(&trace, i, &copy));
        CHECK_EQ(copy.freed, model[i].freed);
    }
}

TEST(twenty_thousand_random_events_leave_what_a_simple_list_has)
{
    check_against_model(EM_TRACE_LEAKS, 61, 1);
    check_against_model(EM_TRACE_LEAKS, 7, 2);
    check_against_model(EM_TRACE_ALL, 61, 3);
    check_against_model(EM_TRACE_ALL, 1, 4);
}

/* ---- cost -------------------------------------------------------------------------------------- */

/* Records compared by 1000 pairs of a free and an allocation, as many blocks being live. */
static double compared_each(unsigned live)
{
    enum { PAIRS = 1000 };
    const struct em_trace_buffer buffer = {malloc(live * RECORD_BYTES), live, RECORD_BYTES, DEPTH};
    void *index = malloc(em_trace_index_bytes(live));
    uintptr_t *address = malloc(live * sizeof *address), next = 0x3f800000;
    uint32_t seed = live;
    em_trace_open(&trace, &source);
    CHECK_EQ(em_trace_use(&trace, &buffer, index), EM_OK);
    CHECK_EQ(em_trace_start(&trace, EM_TRACE_LEAKS), EM_OK);
    for (unsigned i = 0; i < live; i++, next += 16 + 4 * (seed % 40), seed = seed * 1664525u + 1013904223u)
        allocate(address[i] = next, 1);
    uint64_t before = summary().looked_at;
    for (unsigned i = 0; i < PAIRS; i++) {
        seed = seed * 1664525u + 1013904223u;
        uintptr_t *one = &address[(seed >> 8) % live];
        release(*one);
        allocate(*one = next, 1);
        next += 24;
    }
    CHECK_EQ(summary().found, PAIRS);
    double each = (double)(summary().looked_at - before) / PAIRS;
    em_trace_stop(&trace);
    em_trace_use(&trace, NULL, NULL);
    free(buffer.records);
    free(index);
    free(address);
    return each;
}

TEST(a_free_among_20000_records_compares_hardly_more_than_among_100)
{
    double few = compared_each(100), many = compared_each(20000);
    printf("records compared by a free and an allocation: %.2f among 100, %.2f among 20000\n", few, many);
    CHECK(many <= 1.2 * few);
}

CHECK_MAIN
