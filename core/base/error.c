/* The names of the results. Knows nothing else. */
#include "espmem/error.h"

static const char *const names[] = {
    [EM_OK] = "OK",
    [EM_FAIL] = "FAIL",
    [EM_NO_MEM] = "NO_MEM",
    [EM_INVALID_ARG] = "INVALID_ARG",
    [EM_INVALID_STATE] = "INVALID_STATE",
    [EM_INVALID_SIZE] = "INVALID_SIZE",
    [EM_NOT_FOUND] = "NOT_FOUND",
    [EM_NOT_SUPPORTED] = "NOT_SUPPORTED",
};

const char *em_error_text(enum em_error error)
{
    unsigned index = (unsigned)error;
    return index < sizeof names / sizeof names[0] ? names[index] : "?";
}
