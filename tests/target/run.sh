#!/bin/sh
# The core and the ports on emulated machines without an operating system: one program for each target,
# the same tests everywhere; what the ports cost in instructions; and faults planted in the ports.
#
# usage: tests/target/run.sh [TARGET...]      targets stand in targets.txt, and esp32; default: all
#
# Prints `ok NAME` or `FAIL NAME` for each case, what went wrong below it, `# …` for figures, and
# `cases N failed M` at the end. Exit status 0 iff nothing failed.
#
# One idea: a target is a line of data; a planted fault is one, too.
set -u
cd "$(dirname "$0")/../.." || exit 2
root=$(pwd)
here=$root/tests/target
out=${ESPMEM_BUILD:-$root/build}/target
jobs=$(nproc 2>/dev/null || echo 2)
seconds=60 # the most that one run may take

# shellcheck source=tests/target/build.sh
. "$here/build.sh"
# shellcheck source=tests/target/check.sh
. "$here/check.sh"
# shellcheck source=tests/target/esp32.sh
. "$here/esp32.sh"

# Everything about one target, to its own file; targets run beside each other.
if [ "${1:-}" = --one ]; then
    case $2 in
    esp32) check_esp32 >"$out/esp32/report" 2>&1 ;;
    *) read_target "$2" && check_target >"$objects/report" 2>&1 ;;
    esac
    exit
fi

wanted=${*:-$(names)esp32}
mkdir -p "$out"
prepare >"$out/log" 2>&1 || { echo "FAIL prepare"; sed 's/^/    /' "$out/log" | tail -n 12; echo "cases 1 failed 1"; exit 1; }
for name in $wanted; do
    rm -rf "${out:?}/$name"
    mkdir -p "$out/$name"
done
echo "$wanted" | tr ' ' '\n' | xargs -r -P "$jobs" -n 1 "$here/run.sh" --one
for name in $wanted; do
    cat "$out/$name/report" 2>/dev/null || echo "FAIL $name: there is no such target, or it ended early; the names stand in targets.txt"
done >"$out/report"
cat "$out/report"
cases=$(grep -Ec '^(ok|FAIL) ' "$out/report")
failed=$(grep -c '^FAIL ' "$out/report")
echo "cases $cases failed $failed"
[ "$cases" -gt 0 ] && [ "$failed" = 0 ]
