/* Xtensa on QEMU's sim machine with the core lx106, call0 convention: reset, exceptions, simulator calls.
 *
 * The sim machine starts at the core's reset vector, not at the program's entry. PS comes up with its
 * exception bit set, under which a first exception would count as a double one: it is cleared early. */
    .section .reset, "ax"
    .global _reset
_reset:
    j 1f
    .align 4
2:  .word _start
1:  l32r a0, 2b
    jx a0

    .section .vectors, "ax"
    .global _vectors
_vectors:
    .org 0x30 /* exception in kernel mode */
    j _exception
    .org 0x50 /* exception in user mode */
    j _exception
    .org 0x70 /* double exception */
    j _exception
    .org 0x80

    .text
    .align 4
    .literal_position
    .global _start
_start:
    movi a2, _vectors
    wsr.vecbase a2
    movi a2, 0x0f /* interrupts off, exceptions to the vectors */
    wsr.ps a2
    rsync
    movi a1, stack_top
    movi a2, bss_start
    movi a3, bss_end
    movi a4, 0
1:  bgeu a2, a3, 2f
    s32i a4, a2, 0
    addi a2, a2, 4
    j 1b
2:  movi a2, 0
    movi a3, 0
    movi a0, main
    callx0 a0
    movi a0, bare_exit
    callx0 a0

    .align 4
    .literal_position
_exception: /* nothing in a test may trap: exit status 70 */
    movi a1, stack_top
    movi a2, 70
    movi a0, bare_exit
    jx a0

/* long simulator_call(operation, a, b, c) */
    .align 4
    .global simulator_call
    .type simulator_call, @function
simulator_call:
    simcall
    ret
    .size simulator_call, . - simulator_call
