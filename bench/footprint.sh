#!/bin/sh
# Prints what the core costs in code on small processors, part by part, compiled for size.
#
# usage: bench/footprint.sh
#
# Bytes of text, data and bss of the objects of each part; data and bss are 0, since the core has no
# globals. Exit status 2 if a compiler is missing.
set -u
cd "$(dirname "$0")/.." || exit 2
out=${ESPMEM_BUILD:-build}/footprint
mkdir -p "$out" || exit 2

# name, compiler, flags
processors='
Cortex-M3|arm-none-eabi-gcc|-mcpu=cortex-m3 -mthumb
RV32IMC|riscv64-unknown-elf-gcc|-march=rv32imc -mabi=ilp32
Xtensa-LX106|xtensa-lx106-elf-gcc|
'

# name, sources
parts='
one heap|core/base/*.c core/heap/heap.c core/heap/tlsf.c
+ walk and check|core/heap/walk.c core/heap/tlsf_check.c
+ capabilities|core/caps/*.c
+ high memory|core/himem/*.c
+ guard|core/guard/*.c
+ tracing|core/watch/*.c
'

bytes_of() # COMPILER FLAGS SOURCES
{
    rm -f "$out"/*.o
    for source in $3; do
        # shellcheck disable=SC2086 # flags are words
        "$1" $2 -std=c11 -Os -ffreestanding -I. -Iinclude -c "$source" -o "$out/$(echo "$source" | tr / _).o" || exit 2
    done
    "${1%gcc}size" "$out"/*.o | awk 'NR > 1 { text += $1; data += $2 + $3 } END { print text, data }'
}

printf '%-14s %-18s %8s %8s\n' processor part text data+bss
echo "$processors" | while IFS='|' read -r name compiler flags; do
    [ -n "$name" ] || continue
    command -v "$compiler" >/dev/null || { echo "footprint: $compiler is not installed; ./dev bench installs it." >&2; exit 2; }
    echo "$parts" | while IFS='|' read -r part sources; do
        [ -n "$part" ] || continue
        # shellcheck disable=SC2046,SC2086,SC2183 # two words; sources are patterns
        printf '%-14s %-18s %8s %8s\n' "$name" "$part" $(bytes_of "$compiler" "$flags" "$sources")
    done
done
