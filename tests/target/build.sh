# Building the programs for one target, read by run.sh: the core, a port, the tests.
#
# One idea: the core is compiled once a target and joined, and each program is linked with it.
# shellcheck shell=sh disable=SC2154,SC2034 # shared with run.sh

warnings="-Wall -Wextra -Wpedantic -Wshadow -Wundef -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wcast-align"
tests="frame program cases_port cases_heap cases_caps cases_himem"

lines() { grep -v '^#' "$1"; }
names() { lines "$here/targets.txt" | cut -d'|' -f1 | tr -d ' ' | tr '\n' ' '; }
field() { echo "$line" | cut -d'|' -f"$1" | sed 's/^ *//; s/ *$//'; }

# read_target NAME: its line in targets.txt.
read_target()
{
    target=$1
    objects=$out/$target
    line=$(lines "$here/targets.txt" | grep "^$target *|") || return 1
    compiler=$(field 2)
    port=$(field 3)
    linker_flags=$(field 4)
    emulator="$(field 5) -nographic -monitor none"
    has_golden=$(field 6)
    headers=$(${compiler%% *} -print-file-name=include)
    engines=$(sed -n 's/^extern const struct em_engine em_engine_\([a-z]*\);/{"\1", \&em_engine_\1}/p' include/espmem/heap.h | paste -sd,)
    case $compiler in
    *gcc*) quirks="-fno-tree-loop-distribute-patterns" ;;
    *) quirks="-Wno-unused-command-line-argument" ;;
    esac
}

# compile SOURCE OBJECT [FLAG...]
compile()
{
    source=$1
    object=$2
    shift 2
    # shellcheck disable=SC2086
    $compiler $quirks -std=c11 -O2 -g -ffreestanding -fno-builtin -nostdinc -isystem "$headers" $warnings -Werror "$@" \
        -I "$root" -I "$root/include" -I "$here" -c "$source" -o "$object"
}

# compile_all FOLDER SOURCE...: false iff one does not compile.
compile_all()
{
    folder=$1
    shift
    mkdir -p "$folder"
    for source in "$@"; do
        compile "$source" "$folder/$(basename "$(dirname "$source")")-$(basename "$source").o" || return 1
    done
}

# join OUTPUT OBJECT...: one relocatable object of several.
join()
{
    output=$1
    shift
    # shellcheck disable=SC2086
    $compiler $(echo "$linker_flags" | grep -o -e '-fuse-ld=[a-z]*') -nostdlib -r "$@" -o "$output"
}

# link OUTPUT OBJECT...: with the core; of libgcc only what the processor has no instruction for.
link()
{
    output=$1
    shift
    library="-Wl,--no-warn-rwx-segments -lgcc"
    case $compiler in clang*) library= ;; esac
    # shellcheck disable=SC2086
    $compiler $linker_flags -nostdlib -static "$@" "$objects/core.o" $library -o "$output"
}

build_core()
{
    compile_all "$objects/core" core/*/*.c && join "$objects/core.o" "$objects"/core/*.o
}

# build_port FOLDER [FLAG...]: the port and what all bare ports share, to FOLDER; flags as for the compiler.
build_port()
{
    port_folder=$1
    shift
    mkdir -p "$port_folder"
    for pattern in $port; do
        for source in ports/$pattern; do
            compile "$source" "$port_folder/port-$(basename "$source").o" "$@" || return 1
        done
    done
    for source in ports/bare/*.c; do
        compile "$source" "$port_folder/bare-$(basename "$source").o" "$@" || return 1
    done
}

build_tests()
{
    mkdir -p "$objects/tests"
    for name in $tests counts golden_none; do
        compile "$here/$name.c" "$objects/tests/$name.o" -DTARGET_ENGINES="$engines" || return 1
    done
}

# What all programs of a target share, and the tests' program without recordings.
build_program()
{
    build_port "$objects/port" && build_tests || return 1
    common=$(for name in $tests; do echo "$objects/tests/$name.o"; done)
    # shellcheck disable=SC2086
    link "$objects/plain" "$objects"/port/*.o $common "$objects/tests/golden_none.o" || return 1
    link "$objects/counts" "$objects"/port/*.o "$objects/tests/counts.o" "$objects/tests/cases_himem.o" "$objects/tests/frame.o"
}

# The same with the recordings inside.
build_golden()
{
    compile_all "$objects/golden" "$here/golden.c" "$here/golden_heap.c" "$here/golden_himem.c" "$here/cases_golden.c" &&
        compile "$here/golden_data.S" "$objects/golden/data.o" -Wa,-I"$out" \
            -DHEAP_OPERATIONS="$(operations "$out/heap.txt")" -DHIMEM_OPERATIONS="$(operations "$out/himem.txt")" || return 1
    # shellcheck disable=SC2046
    link "$objects/golden.elf" "$objects"/port/*.o $(for name in $tests; do echo "$objects/tests/$name.o"; done) "$objects"/golden/*.o
}

# ---- once for all targets -----------------------------------------------------------------------------

# operations FILE: how many lines are operations.
operations() { grep -Evc '^(golden|kind|ptr|poison|base|size|seed|psram|reserve|log|end) ' "$1"; }

# Text that the operations printed, and comments, are not compared here.
recordings()
{
    for file in "$@"; do
        case $file in
        *.gz) gunzip -c "$file" ;;
        *) cat "$file" ;;
        esac
    done | grep -v '^[|#!]'
}

prepare()
{
    recordings tests/golden/multi_heap/32-none/* >"$out/heap.txt"
    recordings tests/golden/himem/* >"$out/himem.txt"
    gcc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 $warnings -Werror -shared -fPIC bench/plugin/*.c -o "$out/count.so" &&
        gcc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 $warnings -Werror -shared -fPIC -I bench/plugin "$here/plugin/words.c" -o "$out/words.so"
}
