/* Event groups.
 *
 * Knows tasks as waiters. One idea: whoever sets bits decides for every waiter whether that was it, and
 * leaves the result in the waiter's record; a waiter that wakes never looks at the group again. */
#include <string.h>

#include "freertos/idf_additions.h"

#include "idf/kernel.h"

enum { CLEAR_ON_EXIT = 1, WANT_ALL = 2, DONE = 4 };
enum { GROUP_STATIC, GROUP_OURS };

#define GROUP_MARK    0x45564752u
#define RESERVED_BITS 0xff000000u

struct EventGroupDef_t {
    uint32_t mark, owner;
    uint32_t bits;
    idf_waiters waiters;
    uint32_t unused[5];
};

_Static_assert(sizeof(struct EventGroupDef_t) == sizeof(StaticEventGroup_t), "an event group has the chip's size");

static void check(const struct EventGroupDef_t *group, EventBits_t bits, const char *function)
{
    if (!group)
        idf_refuse(function, "the handle is NULL");
    if (group->mark != GROUP_MARK)
        idf_refuse(function, "the handle is no event group: it was deleted, or its memory overwritten");
    if (bits & RESERVED_BITS)
        idf_refuse(function, "an event group has 24 bits: the upper 8 must be 0");
}

/* ---- birth and end ---------------------------------------------------------------------------- */

static struct EventGroupDef_t *set_up(void *memory, uint32_t owner)
{
    struct EventGroupDef_t *group = memory;
    if (!group)
        return NULL;
    memset(group, 0, sizeof *group);
    group->owner = owner;
    group->mark = GROUP_MARK;
    return group;
}

EventGroupHandle_t xEventGroupCreateWithCaps(UBaseType_t uxMemoryCaps)
{
    return set_up(heap_caps_malloc(sizeof(StaticEventGroup_t), uxMemoryCaps), GROUP_OURS);
}

EventGroupHandle_t xEventGroupCreate(void)
{
    return xEventGroupCreateWithCaps(MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
}

EventGroupHandle_t xEventGroupCreateStatic(StaticEventGroup_t *pxEventGroupBuffer)
{
    return set_up(pxEventGroupBuffer, GROUP_STATIC);
}

static void finish(struct idf_task *waiter, uint32_t result)
{
    waiter->wanted_bits = result;
    waiter->wait_flags |= DONE;
    idf_wake_task(waiter);
}

void vEventGroupDelete(EventGroupHandle_t xEventGroup)
{
    check(xEventGroup, 0, "vEventGroupDelete");
    idf_kernel_enter();
    for (struct idf_task *waiter; (waiter = idf_first_waiter(&xEventGroup->waiters)) != NULL;)
        finish(waiter, 0);
    bool ours = xEventGroup->owner == GROUP_OURS;
    xEventGroup->mark = 0;
    idf_kernel_unlock();
    if (ours)
        heap_caps_free(xEventGroup);
}

void vEventGroupDeleteWithCaps(EventGroupHandle_t xEventGroup)
{
    vEventGroupDelete(xEventGroup);
}

/* ---- bits, with the lock held ------------------------------------------------------------------- */

static bool satisfied(uint32_t bits, uint32_t wanted, uint32_t flags)
{
    return flags & WANT_ALL ? (bits & wanted) == wanted : (bits & wanted) != 0;
}

static void set_bits(struct EventGroupDef_t *group, uint32_t bits)
{
    uint32_t to_clear = 0;
    group->bits |= bits;
    struct idf_task *next;
    for (struct idf_task *waiter = idf_first_waiter(&group->waiters); waiter; waiter = next) {
        next = idf_next_waiter(waiter);
        if (!satisfied(group->bits, waiter->wanted_bits, waiter->wait_flags))
            continue;
        if (waiter->wait_flags & CLEAR_ON_EXIT)
            to_clear |= waiter->wanted_bits;
        finish(waiter, group->bits);
    }
    group->bits &= ~to_clear;
}

/* The result if the condition is true now, with its bits cleared if that is wanted. */
static bool try_now(struct EventGroupDef_t *group, uint32_t wanted, uint32_t flags, uint32_t *result)
{
    *result = group->bits;
    if (!satisfied(group->bits, wanted, flags))
        return false;
    if (flags & CLEAR_ON_EXIT)
        group->bits &= ~wanted;
    return true;
}

static uint32_t wait_for(struct EventGroupDef_t *group, uint32_t wanted, uint32_t flags, TickType_t ticks)
{
    struct idf_task *self = idf_task_self();
    uint64_t until = idf_moment_after(ticks);
    uint32_t result;
    while (!try_now(group, wanted, flags, &result) && ticks > 0) {
        if (self) {
            self->wanted_bits = wanted;
            self->wait_flags = flags;
        }
        if (!idf_wait(&group->waiters, until))
            break;
        if (self && self->wait_flags & DONE)
            return self->wanted_bits;
    }
    return result;
}

/* ---- the public functions ----------------------------------------------------------------------- */

EventBits_t xEventGroupWaitBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToWaitFor,
                                const BaseType_t xClearOnExit, const BaseType_t xWaitForAllBits, TickType_t xTicksToWait)
{
    check(xEventGroup, uxBitsToWaitFor, "xEventGroupWaitBits");
    if (uxBitsToWaitFor == 0)
        idf_refuse("xEventGroupWaitBits", "there is no bit to wait for");
    uint32_t flags = (xClearOnExit ? CLEAR_ON_EXIT : 0u) | (xWaitForAllBits ? WANT_ALL : 0u);
    idf_kernel_enter();
    uint32_t result = wait_for(xEventGroup, uxBitsToWaitFor, flags, xTicksToWait);
    idf_kernel_unlock();
    return result;
}

EventBits_t xEventGroupSetBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet)
{
    check(xEventGroup, uxBitsToSet, "xEventGroupSetBits");
    idf_kernel_enter();
    set_bits(xEventGroup, uxBitsToSet);
    uint32_t result = xEventGroup->bits;
    idf_kernel_unlock();
    return result;
}

EventBits_t xEventGroupClearBits(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToClear)
{
    check(xEventGroup, uxBitsToClear, "xEventGroupClearBits");
    idf_kernel_lock();
    uint32_t before = xEventGroup->bits;
    xEventGroup->bits &= ~uxBitsToClear;
    idf_kernel_unlock();
    return before;
}

EventBits_t xEventGroupSync(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet, const EventBits_t uxBitsToWaitFor,
                            TickType_t xTicksToWait)
{
    check(xEventGroup, uxBitsToSet | uxBitsToWaitFor, "xEventGroupSync");
    if (uxBitsToWaitFor == 0)
        idf_refuse("xEventGroupSync", "there is no bit to wait for");
    idf_kernel_enter();
    uint32_t result = xEventGroup->bits | uxBitsToSet; /* those who wait may clear them in a moment */
    set_bits(xEventGroup, uxBitsToSet);
    if (satisfied(result, uxBitsToWaitFor, WANT_ALL))
        xEventGroup->bits &= ~uxBitsToWaitFor;
    else
        result = wait_for(xEventGroup, uxBitsToWaitFor, WANT_ALL | CLEAR_ON_EXIT, xTicksToWait);
    idf_kernel_unlock();
    return result;
}

EventBits_t xEventGroupGetBitsFromISR(EventGroupHandle_t xEventGroup)
{
    return xEventGroupClearBits(xEventGroup, 0);
}

BaseType_t xEventGroupSetBitsFromISR(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToSet,
                                     BaseType_t *pxHigherPriorityTaskWoken)
{
    (void)pxHigherPriorityTaskWoken;
    check(xEventGroup, uxBitsToSet, "xEventGroupSetBitsFromISR");
    idf_kernel_lock();
    set_bits(xEventGroup, uxBitsToSet);
    idf_kernel_unlock();
    return pdPASS;
}

BaseType_t xEventGroupClearBitsFromISR(EventGroupHandle_t xEventGroup, const EventBits_t uxBitsToClear)
{
    xEventGroupClearBits(xEventGroup, uxBitsToClear);
    return pdPASS;
}
