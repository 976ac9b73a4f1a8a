/* RISC-V, 32 bits: from reset in machine mode to main in supervisor mode, traps, and accesses that may trap.
 *
 * Needs from the linker script: stack_top, bss_start, bss_end. */
    .section .start, "ax"
    .global _start
_start:
    la sp, stack_top
    la t0, 1f                   /* a core without memory protection traps here: go on behind it */
    csrw mtvec, t0
    li t0, -1
    csrw pmpaddr0, t0           /* the whole address space ... */
    li t0, 0x1f
    csrw pmpcfg0, t0            /* ... for supervisor mode: read, write, execute */
    .align 2
1:  li t0, 0xffff
    csrw medeleg, t0            /* supervisor mode takes its own exceptions */
    li t0, 7
    csrw mcounteren, t0         /* and may read the counters */
    la t0, trap_in_machine_mode
    csrw mtvec, t0
    la t0, trap_in_supervisor_mode
    csrw stvec, t0
    la t0, bss_start
    la t1, bss_end
2:  bgeu t0, t1, 3f
    sw zero, 0(t0)
    addi t0, t0, 4
    j 2b
3:  li t0, 0x1800
    csrc mstatus, t0
    li t0, 0x0800               /* mret goes to supervisor mode */
    csrs mstatus, t0
    la t0, in_supervisor_mode
    csrw mepc, t0
    mret
in_supervisor_mode:
    li a0, 0
    li a1, 0
    call main
    call bare_exit

    .align 2
trap_in_machine_mode:
    csrr t1, mcause
    la t0, bare_trap
    sw t1, 8(t0)
    la sp, stack_top
    call bare_trap_ends

    .align 2
trap_in_supervisor_mode:
    csrw sscratch, t0
    la t0, bare_trap
    sw t1, 20(t0)
    csrr t1, scause
    sw t1, 8(t0)
    csrr t1, stval
    sw t1, 12(t0)
    csrr t1, sepc
    sw t1, 16(t0)
    lw t1, 0(t0)                /* does anybody wait for it? */
    beqz t1, 1f
    csrw sepc, t1
    li t1, 1
    sw t1, 4(t0)
    lw t1, 20(t0)
    csrr t0, sscratch
    sret
1:  la sp, stack_top
    call bare_trap_ends

    .text
/* bool bare_load_traps(address), bool bare_store_traps(address) */
    .global bare_load_traps
    .type bare_load_traps, @function
bare_load_traps:
    li t1, 0
    j access
    .size bare_load_traps, . - bare_load_traps
    .global bare_store_traps
    .type bare_store_traps, @function
bare_store_traps:
    li t1, 1
    .size bare_store_traps, . - bare_store_traps
access:
    la t2, bare_trap
    la t3, 2f
    sw t3, 0(t2)
    sw zero, 4(t2)
    beqz t1, 1f
    sw zero, 0(a0)
    j 2f
1:  lw t3, 0(a0)
2:  sw zero, 0(t2)
    lw a0, 4(t2)
    ret
