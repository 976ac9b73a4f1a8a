#!/bin/sh
# The rules of the house: who includes whom, where conditional code may stand, how long files and
# functions get, what the core's symbols are called. Each rule is first shown a tree with a fault.
#
# Prints a line for each case and `cases N failed M`. Needs build/linux64/libespmem-core.a.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
failed=0

ok() { cases=$((cases + 1)); echo "ok $1"; }
fail() { cases=$((cases + 1)); failed=$((failed + 1)); echo "FAIL $1: $2"; }

# breaches TREE: all breaches in a tree's sources.
breaches()
{
    cd "$1" || exit 2
    find . -name build -prune -o -name '.*' ! -name . -prune -o \
        -type f \( -name '*.c' -o -name '*.h' -o -name '*.cpp' \) -print |
        sed 's|^\./||' | sort | xargs -r awk -f "$here/check.awk" "$here/rules"
    cd "$root" || exit 2
}

# foreign_symbols ARCHIVE: exported names that do not start with em_.
foreign_symbols() { nm -g --defined-only "$1" 2>&1 | awk 'NF == 3 && $3 !~ /^em_/ { print "symbol " $3 }'; }

# planted NAME RULE FILE TEXT: a tree with nothing but FILE must be found to break RULE.
planted()
{
    rm -rf "$work/tree"
    mkdir -p "$work/tree/$(dirname "$3")"
    printf '%b\n' "$4" >"$work/tree/$3"
    if breaches "$work/tree" | grep -q "^$2 $3:"; then
        ok "$1"
    else
        fail "$1" "a fault planted in $3 was not found"
    fi
}

# allowed NAME FILE TEXT: the same, for what is no breach.
allowed()
{
    rm -rf "$work/tree"
    mkdir -p "$work/tree/$(dirname "$2")"
    printf '%b\n' "$3" >"$work/tree/$2"
    found=$(breaches "$work/tree" | head -n 1)
    if [ -z "$found" ]; then ok "$1"; else fail "$1" "$found"; fi
}

lines() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "x;\\n" }'; }

check_the_checks()
{
    planted core_without_libc include core/heap/a.c '#include <string.h>'
    planted core_without_ports include core/heap/a.c '#include "ports/linux/lock.h"'
    planted core_without_chips include core/caps/a.c '#include "chips/esp32.h"'
    planted core_without_esp_idf include core/himem/a.c '#include "idf/chip.h"'
    planted core_without_simulator include core/watch/a.c '  #  include "sim/boot.h"'
    planted core_folders_are_named include core/new/a.c 'int x;'
    planted heap_without_caps include core/heap/a.c '#include "espmem/caps.h"'
    planted heap_without_caps_in_brackets include core/heap/a.c '#include <espmem/caps.h>'
    planted heap_without_what_caps_keeps include core/heap/a.h '#include "core/caps/pool.h"'
    planted himem_without_heap include core/himem/a.c '#include "espmem/heap.h"'
    planted himem_without_caps include core/himem/a.c '#include "espmem/caps.h"'
    planted chips_know_only_faces include chips/a.c '#include "core/base/bits.h"'
    planted boards_know_only_faces include boards/a.c '#include "core/heap/block.h"'
    planted ports_know_only_faces include ports/linux/a.c '#include "idf/chip.h"'
    planted idf_without_simulator include idf/a.c '#include "sim/space.h"'
    planted idf_without_engine include idf/a.c '#include "core/heap/tlsf.h"'
    planted simulator_without_tool include sim/a.c '#include "tool/golden.h"'
    planted faces_without_libc include include/espmem/a.h '#include <stdio.h>'
    planted no_way_up_and_round include core/heap/a.c '#include "../caps/pool.h"'
    planted core_without_choices choice core/heap/a.c '#if X\n#endif'
    planted tool_without_choices choice tool/a.c '#ifdef X\n#endif'
    planted headers_have_one_guard choice core/heap/a.h '#ifndef A_H\n#define A_H\n#ifndef B_H\n#endif\n#endif'
    planted no_long_file file core/heap/a.c "$(lines 451)"
    planted no_long_function function tests/heap/a.c "void f(void)\n{\n$(lines 59)}"
    allowed guards_and_cplusplus include/espmem/a.h '#ifndef A_H\n#define A_H\n#ifdef __cplusplus\n#endif\n#endif'
    allowed choices_in_base core/base/a.h '#if X\n#include <stdint.h>\n#endif'
    allowed just_long_enough core/heap/a.c "void f(void)\n{\n$(lines 58)}\n$(lines 387)"
    allowed what_each_floor_needs sim/a.c '#include "idf/chip.h"\n#include <espmem/heap.h>\n#include <pthread.h>'
}

check_the_symbol_check()
{
    printf 'int em_good;\nint stray;\nstatic int own;\nint *em_use(void);\nint *em_use(void) { return &own; }\n' >"$work/a.c"
    if gcc -c "$work/a.c" -o "$work/a.o" && ar rc "$work/a.a" "$work/a.o" &&
        [ "$(foreign_symbols "$work/a.a")" = "symbol stray" ]; then
        ok foreign_symbol_is_found
    else
        fail foreign_symbol_is_found "$(foreign_symbols "$work/a.a" | head -n 3)"
    fi
}

# rule NAME RULE: the project itself breaks it nowhere.
rule()
{
    if grep -q "^$2 " "$work/breaches"; then
        sed -n "s/^$2 /FAIL $1: /p" "$work/breaches"
        cases=$((cases + 1))
        failed=$((failed + 1))
    else
        ok "$1"
    fi
}

check_the_checks
check_the_symbol_check
archive=$root/build/linux64/libespmem-core.a
{ breaches "$root"; foreign_symbols "$archive"; } >"$work/breaches"
[ -f "$archive" ] || echo "symbol $archive is not built" >>"$work/breaches"
rule everybody_keeps_to_their_floor include
rule choices_only_where_machines_differ choice
rule files_of_450_lines_at_most file
rule functions_of_60_lines_at_most function
rule core_symbols_start_with_em symbol
echo "cases $cases failed $failed"
[ "$failed" = 0 ]
