/* See caller.h. Allocates nothing and takes no lock. */
#include "caller.h"

_Thread_local struct idf_caller idf_caller;

bool idf_caller_enter(const void *address, const void *frame)
{
    if (idf_caller.address || !__atomic_load_n(&idf_chip.wants_callers, __ATOMIC_RELAXED))
        return false;
    idf_caller = (struct idf_caller){address, frame};
    return true;
}

void idf_caller_leave(bool entered)
{
    if (entered)
        idf_caller.address = NULL;
}

unsigned idf_callers(void **list, unsigned room)
{
    if (!idf_caller.address || room == 0)
        return 0;
    unsigned found = 0;
    if (idf_chip.follows_frames && idf_chip.platform && idf_chip.platform->callers)
        found = idf_chip.platform->callers(idf_caller.frame, list, room);
    if (found > 0)
        return found;
    list[0] = (void *)(uintptr_t)idf_caller.address;
    return 1;
}
