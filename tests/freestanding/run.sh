#!/bin/sh
# The core and the tables of chips and boards without a libc (boards/parse.c, which reads text, is for
# hosts): compiled, linked and run on small processors, with Debian's cross compilers.
#
# usage: tests/freestanding/run.sh [TARGET...]      targets stand in targets.txt; default: all
#
# Prints `ok NAME` or `FAIL NAME` for each case, what went wrong below it, and `cases N failed M` at
# the end. Exit status 0 iff nothing failed. Knows nothing of what the program in program.c tests.
#
# One idea: the core's objects are joined into one, so what that one leaves undefined is all that the
# core asks of the world: its port, and the four functions that C11 lets a compiler call.
set -u
cd "$(dirname "$0")" || exit 2
here=$(pwd)
root=$(cd ../.. && pwd)
build=${ESPMEM_BUILD:-$root/build}/freestanding
cases=0
failed=0

# memcpy and its kin come from the program; of libgcc only what no machine instruction does in one step.
core_may_need='^(em_port_[a-z_]+|memcpy|memmove|memset|memcmp)$'

# verdict NAME STATUS [LOG]
verdict()
{
    cases=$((cases + 1))
    if [ "$2" = 0 ]; then
        echo "ok $1"
        return 0
    fi
    failed=$((failed + 1))
    echo "FAIL $1"
    [ -n "${3:-}" ] && [ -s "$3" ] && head -n 12 "$3" | sed 's/^/    /'
    return 1
}

tool() { "$(echo "$compiler" | sed "s/gcc\$/$1/")" "$2" "$3"; }

# compile SOURCE OBJECT [FLAG...]: only the compiler's own headers are there to be included.
compile()
{
    source=$1
    object=$2
    shift 2
    # shellcheck disable=SC2086
    "$compiler" $compile_flags -std=c11 -O2 -ffreestanding -nostdinc -isystem "$headers" -Wall -Wextra -Werror "$@" \
        -I "$root" -I "$root/include" -I "$here" -I "$here/port" -c "$source" -o "$object"
}

# compile_all FOLDER SOURCE...: every source to FOLDER; false iff one does not compile.
compile_all()
{
    folder=$1
    shift
    mkdir -p "$folder"
    status=0
    for source in "$@"; do
        compile "$source" "$folder/$(basename "$(dirname "$source")")-$(basename "$source").o" || status=1
    done
    return $status
}

# The machine is a file of port/, with hooks.c, or a port of this project.
compile_machine()
{
    bare=$root/ports/bare
    case $machine in
    xtensa) sources="$root/ports/xtensa/start.S $root/ports/xtensa/port.c $root/ports/xtensa/sim/console.c $bare/report.c" ;;
    *) sources="$here/port/start_$start.S $here/port/$machine.c $here/port/hooks.c" ;;
    esac
    # shellcheck disable=SC2086
    compile_all "$objects/machine" $sources "$bare/copy.c" "$bare/copied_banks.c" "$here/program.c" &&
        compile "$bare/memory.c" "$objects/machine/memory.o" -fno-builtin -fno-tree-loop-distribute-patterns
}

# join OUTPUT OBJECT...: one relocatable object of several.
join()
{
    output=$1
    shift
    # shellcheck disable=SC2086
    "$compiler" $compile_flags -nostdlib -r "$@" -o "$output"
}

# needs OBJECT: the names it leaves undefined.
needs() { tool nm -u "$1" | awk '{ print $NF }'; }

# needs_only_its_port OBJECT: prints what else it asks for; false iff there is anything.
needs_only_its_port()
{
    needs "$1" | grep -Ev "$core_may_need" | sed "s/^/the core may not need: /" >"$objects/asked"
    [ ! -s "$objects/asked" ] || { cat "$objects/asked"; false; }
}

link()
{
    # shellcheck disable=SC2086
    (cd "$here/port" && "$compiler" $flags -nostdlib -static -Wl,--fatal-warnings -Wl,--no-warn-rwx-segments \
        "$objects/core.o" "$objects"/machine/*.o -o "$objects/program")
}

# A link with -nostdlib leaves nothing undefined, unless it is weak: then nm still shows it.
nothing_is_undefined()
{
    needs "$objects/program" >"$objects/undefined"
    [ ! -s "$objects/undefined" ] || { sed 's/^/undefined: /' "$objects/undefined"; false; }
}

run_program()
{
    # shellcheck disable=SC2086
    timeout 60 $runner "$objects/program" </dev/null
    status=$?
    [ $status = 0 ] || echo "the program ended with status $status"
    return $status
}

# ---- one target ------------------------------------------------------------------------------------

# The check of what the core needs must find a fault that is planted beside it.
planted_is_found()
{
    log=$objects/planted-$1.log
    compile "$here/planted/$1.c" "$objects/$1.o" >"$log" 2>&1 &&
        join "$objects/with-$1.o" "$objects/core.o" "$objects/$1.o" >>"$log" 2>&1 &&
        ! needs_only_its_port "$objects/with-$1.o" >>"$log" 2>&1
    verdict "$target-planted-$1-is-found" $? "$log"
}

installed()
{
    for program in "$compiler" "${runner%% *}"; do
        command -v "$program" >/dev/null 2>&1 && continue
        echo "$program is not installed; ./dev test installs it, or apt-get install the package that has it"
        return 1
    done
}

check_target()
{
    objects=$build/$target
    rm -rf "$objects"
    mkdir -p "$objects"
    log=$objects/log
    installed >"$log" 2>&1
    verdict "$target-tools-are-installed" $? "$log" || return
    headers=$("$compiler" -print-file-name=include)
    compile_flags=$(echo "$flags" | sed 's/-T [^ ]*//')

    compile_all "$objects/core" "$root"/core/*/*.c "$root"/chips/*.c "$root"/boards/boards.c >"$log" 2>&1
    verdict "$target-core-compiles" $? "$log" || return
    join "$objects/core.o" "$objects"/core/*.o >"$log" 2>&1 && needs_only_its_port "$objects/core.o" >>"$log" 2>&1
    verdict "$target-core-needs-only-its-port" $? "$log"
    planted_is_found libc_call
    [ "$target" != lx106 ] || planted_is_found division

    compile_machine >"$log" 2>&1 && link >>"$log" 2>&1
    verdict "$target-program-links" $? "$log" || return
    nothing_is_undefined >"$log" 2>&1
    verdict "$target-nothing-is-undefined" $? "$log"
    run_program >"$log" 2>&1
    verdict "$target-program-runs" $? "$log"
}

trim() { echo "$1" | sed 's/^ *//; s/ *$//'; }

wanted=" $* "
while IFS='|' read -r target compiler flags machine runner; do
    target=$(trim "$target")
    case $target in '' | '#'*) continue ;; esac
    case $wanted in '  ' | *" $target "*) ;; *) continue ;; esac
    compiler=$(trim "$compiler")
    flags=$(trim "$flags")
    runner=$(trim "$runner")
    # shellcheck disable=SC2086
    set -- $machine
    start=$1
    machine=$2
    check_target
done <targets.txt
[ $cases -gt 0 ] || { echo "freestanding: no target is called$wanted; the names stand in targets.txt" >&2; exit 2; }
echo "cases $cases failed $failed"
[ $failed = 0 ]
