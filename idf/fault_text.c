/* See fault_text.h.
 *
 * One idea: the chip knows no reasons, only which mark it finds wrong; so the line follows the fault's
 * sign. For what its heap has no words, since it does not look, there are ours in the same form. */
#include "fault_text.h"

#include <stdio.h>

#include "esp_rom_sys.h"

static const char expected[] = ". Expected ";

static const struct line {
    const char *what, *relation;
} lines[] = {
    [EM_FAULT_BAD_HEADER] = {"Bad block header", expected}, [EM_FAULT_BAD_LINK] = {"Bad list of free blocks", expected},
    [EM_FAULT_BAD_TOTALS] = {"Bad totals", expected},       [EM_FAULT_BAD_HEAD] = {"Bad head", expected},
    [EM_FAULT_BAD_TAIL] = {"Bad tail", expected},           [EM_FAULT_BAD_SIZE] = {"Size", " expected <="},
    [EM_FAULT_BAD_FILL] = {"Invalid data", expected},
};

void idf_fault_print(const struct em_fault *fault)
{
    size_t index = (size_t)(fault->sign != EM_FAULT_NONE ? fault->sign : fault->kind);
    if (index >= sizeof lines / sizeof lines[0] || !lines[index].what)
        return;
    const int digits = fault->width == 1 ? 2 : 8;
    char got[48];
    if (fault->sign != EM_FAULT_NONE && fault->width == 0)
        snprintf(got, sizeof got, "nothing: it is outside the heap");
    else
        snprintf(got, sizeof got, "0x%0*lx", digits, (unsigned long)fault->found);
    esp_rom_printf("CORRUPT HEAP: %s at 0x%08lx%s0x%0*lx got %s\n", lines[index].what, (unsigned long)fault->address,
                   lines[index].relation, digits, (unsigned long)fault->expected, got);
}
