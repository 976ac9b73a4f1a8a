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

# compile SOURCE OBJECT [FLAG...]
compile()
{
    source=$1
    object=$2
    shift 2
    # shellcheck disable=SC2086
    "$compiler" $flags -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -g -DNDEBUG $warnings -DBENCH_ENGINE=em_engine_tlsf -DBENCH_GUARD=EM_GUARD_OFF "$@" \
        -I "$root" -I "$root/include" -I "$bench/replay" -I "$bare" -c "$source" -o "$object" || exit 2
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
    machine=$(objects_of "$objects/machine" "$bare/linux.c" "$bare/hooks.c" "$bare/start_$start.S") || exit 2
    compile "$root/ports/bare/memory.c" "$objects/machine/memory.o" -fno-builtin -fno-tree-loop-distribute-patterns
    program=$(objects_of "$objects/program" "$bench/replay/replay.c" "$bench/replay/run.c" "$bench/replay/trace.c") || exit 2
    known=$(objects_of "$objects/known" "$bench/known/known.c" "$bench/known/$start.S") || exit 2
    # shellcheck disable=SC2086
    link_bare "$objects/known.elf" $known
    for subject in null heap caps; do
        compile "$bench/replay/subject_$subject.c" "$objects/program/subject_$subject.o"
        # shellcheck disable=SC2086
        link_bare "$objects/$subject.elf" $program "$objects/program/subject_$subject.o" $core
    done
    compile "$bench/replay/subject_caps.c" "$objects/program/subject_light.o" -UBENCH_GUARD -DBENCH_GUARD=EM_GUARD_LIGHT
    # shellcheck disable=SC2086
    link_bare "$objects/light.elf" $program "$objects/program/subject_light.o" $core
}

# link_bare OUTPUT OBJECT...
link_bare()
{
    output=$1
    shift
    # shellcheck disable=SC2086
    "$compiler" $flags -nostdlib -static "$@" $machine "$objects/machine/memory.o" -lgcc -o "$output" || exit 2
}

# The search for the smallest region runs on the host, in its 32-bit mode.
build_host()
{
    processor host32
    core=$(objects_of "$objects/core" "$root"/core/*/*.c) || exit 2
    program=$(objects_of "$objects/program" "$bench/replay/smallest.c" "$bench/replay/run.c" "$bench/replay/trace.c" \
        "$bench/replay/subject_heap.c" "$bench/replay/bare_host.c" "$bare/hooks.c") || exit 2
    # shellcheck disable=SC2086
    "$compiler" -m32 $program $core -o "$objects/smallest" || exit 2
}
