#!/bin/sh
# Which wrong accesses to memory for words are found: 23 shapes, by compiler, optimisation and word size.
# Prints the table, a line for each case and `cases N failed M`. A miss that tests/shapes/known does not
# name is a failure, as is one that is named and found, and any false accusation.
#
#     run.sh BUILD64 [BUILD32]     folders that hold libespmem-idf.a and checked-*.flags
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
failed=0

calls() { sed -n 's/^\([a-z_][a-z_]*\)$/-Wl,--wrap=\1/p' "$root/cmake/wrapped-calls.txt" "$root/cmake/checked-calls.txt"; }

# try COMPILER LEVEL BITS BUILD: a column of the table in $work/COLUMN, a case each.
try()
{
    column=$1-O$2-m$3
    program=$work/$column.program
    # shellcheck disable=SC2046
    $1 "-O$2" "-m$3" -std=c11 -pthread -D_GNU_SOURCE -Wno-array-bounds "-I$root/include" "-I$root/include/idf" \
        "@$4/checked-$1.flags" "$here/shapes.c" "$here/table.c" -o "$program" $(calls) "$4/libespmem-idf.a" >"$work/log" 2>&1 &&
        ESPMEM_BOARD=esp32-wroom "$program" >"$work/out" 2>>"$work/log" &&
        grep -a "$(printf '\t')" "$work/out" >"$work/$column" && [ "$(wc -l <"$work/$column")" = 23 ] || {
        cases=$((cases + 1))
        failed=$((failed + 1))
        echo "FAIL $column: $(tail -n 1 "$work/log")"
        return
    }
    columns="$columns $column"
    while IFS=$(printf '\t') read -r shape verdict; do
        cases=$((cases + 1))
        known=$(grep -c "^$column$(printf '\t')$shape$" "$here/known")
        case $verdict$known in
            right0 | found0 | missed1) ;;
            *)
                failed=$((failed + 1))
                echo "FAIL $column: $shape: $verdict"
                ;;
        esac
    done <"$work/$column"
}

columns=
for build in "$@"; do
    bits=64
    [ "$build" = "${2:-}" ] && bits=32
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        for level in 0 2; do
            try $compiler $level $bits "$build"
        done
    done
done

printf '%-36s' shape
for column in $columns; do printf ' %12s' "$column"; done
echo
cut -f 1 "$work/gcc-O0-m64" | while read -r shape; do
    printf '%-36s' "$shape"
    for column in $columns; do
        printf ' %12s' "$(awk -F '\t' -v shape="$shape" '$1 == shape { print $2 }' "$work/$column")"
    done
    echo
done
echo "cases $cases failed $failed"
[ "$failed" = 0 ]
