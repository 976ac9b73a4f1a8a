/* Text without a libc: words and numbers into memory of the caller's, cut where that ends.
 *
 * One idea: a text is always terminated, and says how long it wanted to be. */
#ifndef EM_BASE_TEXT_H
#define EM_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct em_text {
    char *bytes;
    size_t room;
    size_t length; /* that it would have with room enough, the final 0 excluded */
};

/* An empty text. room 0: only the length is found out, and bytes may be NULL. */
void em_text_open(struct em_text *text, char *bytes, size_t room);
void em_text_add(struct em_text *text, const char *words);
void em_text_number(struct em_text *text, size_t number);
/* As 0x and eight digits, more where it has more. */
void em_text_address(struct em_text *text, uintptr_t address);

#endif
