/* Xtensa, call0 convention: from reset to main, traps, and accesses that may trap.
 *
 * The reset vector is fixed, all others lie in one page whose address is given to the processor: the
 * LX106 has them at 0x30 to 0x70, other cores at 0x300 to 0x3C0. PS comes up with its exception bit set,
 * under which a first exception would count as a double one: it is cleared early.
 *
 * Needs from the linker script: stack_top, bss_start, bss_end, and .reset at the reset vector. */
    .section .reset, "ax"
    .global _reset
_reset:
    j 1f
    .align 4
2:  .word _start
1:  l32r a0, 2b
    jx a0

    .section .vectors, "ax"
    .global vectors
vectors:
    .org 0x30                   /* LX106: kernel mode */
    wsr.excsave1 a0
    j trap
    .org 0x50                   /* user mode */
    wsr.excsave1 a0
    j trap
    .org 0x70                   /* double exception */
    wsr.excsave1 a0
    j trap_in_trap
    .org 0x300                  /* others: kernel mode */
    wsr.excsave1 a0
    j trap
    .org 0x340                  /* user mode */
    wsr.excsave1 a0
    j trap
    .org 0x3c0                  /* double exception */
    wsr.excsave1 a0
    j trap_in_trap
    .org 0x400

    .text
    .align 4
    .literal_position
    .global _start
_start:
    movi a2, vectors
    wsr.vecbase a2
    movi a2, 0x0f               /* interrupts off, exceptions to the vectors */
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
trap:                           /* a0 is in EXCSAVE1 */
    movi a0, bare_trap
    s32i a2, a0, 20
    rsr.exccause a2
    s32i a2, a0, 8
    rsr.excvaddr a2
    s32i a2, a0, 12
    rsr.epc1 a2
    s32i a2, a0, 16
    l32i a2, a0, 0              /* does anybody wait for it? */
    beqz a2, 1f
    wsr.epc1 a2
    movi a2, 1
    s32i a2, a0, 4
    l32i a2, a0, 20
    rsr.excsave1 a0
    rfe
trap_in_trap:
1:  movi a1, stack_top
    movi a0, bare_trap_ends
    jx a0

/* bool bare_load_traps(address), bool bare_store_traps(address) */
    .align 4
    .literal_position
    .global bare_load_traps
    .type bare_load_traps, @function
bare_load_traps:
    movi a3, 0
    j access
    .size bare_load_traps, . - bare_load_traps
    .align 4
    .global bare_store_traps
    .type bare_store_traps, @function
bare_store_traps:
    movi a3, 1
    .size bare_store_traps, . - bare_store_traps
access:
    movi a4, bare_trap
    movi a5, 2f
    s32i a5, a4, 0
    movi a5, 0
    s32i a5, a4, 4
    memw
    beqz a3, 1f
    s32i a5, a2, 0
    j 2f
1:  l32i a5, a2, 0
2:  memw
    movi a5, 0
    s32i a5, a4, 0
    l32i a2, a4, 4
    ret
