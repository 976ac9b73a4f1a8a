#!/bin/sh
# The tests' own machinery: what check.h reports, and what stages.sh makes of it, shown programs that
# fail in every way a test program can. A test that cannot fail would be found here.
#
# Prints a line for each case and `cases N failed M`.
# shellcheck disable=SC2031 # what stages.sh sets stays in its subshell
cd "$(dirname "$0")/../.." || exit 2
root=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cases=0
wrong=0

# program NAME BODY: compiles a test program.
program()
{
    printf '#include "check.h"\n#include <pthread.h>\n#include <stdlib.h>\n%b\nCHECK_MAIN\n' "$2" >"$work/$1.c"
    gcc -Wall -Wextra -Werror -Wno-unused-variable -I "$root/tests" "$work/$1.c" -o "$work/$1" -pthread || exit 2
}

# counts NAME "PASSED FAILED" PROGRAM [ARGUMENT]: what stages.sh counts for the program's output.
counts()
{
    name=$1
    wanted=$2
    shift 2
    "$@" >"$work/output" 2>&1
    status=$?
    got=$(
        . "$root/tests/stages.sh"
        stage_passed=0 stage_failed=0
        count_log "$work/output" "$status" "$name" >/dev/null
        echo "$passed $failed"
    )
    verdict "$name" "$wanted" "$got"
}

# verdict NAME WANTED GOT
verdict()
{
    cases=$((cases + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $1"
    else
        wrong=$((wrong + 1))
        echo "FAIL $1: \"$3\", not \"$2\""
    fi
}

good='TEST(good)\n{\n    CHECK(1);\n    CHECK_EQ(-1, -1);\n    CHECK_PTR(check_run, check_run);\n    CHECK_STR("a", "a");\n}\n'
late='static void *fail_late(void *x)\n{\n    CHECK(!x);\n    return NULL;\n}\n'
program good "$good"
program wrong_condition "$good TEST(bad)\n{\n    CHECK(0);\n    abort();\n}\nTEST(next)\n{\n}"
program wrong_number "$good TEST(bad)\n{\n    CHECK_EQ(sizeof(int), 5);\n    abort();\n}"
program wrong_text "$good TEST(bad)\n{\n    CHECK_STR(NULL, \"x\");\n    abort();\n}"
program wrong_pointer "$good TEST(bad)\n{\n    CHECK_PTR(NULL, check_run);\n    abort();\n}"
program wrong_in_thread "$good $late TEST(bad)\n{\n    pthread_t t;\n    pthread_create(&t, NULL, fail_late, &check_running);\n    pthread_join(t, NULL);\n}"
program dies "$good TEST(bad)\n{\n    abort();\n}"
program leaves "$good TEST(bad)\n{\n    exit(0);\n}"
program fails_at_exit "$good static void no(void)\n{\n    _Exit(1);\n}\nTEST(bad)\n{\n    atexit(no);\n}"
program empty ""

counts a_good_program_passes "1 0" "$work/good"
counts a_wrong_condition_ends_its_case_only "2 1" "$work/wrong_condition"
counts a_wrong_number_fails "1 1" "$work/wrong_number"
counts a_wrong_text_fails "1 1" "$work/wrong_text"
counts a_wrong_pointer_fails "1 1" "$work/wrong_pointer"
counts a_failure_in_a_thread_fails "1 1" "$work/wrong_in_thread"
counts a_program_that_dies_fails "0 1" "$work/dies"
counts a_program_that_leaves_early_fails "0 1" "$work/leaves"
counts a_bad_status_after_a_good_summary_fails "2 1" "$work/fails_at_exit"
counts a_program_without_cases_fails "0 1" "$work/empty"
counts a_name_that_does_not_exist_fails "0 1" "$work/good" nobody
counts a_program_that_does_not_exist_fails "0 1" "$work/nobody"
counts one_case_can_be_chosen "1 0" "$work/wrong_condition" goo
verdict a_failure_names_its_place "FAIL bad: $work/wrong_number.c:13: sizeof(int) is 4 (0x4), not 5 (0x5)" \
    "$("$work/wrong_number" bad | head -n 1)"
echo "cases $cases failed $wrong"
[ "$wrong" = 0 ]
