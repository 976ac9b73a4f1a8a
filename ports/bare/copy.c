/* The core's copy, by words: some memories know no others. What is left of a last word goes out by bytes,
 * since a block of memory without bytes always has whole words of room, and one is never asked for less.
 *
 * One idea: four words at a time, since a move of a large block is nothing but this loop. */
#include "espmem/port.h"

void em_port_copy(void *to, const void *from, size_t bytes)
{
    uint32_t *out = to;
    const uint32_t *in = from;
    size_t words = bytes / sizeof *out;
    for (; words >= 4; words -= 4, out += 4, in += 4) {
        uint32_t a = in[0], b = in[1], c = in[2], d = in[3];
        out[0] = a;
        out[1] = b;
        out[2] = c;
        out[3] = d;
    }
    for (; words > 0; words--) {
        *out++ = *in++;
    }
    size_t rest = bytes % sizeof *out;
    if (rest != 0) { /* the last bytes come out of a whole word, too: the source may know no others */
        const uint32_t last = *in;
        for (size_t i = 0; i < rest; i++) {
            ((unsigned char *)out)[i] = ((const unsigned char *)&last)[i];
        }
    }
}
