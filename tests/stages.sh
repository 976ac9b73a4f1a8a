# The stages of `./dev test`, read by dev. Each counts its test cases; what cannot be run here is
# skipped with its reason. One idea: a stage is a function `stage_NAME`, and `all_stages` is the order.
# shellcheck shell=sh

# shellcheck disable=SC2154 # log and jobs are set by dev
all_stages="harness format docs linux64 floors linux32 clang64 golden64 golden32 asan tsan valgrind tidy freestanding target shapes gdb install"
quick_stages="linux64 golden64"
passed=0
failed=0

# ---- counting ------------------------------------------------------------------------------------

count()
{
    passed=$((passed + $1))
    failed=$((failed + $2))
    stage_passed=$((stage_passed + $1))
    stage_failed=$((stage_failed + $2))
}

skip() { say "skipped $stage: $1"; skipped=1; }
complain() { printf '  %s\n' "$1"; }

# one_case NAME COMMAND...: a command is one case.
one_case()
{
    name=$1
    shift
    if "$@" >"$log/$name" 2>&1 </dev/null; then
        count 1 0
        return 0
    fi
    count 0 1
    complain "FAIL $name (all of it in $log/$name):"
    tail -n 12 "$log/$name" | sed 's/^/    /'
    return 1
}

# count_log FILE STATUS NAME: adds what a test program's last lines say. One that says nothing, says
# that all is well and yet fails, or has no case, is one failure.
count_log()
{
    summary=$(sed -n 's/^cases \([0-9][0-9]*\) failed \([0-9][0-9]*\)$/\1 \2/p' "$1" | tail -n 1)
    cases=${summary% *}
    wrong=${summary#* }
    if [ -z "$summary" ]; then
        count 0 1
        complain "FAIL $3: ended with status $2 before its summary (see $1)"
        tail -n 6 "$1" | sed 's/^/    /'
        return
    fi
    count $((cases - wrong)) "$wrong"
    grep '^FAIL ' "$1" | sed "s|^FAIL |  FAIL $3: |"
    if [ "$wrong" = 0 ] && { [ "$2" != 0 ] || [ "$cases" = 0 ]; }; then
        count 0 1
        complain "FAIL $3: $cases cases, yet status $2 (see $1)"
        tail -n 6 "$1" | sed 's/^/    /'
    fi
}

# counted NAME COMMAND...: a script that prints its cases as test programs do.
counted()
{
    name=$1
    shift
    "$@" >"$log/$name" 2>&1 </dev/null
    count_log "$log/$name" $? "$name"
}

# programs BUILD [WRAPPER...]: every test program of a build, as many at a time as there are cores.
programs()
{
    bin=build/$1/tests/bin
    list=build/$1/tests/programs
    out=$log/$stage-tests
    shift
    grep -q . "$list" || { complain "(there are no test programs yet)"; return; }
    rm -rf "$out"
    mkdir -p "$out"
    # shellcheck disable=SC2016
    BIN=$bin OUT=$out WRAPPER="$*" xargs -r -P "$jobs" -n 1 sh -c '
        timeout 300 $WRAPPER "$BIN/$0" >"$OUT/$0" 2>&1 </dev/null
        echo $? >"$OUT/$0.status"' <"$list"
    while read -r program; do
        [ -n "$program" ] && count_log "$out/$program" "$(cat "$out/$program.status")" "$stage/$program"
    done <"$list"
}

# ---- stages --------------------------------------------------------------------------------------

# built PRESET: builds it, once in a run, which is one case; a failed one leaves its tests out.
good_builds=
bad_builds=
built()
{
    case " $good_builds " in *" $1 "*) return 0 ;; esac
    case " $bad_builds " in *" $1 "*) return 1 ;; esac
    if build "$1"; then
        count 1 0
        good_builds="$good_builds $1"
        return 0
    fi
    bad_builds="$bad_builds $1"
    count 0 1
    complain "FAIL build $1 (all of it in $log/build-$1):"
    build_errors "$1" | sed 's/^/    /'
    return 1
}

stage_linux64() { built linux64 && programs linux64; }
stage_clang64()
{
    have clang || { skip "clang is not installed"; return; }
    built clang64 && programs clang64
}
stage_linux32()
{
    links stdio.h gcc -m32 2>/dev/null || { skip "gcc cannot build 32-bit programs (gcc-multilib)"; return; }
    built linux32 && programs linux32
}

stage_asan()
{
    built asan || return
    ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 programs asan
    [ ! -d tests/golden ] || golden asan
}
stage_tsan()
{
    built tsan || return
    TSAN_OPTIONS=halt_on_error=1 programs tsan
}
stage_valgrind()
{
    have valgrind || { skip "valgrind is not installed"; return; }
    built linux64 || return
    # A fault that is handled needs all registers; valgrind's own new and delete would take the place of the chip's
    ESPMEM_BRIEF=1 programs linux64 valgrind --quiet --fair-sched=yes --vex-iropt-register-updates=allregs-at-mem-access --soname-synonyms=somalloc=nouserintercepts --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite
}

# The recordings that the code can answer.
golden_parts="multi_heap/32-none multi_heap/32-light multi_heap/32-comp heap_caps himem text"

# replay BUILD FILE|FOLDER...: into $log/golden-BUILD, without what the chip's console said.
replay()
{
    tool=build/$1/bin/espmem
    out=$log/golden-$1
    shift
    "$tool" golden "$@" >"$out.all" 2>&1 </dev/null
    replay_status=$?
    grep -v '^[EWID] ([0-9]*) ' "$out.all" >"$out"
    return "$replay_status"
}

# golden BUILD: every file of recorded operations is a case.
golden()
{
    [ -d tests/golden ] || { skip "there is no tests/golden"; return; }
    [ -d tool ] || { skip "the tool does not exist yet"; return; }
    built "$1" || return
    parts=$(for part in $golden_parts; do echo "tests/golden/$part"; done)
    [ ! -d tests/scripts ] || parts="$parts tests/scripts" # short ones, which the tests' models wrote
    # shellcheck disable=SC2086
    replay "$1" $parts
    status=$?
    files=$(sed -n 's/^files \([0-9]*\) operations [1-9][0-9]* mismatches 0$/\1/p' "$log/golden-$1" | tail -n 1)
    if [ "$status" = 0 ] && [ "${files:-0}" -gt 0 ]; then
        count "$files" 0
        complain "$1: $(tail -n 1 "$log/golden-$1")"
        return
    fi
    golden_files "$1" "$parts"
}

# golden_files BUILD FOLDERS: something differs, so each file by itself; the first few are shown.
golden_files()
{
    wrong_files=0
    # shellcheck disable=SC2086
    for file in $(find $2 -type f -name '*.txt*' | sort); do
        if replay "$1" "$file"; then
            count 1 0
            continue
        fi
        count 0 1
        wrong_files=$((wrong_files + 1))
        [ "$wrong_files" -gt 5 ] || { complain "FAIL golden $1 $file"; head -n 4 "$log/golden-$1" | sed 's/^/    /'; }
    done
    [ "$wrong_files" -le 5 ] || complain "FAIL golden $1: $((wrong_files - 5)) more files differ"
    [ "$wrong_files" -gt 0 ] || { count 0 1; complain "FAIL golden $1: all files together fail, each alone does not"; }
}

stage_golden64() { golden linux64; }
stage_golden32()
{
    links stdio.h gcc -m32 2>/dev/null || { skip "gcc cannot build 32-bit programs (gcc-multilib)"; return; }
    golden linux32
}

# The table of access checks; shown, since it is to be looked at.
stage_shapes()
{
    links stdio.h gcc -m32 2>/dev/null || { skip "gcc cannot build 32-bit programs (gcc-multilib)"; return; }
    built linux64 && built linux32 || return
    counted shapes tests/shapes/run.sh "$root/build/linux64" "$root/build/linux32"
    grep -v '^cases ' "$log/shapes"
}

stage_gdb()
{
    have gdb || { skip "gdb is not installed"; return; }
    built linux64 && counted gdb tests/gdb/run.sh "$root/build/linux64" 64
}

check_format() { xargs -r clang-format --dry-run -Werror <"$log/sources"; }
stage_format()
{
    have clang-format || { skip "clang-format is not installed"; return; }
    sources >"$log/sources"
    one_case format-check check_format || complain "(./dev format puts it right)"
}

stage_tidy()
{
    have clang-tidy || { skip "clang-tidy is not installed"; return; }
    have clang || { skip "clang is not installed"; return; }
    built clang64
    [ -f build/clang64/compile_commands.json ] || { skip "the build for clang is not configured"; return; }
    out=$log/tidy
    rm -rf "$out"
    mkdir -p "$out"
    # shellcheck disable=SC2016
    sources | grep -E '^(\./)?(core|idf|sim|tool)/.*\.c$' | OUT=$out xargs -r -P "$jobs" -n 1 sh -c '
        log=$OUT/$(echo "$0" | tr / _)
        clang-tidy --quiet -p build/clang64 "$0" >"$log" 2>"$log.err" && rm -f "$log.err" || mv "$log" "$log.bad"'
    count "$(find "$out" -name '*.c' | wc -l)" 0
    for bad in "$out"/*.bad; do
        [ -e "$bad" ] || continue
        count 0 1
        complain "FAIL tidy $(basename "$bad" .bad)"
        cat "$bad" "${bad%.bad}.err" | grep -E 'error|warning:' | head -n 8 | sed 's/^/    /'
    done
}

# script FOLDER: a test that is a script; without the folder there is nothing to test yet.
script()
{
    [ -x "tests/$1/run.sh" ] || { skip "there is no tests/$1/run.sh"; return; }
    counted "$1" "tests/$1/run.sh"
}
stage_floors() { built linux64 && script floors; }
stage_harness() { script harness; }
stage_freestanding() { script freestanding; }
stage_target() { script target; }
stage_install() { script install; }
stage_docs() { script docs; }

# ---- all of them ---------------------------------------------------------------------------------

set_up_for()
{
    want_to_build
    want_to_test
    require_missing
    [ "$1" = "$quick_stages" ] && return
    want_for_all_stages
    install_missing || say "Not installed, what needs them is skipped:$missing"
    missing=
}

test_all()
{
    stages=$all_stages
    case ${1:-} in
    '') ;;
    quick) stages=$quick_stages ;;
    long) export ESPMEM_LONG=1 ;;
    help) say "stages: $all_stages"; return ;;
    *) stages=$* ;;
    esac
    for stage in $stages; do
        case " $all_stages " in *" $stage "*) ;; *) die "there is no stage \"$stage\" (./dev test help lists them)." ;; esac
    done
    mkdir -p "$log"
    set_up_for "$stages"
    for stage in $stages; do
        stage_passed=0
        stage_failed=0
        skipped=0
        began=$(date +%s)
        "stage_$stage"
        [ "$skipped" = 1 ] || say "$stage: $stage_passed passed, $stage_failed failed ($(($(date +%s) - began)) s)"
    done
    say "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
