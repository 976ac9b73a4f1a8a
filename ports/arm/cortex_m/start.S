/* ARM's microcontroller profile: vectors, from reset to main, traps, and accesses that may trap.
 *
 * Needs from the linker script: stack_top, bss_start, bss_end, and .vectors where the processor looks. */
    .syntax unified
    .thumb
    .section .vectors, "a"
    .word stack_top
    .word _start
    .word trap                  /* NMI */
    .word trap                  /* hard fault */
    .word trap                  /* memory management: the MPU */
    .word trap                  /* bus */
    .word trap                  /* usage */
    .space 36

    .text
    .global _start
    .thumb_func
    .type _start, %function
_start:
    ldr r0, =bss_start
    ldr r1, =bss_end
    movs r2, #0
1:  cmp r0, r1
    bhs 2f
    str r2, [r0], #4
    b 1b
2:  movs r0, #0
    movs r1, #0
    bl main
    bl bare_exit

    .thumb_func
    .type trap, %function
trap:
    ldr r0, =bare_trap
    ldr r1, =0xE000ED28         /* why; written back, it is cleared */
    ldr r2, [r1]
    str r2, [r0, #8]
    str r2, [r1]
    ldr r1, =0xE000ED34         /* at which address */
    ldr r2, [r1]
    str r2, [r0, #12]
    ldr r2, [sp, #24]
    str r2, [r0, #16]
    ldr r2, [r0]                /* does anybody wait for it? */
    cbz r2, 1f
    bic r2, r2, #1
    str r2, [sp, #24]
    movs r2, #1
    str r2, [r0, #4]
    bx lr
1:  bl bare_trap_ends

/* bool bare_load_traps(address), bool bare_store_traps(address) */
    .global bare_load_traps
    .thumb_func
    .type bare_load_traps, %function
bare_load_traps:
    movs r1, #0
    b access
    .size bare_load_traps, . - bare_load_traps
    .global bare_store_traps
    .thumb_func
    .type bare_store_traps, %function
bare_store_traps:
    movs r1, #1
    .size bare_store_traps, . - bare_store_traps
    .thumb_func
access:
    ldr r2, =bare_trap
    ldr r3, =2f
    str r3, [r2]
    movs r3, #0
    str r3, [r2, #4]
    cbz r1, 1f
    str r3, [r0]
    b 2f
1:  ldr r3, [r0]
2:  ldr r2, =bare_trap
    movs r3, #0
    str r3, [r2]
    ldr r0, [r2, #4]
    bx lr
    .ltorg
