/* The list of known chips. Adding one is a file beside this and a line here. */
#include "espmem/chip.h"

const struct em_chip *const em_chips[] = {&em_chip_esp32};
const unsigned em_chip_count = sizeof em_chips / sizeof em_chips[0];

static bool equal(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

const struct em_chip *em_chip_find(const char *name)
{
    for (unsigned i = 0; i < em_chip_count; i++) {
        if (equal(em_chips[i]->name, name)) {
            return em_chips[i];
        }
    }
    return NULL;
}
