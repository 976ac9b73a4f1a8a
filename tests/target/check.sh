# Running the programs of one target and judging them, read by run.sh.
#
# One idea: whatever a program says is passed on under the target's name; silence is a failure.
# shellcheck shell=sh disable=SC2154,SC2034 # shared with run.sh

# verdict NAME STATUS [LOG]
verdict()
{
    if [ "$2" = 0 ]; then
        echo "ok $target-$1"
        return 0
    fi
    echo "FAIL $target-$1"
    [ -n "${3:-}" ] && [ -s "$3" ] && tail -n 12 "$3" | sed 's/^/    /'
    return 1
}

# emulate PROGRAM LOG [OPTION...]
emulate()
{
    program=$1
    log=$2
    shift 2
    # shellcheck disable=SC2086
    timeout "$seconds" $emulator "$@" -kernel "$program" >"$log" 2>&1 </dev/null
}

# run_program NAME PROGRAM: passes its cases on; it must have come to its end.
run_program()
{
    emulate "$2" "$objects/$1.log"
    status=$?
    sed -n "s/^ok /ok $target-/p; s/^FAIL /FAIL $target-/p; s/^    /    /p" "$objects/$1.log"
    said=$(sed -n 's/^cases \([1-9][0-9]*\) failed 0$/0/p; s/^cases [0-9]* failed [1-9][0-9]*$/1/p' "$objects/$1.log")
    [ "$said" = "$status" ]
    verdict "$1-ends-as-it-says" $? "$objects/$1.log"
}

# The tests once more while the word memory is watched, on a machine that has such a memory.
watch_words()
{
    address=$(symbol_address target_word_memory "$objects/plain")
    emulate "$objects/plain" "$objects/words.log" -plugin "$out/words.so,from=$address,bytes=2000"
    verdict "word-memory-is-accessed-by-words-only" $? "$objects/words.log"
}

symbol_address() { nm "$2" | awk -v name="$1" '$3 == name { print $1 }'; }

# The plugin needs no -icount, and counts a piece twice that QEMU begins anew for its sake.
without_icount()
{
    emulator_before=$emulator
    emulator=$(echo "$emulator" | sed 's/-icount [^ ]*//')
    emulate "$@"
    emulator=$emulator_before
}

# ---- counts -------------------------------------------------------------------------------------------

subjects="nothing known malloc free caps_malloc caps_free map unmap map_many unmap_many"

# counted NAME: what the plugin counted of count_NAME, of its first call.
counted() { awk -v name="count_$1" '$1 == "function" && $2 == name { print $10 }' "$objects/plugin.counts"; }
# said NAME: what the program's own counter says.
said() { awk -v name="$1" '$1 == "count" && $2 == name { print $3 }' "$objects/counts.log"; }
stack() { awk -v name="$1" '$1 == "stack" && $2 == name { print $3 }' "$objects/counts.log"; }

count_instructions()
{
    emulate "$objects/counts" "$objects/counts.log"
    verdict counts-run $? "$objects/counts.log" || return
    options=$(for name in $subjects; do printf ',fn=count_%s' "$name"; done)
    without_icount "$objects/counts" "$objects/plugin.log" \
        -plugin "$out/count.so$options,fn=map_pages,fn=unmap_pages,out=$objects/plugin.counts"
    grep -q 'does not count instructions' "$objects/plugin.log"
    verdict counter-without-icount-is-noticed $? "$objects/plugin.log" || return
    compare_counts >"$objects/compare.log"
    verdict counter-and-plugin-agree $? "$objects/compare.log"
    figures
}

compare_counts()
{
    bad=0
    for name in $subjects; do
        [ "$name" = nothing ] && continue
        plugin=$(($(counted "$name") - $(counted nothing)))
        [ "$plugin" = "$(said "$name")" ] || { echo "$name: plugin $plugin, counter $(said "$name")"; bad=1; }
    done
    return $bad
}

figures()
{
    printf '# %s instructions:' "$target"
    for name in malloc free caps_malloc caps_free map unmap map_many unmap_many; do printf ' %s %s' "$name" "$(said "$name")"; done
    printf '\n# %s stack bytes:' "$target"
    for name in malloc free caps_malloc caps_free map unmap; do printf ' %s %s' "$name" "$(stack "$name")"; done
    echo
}

# of_port FUNCTION COLUMN
of_port() { awk -v name="$1" -v column="$2" '$1 == "function" && $2 == name { print $column }' "$objects/plugin.counts"; }

# The limits of the switch itself where pages are mapped: one bank, and many neighbours in one call.
port_limits()
{
    [ -n "$(of_port map_pages 8)" ] && [ "$(of_port map_pages 4)" -gt 0 ] || return 0
    map=$(of_port map_pages 8) unmap=$(of_port unmap_pages 8) map_many=$(of_port map_pages 10)
    echo "# $target port: map $map, unmap $unmap, map of 62 neighbours $map_many"
    [ "$target" = dc232b ] || return 0
    [ "$map" -le 85 ] && [ "$unmap" -le 76 ] && [ "$map_many" -le $((62 * 60)) ]
    verdict "a-bank-is-switched-in-85-and-76-instructions" $?
}

# ---- planted faults -----------------------------------------------------------------------------------

# plant NAME FILE EXPRESSION CASE: a copy of the file with the fault; the case has to fail.
plant()
{
    tree=$objects/planted-$1
    mkdir -p "$tree/$(dirname "$2")"
    sed "$3" "$2" >"$tree/$2"
    cmp -s "$2" "$tree/$2" && { echo "the expression changes nothing in $2"; return 1; }
    build_planted "$tree" "$2" || return 1
    emulate "$tree/program" "$tree/log"
    grep -q "^FAIL $4:" "$tree/log" || { echo "$4 did not fail"; tail -n 4 "$tree/log"; return 1; }
}

build_planted()
{
    folder=$1/objects
    cp -r "$objects/port" "$folder"
    for pattern in $port 'bare/*.c'; do
        for source in ports/$pattern; do
            depends_on "$source" "$2" || continue
            kind=port
            case $source in ports/bare/*) kind=bare ;; esac
            [ "$source" = "$2" ] && source=$1/$2
            compile "$source" "$folder/$kind-$(basename "$source").o" -w -I "$1" || return 1
        done
    done
    # shellcheck disable=SC2046
    link "$1/program" "$folder"/*.o $(for name in $tests; do echo "$objects/tests/$name.o"; done) "$objects/tests/golden_none.o"
}

# depends_on SOURCE FILE: whether the file is the source, or a header that it includes.
depends_on() { [ "$1" = "$2" ] || grep -q "\"$2\"" "$1" || { [ "${2%.h}" != "$2" ] && grep -q "\"$2\"" $(sed -n 's/^#include "\(ports.*\)"/\1/p' "$1") /dev/null; }; }

plant_all()
{
    lines "$here/planted.txt" | while IFS='|' read -r name where file expression case; do
        [ "$(echo $where)" = "$target" ] || continue
        name=$(echo $name)
        # shellcheck disable=SC2116,SC2086
        plant "$name" "$(echo $file)" "$(echo "$expression" | sed 's/^ //; s/ $//')" "$(echo $case)" >"$objects/planted-$name.log" 2>&1
        verdict "planted-$name-is-found" $? "$objects/planted-$name.log"
    done
}

# ---- all of it ----------------------------------------------------------------------------------------

installed()
{
    for program in ${compiler%% *} ${emulator%% *}; do
        command -v "$program" >/dev/null 2>&1 && continue
        echo "$program is not installed; ./dev target installs it, or apt-get install the package that has it"
        return 1
    done
}

# The template is no machine to run on, but it has to compile everywhere.
template_compiles() { compile_all "$objects/template" ports/template/*.c; }

check_target()
{
    log=$objects/build.log
    installed >"$log" 2>&1
    verdict tools-are-installed $? "$log" || return
    build_core >"$log" 2>&1 && build_program >>"$log" 2>&1
    verdict builds $? "$log" || return
    template_compiles >"$log" 2>&1
    verdict template-compiles $? "$log"
    if [ "$has_golden" = golden ]; then
        build_golden >"$log" 2>&1
        verdict builds-with-the-recordings $? "$log"
        run_program program "$objects/golden.elf"
    else
        run_program program "$objects/plain"
    fi
    watch_words
    count_instructions
    port_limits
    plant_all
}
