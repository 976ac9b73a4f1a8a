/* The recordings as text, put together by run.sh: see cases_golden.c. OPERATIONS_* are given by it. */
    .section .rodata
    .balign 4
    .global golden_heap_operations, golden_himem_operations
golden_heap_operations: .word HEAP_OPERATIONS
golden_himem_operations: .word HIMEM_OPERATIONS
    .global golden_heap_text, golden_heap_end, golden_himem_text, golden_himem_end
golden_heap_text:
    .incbin "heap.txt"
golden_heap_end:
golden_himem_text:
    .incbin "himem.txt"
golden_himem_end:
    .balign 4
