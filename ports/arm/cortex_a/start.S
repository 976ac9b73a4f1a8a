/* ARM's application profile: from reset to main, traps, and accesses that may trap.
 *
 * Vectors and start are ARM code, the program is Thumb-2. Needs from the linker script: stack_top,
 * abort_stack_top, bss_start, bss_end. */
    .syntax unified
    .arm
    .section .start, "ax"
    .global _start
    .align 5
_start:
vectors:
    b reset
    b unexpected
    b unexpected
    b unexpected
    b data_abort
    b unexpected
    b unexpected
    b unexpected
reset:
    cps #0x17                   /* abort mode has a stack of its own */
    ldr sp, =abort_stack_top
    cps #0x13
    ldr sp, =stack_top
    ldr r0, =vectors
    mcr p15, 0, r0, c12, c0, 0  /* VBAR */
    ldr r0, =bss_start
    ldr r1, =bss_end
    mov r2, #0
1:  cmp r0, r1
    strlo r2, [r0], #4
    blo 1b
    mov r0, #0
    mov r1, #0
    ldr r4, =main
    blx r4
    ldr r4, =bare_exit
    blx r4
unexpected:
    ldr sp, =abort_stack_top
    ldr r4, =bare_trap_ends
    bx r4
data_abort:
    push {r0, r1}
    ldr r0, =bare_trap
    str lr, [r0, #16]
    mrc p15, 0, r1, c5, c0, 0   /* DFSR */
    and r1, r1, #0x3f
    str r1, [r0, #8]
    mrc p15, 0, r1, c6, c0, 0   /* DFAR */
    str r1, [r0, #12]
    ldr r1, [r0]                /* does anybody wait for it? */
    cmp r1, #0
    beq unexpected
    mov lr, r1
    mov r1, #1
    str r1, [r0, #4]
    pop {r0, r1}
    movs pc, lr
    .ltorg

/* bool bare_load_traps(address), bool bare_store_traps(address) */
    .text
    .arm
    .global bare_load_traps
    .type bare_load_traps, %function
bare_load_traps:
    mov r1, #0
    b access
    .size bare_load_traps, . - bare_load_traps
    .global bare_store_traps
    .type bare_store_traps, %function
bare_store_traps:
    mov r1, #1
    .size bare_store_traps, . - bare_store_traps
access:
    ldr r2, =bare_trap
    ldr r3, =2f
    str r3, [r2]
    mov r3, #0
    str r3, [r2, #4]
    cmp r1, #0
    beq 1f
    str r3, [r0]
    b 2f
1:  ldr r3, [r0]
2:  mov r3, #0
    str r3, [r2]
    ldr r0, [r2, #4]
    bx lr
    .ltorg
