#!/bin/sh
# What access checks cost with each compiler, -O2, 64 bits, against what they may.
#
#     run.sh BUILD [ROUNDS]      the folder that holds libespmem-idf.a and checked-*.flags
#
# Exit status 0; 1 if a ratio is over its limit; 2 if something could not be measured.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$1
rounds=${2:-9}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# measure COMPILER HOST-LIMIT CHIP-LIMIT
measure()
{
    command -v "$1" >/dev/null || { echo "$1: not installed"; return; }
    flags="-O2 -m64 -std=c11 -pthread -D_GNU_SOURCE -I$root/include -I$root/include/idf -I$here"
    calls=$(sed -n 's/^\([a-z_][a-z_]*\)$/-Wl,--wrap=\1/p' "$root/cmake/wrapped-calls.txt" "$root/cmake/checked-calls.txt")
    # shellcheck disable=SC2086
    $1 $flags -DWORKS_NAME=plain_works -c "$here/work.c" -o "$work/plain.o" &&
        $1 $flags "@$build/checked-$1.flags" -DWORKS_NAME=checked_works -c "$here/work.c" -o "$work/checked.o" &&
        $1 $flags "$here/measure.c" "$work/plain.o" "$work/checked.o" -o "$work/$1" $calls "$build/libespmem-idf.a" || exit 2
    echo "$1 -O2:"
    ESPMEM_BOARD=esp32-wroom "$work/$1" "$2" "$3" "$rounds" >"$work/out" || status=1
    grep -aE '^(sort|host|chip)' "$work/out" || exit 2
}

measure gcc 1.35 2.2
measure clang 1.6 2.8
exit $status
