/* What a bare port says where something went wrong: a fault of the core, or a trap nobody waits for.
 *
 * Knows the console alone, and neither the machine nor the processor.
 *
 * One idea: a report ends the program, unless somebody asked to be told of faults instead. */
#include "ports/bare/bare.h"

enum { STATUS_OF_TRAP = 70, STATUS_OF_FAULT = 71 };

struct bare_trap bare_trap;

static void (*fault_handler)(const struct em_fault *fault);

static const char *const kind_texts[] = {
    [EM_FAULT_NONE] = "no fault",
    [EM_FAULT_FOREIGN_POINTER] = "foreign pointer",
    [EM_FAULT_NOT_A_BLOCK] = "no block starts there",
    [EM_FAULT_DOUBLE_FREE] = "double free",
    [EM_FAULT_BAD_HEADER] = "damaged header",
    [EM_FAULT_BAD_LINK] = "damaged free list",
    [EM_FAULT_BAD_TOTALS] = "wrong totals",
    [EM_FAULT_BAD_BANKS] = "damaged list of banks",
    [EM_FAULT_BAD_HEAD] = "damaged guard in front",
    [EM_FAULT_BAD_TAIL] = "damaged guard behind",
    [EM_FAULT_BAD_SIZE] = "damaged size in the guard",
    [EM_FAULT_BAD_FILL] = "free memory was written to",
};

void bare_print_number(uint32_t number)
{
    static const uint32_t powers[] = {1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
    char digits[11];
    unsigned length = 0;
    for (unsigned i = 0; i < sizeof powers / sizeof powers[0]; i++) {
        char digit = '0'; /* by subtraction: not every processor divides */
        for (; number >= powers[i]; number -= powers[i]) {
            digit++;
        }
        if (length > 0 || digit != '0' || powers[i] == 1) {
            digits[length++] = digit;
        }
    }
    digits[length] = '\0';
    bare_print(digits);
}

void bare_print_address(uintptr_t address)
{
    char digits[11] = "0x";
    for (unsigned i = 0; i < 8; i++) {
        digits[2 + i] = "0123456789abcdef"[address >> (28 - 4 * i) & 15];
    }
    bare_print(digits);
}

void bare_handle_faults(void (*handler)(const struct em_fault *fault))
{
    fault_handler = handler;
}

void em_port_fault(const struct em_fault *fault)
{
    if (fault_handler != NULL) {
        fault_handler(fault);
        return;
    }
    bare_print("fault: ");
    bare_print((unsigned)fault->kind < sizeof kind_texts / sizeof kind_texts[0] ? kind_texts[fault->kind] : "unknown");
    bare_print(" at ");
    bare_print_address(fault->address);
    bare_print(" heap ");
    bare_print_address(fault->heap);
    bare_print("\n");
    bare_exit(STATUS_OF_FAULT);
}

void bare_trap_ends(void)
{
    bare_print("trap: cause ");
    bare_print_number(bare_trap.cause);
    bare_print(" address ");
    bare_print_address(bare_trap.address);
    bare_print(" code ");
    bare_print_address(bare_trap.code);
    bare_print("\n");
    bare_exit(STATUS_OF_TRAP);
}
