/* See text.h. */
#include "core/base/text.h"

#include "core/base/bits.h"

void em_text_open(struct em_text *text, char *bytes, size_t room)
{
    *text = (struct em_text){bytes, room, 0};
    if (room > 0) {
        bytes[0] = '\0';
    }
}

static void add_byte(struct em_text *text, char byte)
{
    if (text->length + 1 < text->room) {
        text->bytes[text->length] = byte;
        text->bytes[text->length + 1] = '\0';
    }
    text->length++;
}

void em_text_add(struct em_text *text, const char *words)
{
    while (*words != '\0') {
        add_byte(text, *words++);
    }
}

static void add_digits(struct em_text *text, size_t number, size_t base, unsigned least)
{
    char digits[3 * sizeof number];
    unsigned count = 0;
    while (number != 0 || count < least) {
        size_t digit;
        number = em_divide(number, base, &digit);
        digits[count++] = "0123456789abcdef"[digit];
    }
    while (count > 0) {
        add_byte(text, digits[--count]);
    }
}

void em_text_number(struct em_text *text, size_t number)
{
    add_digits(text, number, 10, 1);
}

void em_text_address(struct em_text *text, uintptr_t address)
{
    em_text_add(text, "0x");
    add_digits(text, address, 16, 8);
}
