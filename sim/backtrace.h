/* Who called whom, up to the calling thread's beginning. */
#ifndef SIM_BACKTRACE_H
#define SIM_BACKTRACE_H

#include <stddef.h>
#include <stdint.h>

/* Prints a line for each call on stderr. `code`: where to begin, an address of code that is on the way (the
 * place of a fault, or a return address); 0, or one that is not there: at espmem's own caller. */
void sim_backtrace_print(uintptr_t code);

/* The innermost address of the program's own code on the way, 0 if there is none. */
uintptr_t sim_backtrace_of_program(void);

/* "function+0x12 (program+0x3456)" for an address of code, or what is known of that. Returns `text`. */
enum { SIM_CODE_TEXT = 160 };
const char *sim_code_text(uintptr_t code, char text[SIM_CODE_TEXT]);

#endif
