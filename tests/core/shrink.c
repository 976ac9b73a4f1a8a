/* Shortening a sequence: see shrink.h. */
#include "shrink.h"

#include <stdlib.h>
#include <string.h>

/* Tries without [first, first + run); true, and ops is that shorter sequence, iff the fault stays. */
static bool leave_out(unsigned char *ops, size_t bytes, unsigned *count, unsigned first, unsigned run, shrink_attempt *attempt,
                      void *context)
{
    unsigned char *shorter = malloc(*count * bytes);
    if (!shorter)
        return false;
    memcpy(shorter, ops, first * bytes);
    memcpy(shorter + first * bytes, ops + (first + run) * bytes, (*count - first - run) * bytes);
    unsigned needed = attempt(context, shorter, *count - run);
    if (needed != 0) {
        memcpy(ops, shorter, needed * bytes);
        *count = needed;
    }
    free(shorter);
    return needed != 0;
}

unsigned shrink(void *ops, size_t bytes, unsigned count, shrink_attempt *attempt, void *context)
{
    count = attempt(context, ops, count);
    for (unsigned run = count / 2; run > 0; run /= 2) {
        for (unsigned first = 0; first + run <= count;) {
            if (!leave_out(ops, bytes, &count, first, run, attempt, context))
                first += run;
        }
        if (run == 1)
            break;
    }
    return count;
}
