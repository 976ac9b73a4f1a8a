/* The results of the core's functions.
 *
 * Knows nothing of ESP-IDF: idf/ maps each value to one ESP_ERR_* and back.
 * One idea: one value for each documented reason, 0 for success. */
#ifndef ESPMEM_ERROR_H
#define ESPMEM_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

enum em_error {
    EM_OK = 0,
    EM_FAIL,          /* refused for a reason that has no name of its own (an overlapping region) */
    EM_NO_MEM,        /* no block, bank, page or record is left that fits */
    EM_INVALID_ARG,   /* an argument that can never be right: NULL, misaligned, not a handle */
    EM_INVALID_STATE, /* right at another time: already mapped, not open, busy */
    EM_INVALID_SIZE,  /* a size that is not a multiple, or too small, or past the end */
    EM_NOT_FOUND,     /* an address that the chip's tables do not name */
    EM_NOT_SUPPORTED, /* this board or build has no such thing */
};

/* The value's name without its prefix ("NO_MEM"), for messages. Never NULL; an unknown value is "?". */
const char *em_error_text(enum em_error error);

#ifdef __cplusplus
}
#endif
#endif
