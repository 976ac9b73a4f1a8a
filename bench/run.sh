#!/bin/sh
# Measures the heaps over recorded and synthetic traces: exact instructions on three processors, the smallest
# region, code and tables.
#
# usage: bench/run.sh                     measure, print the table, compare with bench/table.txt; himem's ratios
#        bench/run.sh --update            the same, and make it the checked-in table
#        bench/run.sh FILE...             other traces (HTRC, plain or gzipped): Thumb-2 and the smallest region
#        bench/run.sh --wall              time on this machine, in turns with malloc's usual implementations
#        bench/run.sh --profile SUBJECT TRACE [bench_malloc|bench_free|bench_realloc [PROCESSOR]]
#                                         where the instructions go: heap, bins …, tls32 …, thumb2 …
#
# Subjects: heap and bins are the public face of a heap of the engines tlsf and bins, a lock set; bare and
# bins-bare the engines alone; bins+ is bins with checks of neighbours; caps and bins-caps a pool of one
# heap; light a pool with marks around its blocks.
#
# Exit status 0; 1 if a row got worse than the checked-in table's; 2 if something could not be measured.
# Instructions are net of the harness, in a region of four times the peak; the p999 and max columns are
# per call. A row `smallest` is the region's bytes, and its ratio to the peak of live bytes.
#
# One idea: instructions of a given compiler are exact, so a table can be compared to the last digit.
set -u
cd "$(dirname "$0")/.." || exit 2
root=$(pwd)
bench=$root/bench
out=${ESPMEM_BUILD:-$root/build}/bench
processors="thumb2 rv32imac xtensa"
subjects="heap bare caps light bins bins-bare bins+ bins-caps"
adversaries="adv1 adv2 adv3"
families="S M L F"
seeds="0 1 2 3 4 5 6 7"
real="tls32 json32 lua32 sqlite3 ft64"
functions=fn=bench_malloc,fn=bench_free,fn=bench_realloc

# shellcheck source=bench/build.sh disable=SC2154
. "$bench/build.sh"

die()
{
    echo "bench: $1" >&2
    exit 2
}

need_tools()
{
    for tool in gcc arm-none-eabi-gcc riscv64-unknown-elf-gcc xtensa-lx106-elf-gcc qemu-arm qemu-riscv32 qemu-xtensa gunzip awk; do
        command -v $tool >/dev/null 2>&1 || die "$tool is not installed; ./dev bench installs it, or apt-get install the package that has it."
    done
    echo '#include <stdio.h>' | gcc -m32 -fsyntax-only -x c - 2>/dev/null ||
        die "gcc cannot build 32-bit programs; ./dev bench installs gcc-multilib, or apt-get install it."
}

# ---- traces ----------------------------------------------------------------------------------------

# trace_name FILE: what a trace is called in the table.
trace_name() { basename "$1" | sed 's/\.gz$//; s/\.tr$//'; }

# unpack FILE: to $out/traces/NAME.tr
unpack()
{
    mkdir -p "$out/traces"
    plain=$out/traces/$(trace_name "$1").tr
    case $(head -c 4 "$1" 2>/dev/null) in
    HTRC) cp "$1" "$plain" ;;
    *) gunzip -c "$1" >"$plain" 2>/dev/null || die "$1 is neither a trace nor a gzipped one." ;;
    esac
}

# ---- counting --------------------------------------------------------------------------------------

# count ELF TRACE OUTPUT [OPTIONS]: runs a replay under the plugin.
count()
{
    "$emulator" -plugin "$out/count.so,${4:-$functions},out=$3" "$1" "$2" >"$3.said" 2>&1 ||
        die "$(basename "$1") on $(basename "$2") failed: $(cat "$3.said")"
}

# The counter itself, against functions counted by hand.
check_counter()
{
    known=fn=known_leaf,fn=known_tail,fn=known_loop,fn=known_caller,fn=known_maybe
    count "$objects/known.elf" "" "$objects/known.counts" $known
    grep '^function .* calls' "$bench/known/$start.S" | cmp -s - "$objects/known.counts" ||
        die "the counting plugin miscounts on $1: compare $objects/known.counts with bench/known/$start.S."
}

count_processor()
{
    build_bare "$1"
    check_counter "$1"
    for trace in $traces; do
        count "$objects/null.elf" "$out/traces/$trace.tr" "$objects/null-$trace.counts"
        for subject in $subjects; do
            count "$objects/$subject.elf" "$out/traces/$trace.tr" "$objects/$subject-$trace.counts"
            awk -v row="$1 $subject $trace" -f "$bench/table.awk" "$objects/null-$trace.counts" "$objects/$subject-$trace.counts"
        done
    done
}

# What was seen at most in random and adversarial sequences; means would say nothing there.
count_adversaries()
{
    for name in bare heap bins-bare bins; do
        for trace in $adversaries; do
            count "$objects/null.elf" "$out/traces/$trace.tr" "$objects/null-$trace.counts"
            count "$objects/$name.elf" "$out/traces/$trace.tr" "$objects/$name-$trace.counts"
            awk -v row="$1 $name $trace" -f "$bench/table.awk" "$objects/null-$trace.counts" "$objects/$name-$trace.counts"
        done
    done
}

# ---- the smallest region ---------------------------------------------------------------------------

# region ENGINE TRACE: prints `peak P region R`.
region() { "$out/host32/smallest-$1" "$out/traces/$2.tr" || die "no region was found for $2."; }

search()
{
    for engine in heap bins; do
        for trace in $traces; do
            region "$engine" "$trace" | awk -v row="smallest $engine $trace" '{ printf "%-28s %8d %8.4f\n", row, $4, $4 / $2 }'
        done
    done
}

search_families()
{
    for engine in heap bins; do
        for family in $families; do
            for seed in $seeds; do
                region "$engine" "$family$seed"
            done | awk -v row="smallest $engine $family" '{ sum += $4 / $2 } END { printf "%-28s %8s %8.4f\n", row, "-", sum / NR }'
        done
    done
}

# The geometric mean over the traces of real programs.
geomean()
{
    for engine in heap bins; do
        awk -v real=" $real " -v engine="$engine" \
            '$1 == "smallest" && $2 == engine && index(real, " " $3 " ") { sum += log($5); n++ }
            END { if (n > 1) printf "%-28s %8s %8.4f\n", "smallest " engine " real" n, "-", exp(sum / n) }' "$1"
    done
}

# ---- code, stack, tables ---------------------------------------------------------------------------

# Bytes of an engine's functions on Thumb-2, compiled for size; the largest frame of one of them.
measure_code()
{
    processor thumb2
    for engine in tlsf bins bins_checked; do
        # shellcheck disable=SC2086
        "$compiler" $flags -std=c11 -Os -DNDEBUG -fstack-usage -I "$root" -I "$root/include" -c "$root/core/heap/$engine.c" \
            -o "$out/code.o" || exit 2
        text=$(arm-none-eabi-size "$out/code.o" | awk 'NR == 2 { print $1 }')
        stack=$(awk '$2 > most { most = $2 } END { print most + 0 }' "$out/code.su")
        awk -v engine=$engine -v text="$text" -v stack="$stack" 'BEGIN {
            printf "%-28s %8d\n%-28s %8d\n", "code thumb2-Os " engine, text, "frame thumb2-Os " engine, stack }'
    done
}

measure_tables()
{
    for engine in heap bins; do
        "$out/host32/tables-$engine" 16384 65536 262144 16777216 |
            awk -v engine=$engine '{ printf "%-28s %8d\n", "own-bytes " engine " " $1, $2 }'
    done
}

# ---- time ------------------------------------------------------------------------------------------

# The best of seven, in turns; other allocators take the place of libc's where they are installed.
measure_wall()
{
    for trace in $traces; do
        : >"$out/wall/times"
        for turn in 1 2 3 4 5 6 7; do
            for name in heap bins libc; do
                echo "$name $("$out/wall/$name" "$out/traces/$trace.tr")"
            done
            for library in /usr/lib/*/libjemalloc.so.2 /usr/lib/*/libmimalloc.so.2* /usr/lib/*/libtcmalloc_minimal.so.4; do
                [ -e "$library" ] && echo "$(basename "$library" | sed 's/^lib//; s/\.so.*//') $(LD_PRELOAD=$library "$out/wall/libc" "$out/traces/$trace.tr")"
            done
        done >>"$out/wall/times"
        awk -v trace="$trace" '{ if (!($1 in best) || $2 < best[$1]) best[$1] = $2 }
            END { for (name in best) printf "wall %-20s %-10s %6.2f ns an operation\n", name, trace, best[name] }' "$out/wall/times" | sort
    done
}

# ---- the table -------------------------------------------------------------------------------------

heading()
{
    echo "# Written by bench/run.sh --update. In every column less is better; - does not apply."
    echo "# Thumb-2 by $(arm-none-eabi-gcc --version | head -n 1)"
    echo "# RISC-V by $(riscv64-unknown-elf-gcc --version | head -n 1)"
    echo "# Xtensa by $(xtensa-lx106-elf-gcc --version | head -n 1)"
    echo "# processor, subject, trace     malloc     free     pair p999m  p999f   maxm   maxf   realloc"
}

measure()
{
    heading
    for machine_name in $processors; do
        count_processor "$machine_name"
        [ -z "$families" ] || count_adversaries "$machine_name"
    done
    echo "# smallest, subject, trace       bytes    ratio   (S M L F: mean of 8 seeds)"
    search
    if [ -n "$families" ]; then
        search_families
        echo "# code and frames of an engine; what a heap of so many bytes keeps for itself, records included"
        measure_code
        measure_tables
    fi
}

same_compilers()
{
    grep '^# .* by ' "$bench/table.txt" | cmp -s - "$out/compilers"
}

compare()
{
    [ -f "$bench/table.txt" ] || die "there is no bench/table.txt yet; bench/run.sh --update makes one."
    grep '^# .* by ' "$out/table" >"$out/compilers"
    if ! same_compilers; then
        echo "Not compared: bench/table.txt was made by other compilers than these."
        return 0
    fi
    if awk -f "$bench/compare.awk" "$bench/table.txt" "$out/table"; then
        echo "No row is worse than in bench/table.txt."
        return 0
    fi
    echo "A row got worse. Undo that, or record it with bench/run.sh --update and say why in the commit."
    return 1
}

bench_all()
{
    need_tools
    build_plugin
    traces=
    for file in "$@"; do
        unpack "$file"
        traces="$traces $(trace_name "$file")"
    done
    build_host
    mkdir -p "$out/traces"
    "$out/host32/families" "$out/traces" || exit 2
    measure >"$out/table" || exit 2
    geomean "$out/table" >"$out/geomean"
    cat "$out/geomean" >>"$out/table"
    cat "$out/table"
}

show_peers()
{
    echo
    grep -v '^# counts' "$bench/peers.txt"
    echo
}

# profile SUBJECT TRACE [FUNCTION [PROCESSOR]]
profile()
{
    [ $# -ge 2 ] || die "give a subject (heap, bins) and a trace (tls32)."
    need_tools
    build_plugin
    build_bare "${4:-thumb2}"
    [ -f "$objects/$1.elf" ] || die "there is no subject $1; give heap or bins."
    unpack "$bench/traces/$2.tr.gz"
    count "$objects/$1.elf" "$out/traces/$2.tr" "$objects/profile" "fn=${3:-bench_malloc},profile=on"
    awk '$1 == "function" { calls = $4; printf "%9.2f  %s, each of %d calls\n", $6 / calls, $2, calls }
        $1 == "symbol" { printf "%9.2f  in %s\n", $4 / calls, $2 }' "$objects/profile" | sort -rn
    echo "By address: $objects/profile (pieces), with $compiler's objdump -d $objects/$1.elf"
}

# Ratios of times, interleaved in one run, against their limits; on a busy machine they are what they are.
measure_himem()
{
    command -v cmake >/dev/null 2>&1 || die "cmake is not installed; ./dev bench installs it."
    { cmake --preset linux64 && cmake --build --preset linux64 --target bench_himem; } >"$out/himem.log" 2>&1 ||
        die "bench_himem does not build (see $out/himem.log)."
    "$root/build/linux64/bench/bench_himem" 2>&1 | grep -v '^[EWID] ([0-9]*) ' >"$out/himem"
    cat "$out/himem"
    ! grep -q 'OVER$' "$out/himem"
}

case ${1:-} in
--profile)
    shift
    profile "$@"
    ;;
--update)
    bench_all "$bench"/traces/*.tr.gz
    cp "$out/table" "$bench/table.txt"
    show_peers
    ;;
--wall)
    shift
    [ $# -gt 0 ] || set -- "$bench"/traces/*.tr.gz
    build_wall
    traces=
    for file in "$@"; do
        unpack "$file"
        traces="$traces $(trace_name "$file")"
    done
    measure_wall
    ;;
-*) die "the options are --update, --wall and --profile." ;;
'')
    bench_all "$bench"/traces/*.tr.gz
    show_peers
    compare
    status=$?
    measure_himem || status=1
    exit "$status"
    ;;
*)
    processors=thumb2
    subjects="heap bins bins-bare"
    families=
    bench_all "$@"
    ;;
esac
