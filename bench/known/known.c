/* Calls the functions of arm.S and riscv.S, for the counting plugin to watch.
 *
 * One idea: every kind of call, return and jump that the plugin has to tell apart happens here once. */
#include "bare.h"

void known_leaf(void);
void known_tail(void);
void known_loop(int times);
void known_caller(void);
void known_maybe(int call);

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    known_leaf();
    void (*volatile pointer)(void) = known_leaf; /* through a register */
    pointer();
    known_tail();
    known_loop(1);
    known_loop(10);
    known_caller();
    known_maybe(0);
    known_maybe(1);
    known_maybe(0);
    return 0;
}
