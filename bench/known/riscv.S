/* Functions whose instructions can be counted by hand, to try the counting plugin on (RISC-V).
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
    addi a0, a0, -1
    bnez a0, known_loop
    ret
    .size known_loop, . - known_loop

    function known_caller
    addi sp, sp, -16
    sw ra, 0(sp)
    call known_leaf
    lw ra, 0(sp)
    addi sp, sp, 16
    ret
    .size known_caller, . - known_caller

    function known_maybe
    addi sp, sp, -16
    sw ra, 0(sp)
    beqz a0, 1f
    call known_leaf
1:  lw ra, 0(sp)
    addi sp, sp, 16
    ret
    .size known_maybe, . - known_maybe
