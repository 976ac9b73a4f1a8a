/* Functions whose instructions can be counted by hand, to try the counting plugin on (Xtensa, call0).
 * The `function` lines are what it must print after known.c has run. */
/*
function known_leaf calls 5 sum 15 min 3 max 3 p999 3
function known_tail calls 1 sum 5 min 5 max 5 p999 5
function known_loop calls 2 sum 24 min 3 max 21 p999 21
function known_caller calls 1 sum 9 min 9 max 9 p999 9
function known_maybe calls 3 sum 22 min 6 max 10 p999 10
*/
    .text

    .macro function name
    .align 4
    .global \name
    .type \name, @function
\name:
    .endm

    function known_leaf
    nop
    nop
    ret
    .size known_leaf, . - known_leaf

    function known_tail /* leaves by a jump: its return is the leaf's */
    nop
    j known_leaf
    .size known_tail, . - known_tail

    function known_loop /* jumps to its own first instruction */
    addi a2, a2, -1
    bnez a2, known_loop
    ret
    .size known_loop, . - known_loop

    function known_caller
    addi a1, a1, -16
    s32i a0, a1, 0
    call0 known_leaf
    l32i a0, a1, 0
    addi a1, a1, 16
    ret
    .size known_caller, . - known_caller

    function known_maybe
    addi a1, a1, -16
    s32i a0, a1, 0
    beqz a2, 1f
    call0 known_leaf
1:  l32i a0, a1, 0
    addi a1, a1, 16
    ret
    .size known_maybe, . - known_maybe
