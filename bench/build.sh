# Building what the benchmark runs, read by run.sh: the plugin, and one replay program for each processor
# and subject. One idea: the core is compiled once for each processor and linked with each subject.
# shellcheck shell=sh disable=SC2154,SC2034 # shared with run.sh

warnings="-Wall -Wextra -Wpedantic -Wshadow -Wundef -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror"
bare=$root/tests/freestanding/port

# processor NAME: how to build and run for it.
processor()
{
    case $1 in
    thumb2)
        compiler=arm-none-eabi-gcc
        flags="-mcpu=cortex-m3 -mthumb"
        start=arm
        emulator=qemu-arm
        ;;
    rv32imac)
        compiler=riscv64-unknown-elf-gcc
        flags="-march=rv32imac -mabi=ilp32"
        start=riscv
        emulator=qemu-riscv32
        ;;
    xtensa)
        compiler=xtensa-lx106-elf-gcc
        flags="-mtext-section-literals"
        start=xtensa
        emulator=qemu-xtensa
        ;;
    host32)
        compiler=gcc
        flags="-m32"
        start=
        emulator=
        ;;
    esac
    objects=$out/$1
    # The host has its own libc; what runs on a bare processor sees the compiler's headers only.
    [ "$1" = host32 ] && return
    flags="$flags -ffreestanding -nostdinc -isystem $("$compiler" -print-file-name=include)"
}

# compile SOURCE OBJECT [FLAG...]: a flag may say another engine than tlsf, or a guard.
compile()
{
    source=$1
    object=$2
    shift 2
    case "$*" in *BENCH_ENGINE*) ;; *) set -- -DBENCH_ENGINE=em_engine_tlsf "$@" ;; esac
    case "$*" in *BENCH_GUARD*) ;; *) set -- -DBENCH_GUARD=EM_GUARD_OFF "$@" ;; esac
    # shellcheck disable=SC2086
    "$compiler" $flags -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -g -DNDEBUG $warnings "$@" \
        -I "$root" -I "$root/include" -I "$bench/replay" -I "$bare" -c "$source" -o "$object" || exit 2
}

# subject NAME: sets source and with. `heap` is the public face of a heap, `caps` a pool, `bare` an engine alone.
subject()
{
    case $1 in
    bins*) with=-DBENCH_ENGINE=em_engine_bins ;;
    *) with=-DBENCH_ENGINE=em_engine_tlsf ;;
    esac
    case $1 in
    null) source=null ;;
    heap | bins) source=heap ;;
    bins+) source=heap with=-DBENCH_ENGINE=em_engine_bins_checked ;;
    caps | bins-caps) source=caps ;;
    light) source=caps with="$with -DBENCH_GUARD=EM_GUARD_LIGHT" ;;
    bare | bins-bare) source=bare ;;
    *) die "there is no subject $1." ;;
    esac
}

# objects_of FOLDER SOURCE...: compiles them and prints the objects.
objects_of()
{
    folder=$1
    shift
    mkdir -p "$folder"
    for source in "$@"; do
        object=$folder/$(basename "$(dirname "$source")")-$(basename "$source").o
        compile "$source" "$object"
        echo "$object"
    done
}

build_plugin()
{
    mkdir -p "$out"
    # shellcheck disable=SC2086
    gcc -std=c11 -D_POSIX_C_SOURCE=200809L -O2 $warnings -shared -fPIC "$bench"/plugin/*.c -o "$out/count.so" || exit 2
}

# build_bare PROCESSOR: the core, the machine, and a replay program for each subject.
build_bare()
{
    processor "$1"
    core=$(objects_of "$objects/core" "$root"/core/*/*.c) || exit 2
    first=$bare/start_$start.S
    [ "$1" = xtensa ] && first="$bare/start_xtensa_linux.S $root/ports/xtensa/division.c"
    # shellcheck disable=SC2086
    machine=$(objects_of "$objects/machine" "$bare/linux.c" "$bare/hooks.c" "$root/ports/bare/copy.c" $first) || exit 2
    compile "$root/ports/bare/memory.c" "$objects/machine/memory.o" -fno-builtin -fno-tree-loop-distribute-patterns
    program=$(objects_of "$objects/program" "$bench/replay/replay.c" "$bench/replay/run.c" "$bench/replay/trace.c") || exit 2
    known=$(objects_of "$objects/known" "$bench/known/known.c" "$bench/known/$start.S") || exit 2
    # shellcheck disable=SC2086
    link_bare "$objects/known.elf" $known
    for name in null $subjects; do
        subject "$name"
        # shellcheck disable=SC2086
        compile "$bench/replay/subject_$source.c" "$objects/program/subject_$name.o" $with
        # shellcheck disable=SC2086
        link_bare "$objects/$name.elf" $program "$objects/program/subject_$name.o" $core
    done
}

# link_bare OUTPUT OBJECT...
link_bare()
{
    output=$1
    shift
    # shellcheck disable=SC2086
    "$compiler" $flags -nostdlib -static -Wl,-Ttext-segment=0x10000,-e,_start "$@" $machine "$objects/machine/memory.o" -lgcc -o "$output" || exit 2
}

# The search for the smallest region runs on the host, in its 32-bit mode; and what writes synthetic traces.
build_host()
{
    processor host32
    core=$(objects_of "$objects/core" "$root"/core/*/*.c) || exit 2
    program=$(objects_of "$objects/program" "$bench/replay/smallest.c" "$bench/replay/run.c" "$bench/replay/trace.c" \
        "$bench/replay/bare_host.c" "$bare/hooks.c" "$root/ports/bare/copy.c") || exit 2
    for name in heap bins; do
        subject "$name"
        compile "$bench/replay/subject_heap.c" "$objects/program/subject_$name.o" "$with"
        # shellcheck disable=SC2086
        "$compiler" -m32 $program "$objects/program/subject_$name.o" $core -o "$objects/smallest-$name" || exit 2
        compile "$bench/replay/tables.c" "$objects/program/tables_$name.o" "$with"
        # shellcheck disable=SC2086
        "$compiler" -m32 "$objects/program/tables_$name.o" "$objects/program/"*hooks.c.o "$objects/program/"*copy.c.o "$objects/program/"*bare_host.c.o \
            $core -o "$objects/tables-$name" || exit 2
    done
    # shellcheck disable=SC2086
    gcc -std=c11 -O2 $warnings "$bench/families.c" -lm -o "$objects/families" || exit 2
}

# The host's own word size, against the C libraries' allocators.
build_wall()
{
    wall=$out/wall
    mkdir -p "$wall"
    for name in heap bins libc; do
        case $name in
        libc) source=$bench/replay/subject_libc.c with= ;;
        *) subject "$name" && source=$bench/replay/subject_heap.c ;;
        esac
        # shellcheck disable=SC2086
        gcc -std=c11 -D_GNU_SOURCE -O2 -DNDEBUG -DBENCH_GUARD=EM_GUARD_OFF $with -I "$root" -I "$root/include" -I "$bench/replay" -I "$bare" \
            "$bench/replay/wall.c" "$bench/replay/run.c" "$bench/replay/trace.c" "$bench/replay/bare_host.c" "$bare/hooks.c" "$root/ports/bare/copy.c" \
            "$source" "$root"/core/*/*.c -o "$wall/$name" || exit 2
    done
}
