#!/bin/sh
# Installs espmem as a user does, 64-bit and 32-bit, moves the tree elsewhere, and builds and runs a
# user's programs against it: through CMake and through pkg-config, in C, C++17 and C++20.
#
# Prints a line for each case and `cases N failed M`. With ESPMEM_WORK the trees are kept there.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)
work=${ESPMEM_WORK:-}
[ -n "$work" ] || { work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT; }
mkdir -p "$work"
log=$work/log
cases=0
failed=0
export CC=gcc CXX=g++
command -v ninja >/dev/null && export CMAKE_GENERATOR=Ninja

# check NAME COMMAND...: one case; what the command printed is shown where it fails.
check()
{
    label=$1_$bits
    shift
    cases=$((cases + 1))
    if "$@" >"$log" 2>&1 </dev/null; then
        echo "ok $label"
        return 0
    fi
    failed=$((failed + 1))
    echo "FAIL $label: $(grep -m 1 -E '[Ee]rror[: ]|undefined reference|wrong:|missing:|^fault' "$log" || tail -n 1 "$log")"
    tail -n 15 "$log" | sed 's/^/    /'
    return 1
}

# All that a plain user types; then the tree moves and its sources' build is gone.
install_and_move()
{
    rm -rf "$work/build" "$work/first" "$tree"
    cmake -S "$root" -B "$work/build" "-DESPMEM_BITS=$bits" &&
        cmake --build "$work/build" -j "$jobs" &&
        cmake --install "$work/build" --prefix "$work/first" &&
        mv "$work/first" "$tree" && rm -rf "$work/build"
}

# tree_has FILE...
tree_has()
{
    for file in "$@"; do
        [ -e "$tree/$file" ] || { echo "missing: $file"; return 1; }
    done
}

# Nothing in the package's texts may name where it was built or first installed.
names_no_place() { ! grep -rnE "$work|$root|/usr/local" "$tree/lib/cmake" "$tree/lib/pkgconfig"; }

has_word_size() { readelf -h "$1" | grep -q "Class: *ELF$bits"; }

# says WORDS PROGRAM: the program succeeds and its last line is WORDS.
says()
{
    if "$2" >"$work/said" 2>&1 && has_word_size "$2" && tail -n 1 "$work/said" | grep -qx "$1"; then return 0; fi
    cat "$work/said"
    return 1
}

project_builds()
{
    rm -rf "$work/user"
    cmake -S "$here/project" -B "$work/user" "-DCMAKE_PREFIX_PATH=$tree" "$@" && cmake --build "$work/user" -j "$jobs"
}

# flags_build OUT COMPILER SOURCE PACKAGE [PKG-CONFIG-OPTION]
flags_build()
{
    flags=$(PKG_CONFIG_PATH=$tree/lib/pkgconfig pkg-config --cflags --libs ${5:+"$5"} "$4") || return 1
    # shellcheck disable=SC2086
    $2 "$here/project/$3" -o "$1" $flags
}

through_cmake()
{
    check cmake_project_builds project_builds -DESPMEM_PROJECT_CXX=ON || return
    check cmake_bare_core_runs says "bare core: good" "$work/user/bare_core"
    check cmake_c_firmware_runs says "firmware: good" "$work/user/firmware_c"
    check cmake_checked_firmware_runs says "firmware: good" "$work/user/firmware_checked"
    check cmake_cxx17_firmware_runs says "firmware: good" "$work/user/firmware_cxx17"
    check cmake_cxx20_firmware_runs says "firmware: good" "$work/user/firmware_cxx20"
    check cmake_project_without_cxx_builds project_builds -DESPMEM_PROJECT_CXX=OFF || return
    check cmake_c_only_firmware_runs says "firmware: good" "$work/user/firmware_c"
}

# through_pkg_config SUFFIX [OPTION]
through_pkg_config()
{
    while read -r name good package source compiler; do
        program=$work/$name
        rm -f "$program"
        check "pkg_config_${name}_builds$1" flags_build "$program" "$compiler" "$source" "$package" "${2:-}" &&
            check "pkg_config_${name}_runs$1" says "$good: good" "$program"
    done <<'END'
c firmware espmem-idf firmware.c gcc -O2 -std=gnu11
cxx17 firmware espmem-idf firmware.cpp g++ -O2 -std=c++17
cxx20 firmware espmem-idf firmware.cpp g++ -O2 -std=c++20
cxx17_unoptimised firmware espmem-idf firmware.cpp g++ -O0 -std=c++17
fortified firmware espmem-idf firmware.c gcc -O2 -D_FORTIFY_SOURCE=2
checked firmware espmem-idf-checked firmware.c gcc -O2
checked_cxx17 firmware espmem-idf-checked firmware.cpp g++ -O2 -std=c++17
END
    program=$work/bare_core
    check "pkg_config_bare_core_builds$1" flags_build "$program" gcc bare_core.c espmem "${2:-}" &&
        check "pkg_config_bare_core_runs$1" says "bare core: good" "$program"
}

for bits in 64 32; do
    tree=$work/moved/espmem-$bits
    mkdir -p "$work/moved"
    check tree_installs install_and_move || continue
    check tree_is_complete tree_has bin/espmem include/espmem/heap.h include/espmem/caps.h include/espmem/himem.h \
        include/idf/esp_heap_caps.h include/idf/esp32/himem.h lib/libespmem-core.a lib/libespmem-idf.a \
        lib/cmake/espmem/espmem-config.cmake lib/pkgconfig/espmem.pc lib/pkgconfig/espmem-idf.pc \
        lib/pkgconfig/espmem-idf-checked.pc share/espmem/checked-gcc.flags share/espmem/checked-clang.flags
    check tree_names_no_place names_no_place
    check tool_replays "$tree/bin/espmem" golden "$root/tests/golden/himem/edge-r62-8M.txt"
    through_cmake
    through_pkg_config ""
    through_pkg_config _static --static
done
echo "cases $cases failed $failed"
[ "$failed" = 0 ]
