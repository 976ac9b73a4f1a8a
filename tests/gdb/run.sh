#!/bin/sh
# gdb's commands of tool/gdb/espmem.py, in a program that panics and on its core file.
#
#     run.sh BUILD BITS      the folder that holds libespmem-idf.a, its word size
#
# Prints a line for each case and `cases N failed M`.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
failed=0

# shows NAME FILE PATTERN
shows()
{
    cases=$((cases + 1))
    if grep -qE "$3" "$2"; then
        echo "ok $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1: no line $3 in:"
        tail -n 12 "$2" | sed 's/^/    /'
    fi
}

shows_all()
{
    shows "heaps_$1" "$2" '^IRAM +0x4008e54c-0x400a0000 +[0-9]+ +0 +1  EXEC\|32BIT\|INTERNAL$'
    shows "free_heap_bytes_$1" "$2" '^DRAM +0x3ffae6e0-0x3ffb0000 +[1-9][0-9]* +[1-9]'
    shows "himem_$1" "$2" '^page   1 at 0x3fa18000, range of page 0: bank 2$'
    shows "unmapped_page_$1" "$2" '^page   0 at 0x3fa10000, range of page 0: not mapped$'
    shows "block_$1" "$2" '^used block of 1[0-9][0-9] bytes at 0x3ff[0-9a-f]+; the address is 7 bytes inside$'
    shows "no_heap_$1" "$2" '^0x3f400000 is in no heap$'
}

# shellcheck disable=SC2046
gcc -g -O1 "-m$2" -pthread -D_GNU_SOURCE "-I$root/include" "-I$root/include/idf" "$here/program.c" -o "$work/program" \
    $(sed -n 's/^\([a-z_][a-z_]*\)$/-Wl,--wrap=\1/p' "$root/cmake/wrapped-calls.txt") "$1/libespmem-idf.a" || exit 2
look="-ex 'espmem heap' -ex 'espmem himem' -ex 'espmem block (char*)block+7' -ex 'espmem block 0x3f400000'"
eval "gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'source $root/tool/gdb/espmem.py' -ex 'handle SIGABRT nostop noprint' \
    -ex 'break espmem_panic_hook' -ex run -ex continue $look -ex 'generate-core-file $work/core' '$work/program'" >"$work/live" 2>&1
shows_all live "$work/live"
eval "gdb -nx -batch -ex 'source $root/tool/gdb/espmem.py' $look '$work/program' '$work/core'" >"$work/dead" 2>&1
shows_all core_file "$work/dead"
shows debugger_stops_by_itself "$work/live" 'SIGTRAP'
echo "cases $cases failed $failed"
[ "$failed" = 0 ]
