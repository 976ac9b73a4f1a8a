/* Functions whose instructions can be counted by hand, to try the counting plugin on (Thumb-2).
 * The `function` lines are what it must print after known.c has run. */
/*
function known_leaf calls 5 sum 15 min 3 max 3 p999 3
function known_tail calls 1 sum 5 min 5 max 5 p999 5
function known_loop calls 2 sum 24 min 3 max 21 p999 21
function known_caller calls 1 sum 9 min 9 max 9 p999 9
function known_maybe calls 3 sum 18 min 5 max 8 p999 8
*/
    .syntax unified
    .thumb
    .text

    .macro function name
    .global \name
    .thumb_func
    .type \name, %function
\name:
    .endm

    function known_leaf
    nop
    nop
    bx lr
    .size known_leaf, . - known_leaf

    function known_tail /* leaves by a jump: its return is the leaf's */
    nop
    b known_leaf
    .size known_tail, . - known_tail

    function known_loop /* jumps to its own first instruction */
    subs r0, #1
    bne known_loop
    bx lr
    .size known_loop, . - known_loop

    function known_caller
    push {r4, lr}
    nop
    nop
    bl known_leaf
    nop
    pop {r4, pc}
    .size known_caller, . - known_caller

    function known_maybe /* a call that a condition skips: skipped instructions count as executed */
    push {r4, lr}
    cmp r0, #0
    it ne
    blne known_leaf
    pop {r4, pc}
    .size known_maybe, . - known_maybe
