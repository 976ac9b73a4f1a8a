#!/bin/sh
# fuzz/run.sh [SECONDS [TARGET]]: every fuzz target, or one, for so many seconds each (default 3600).
# With clang's libFuzzer where it is installed, else with corpus_driver.c and gcc; under the address and
# undefined-behaviour sanitizers in both cases. What breaks a target is kept in build/fuzz.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-3600}
only=${2:-}
out=build/fuzz

# targets: NAME SOURCES… (beside fuzz_NAME.c); what it links last.
targets()
{
    cat <<'END'
golden tool/golden/parse.c tool/golden/header.c tool/golden/input.c tool/golden/text.c -lz
END
}

flags="-std=c11 -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -I. -Iinclude"

has_libfuzzer()
{
    printf 'int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d == 0 && n == 1; }\n' |
        clang -fsanitize=fuzzer -x c - -o "$out/probe" 2>/dev/null
}

# with_driver NAME ROUNDS SOURCES…
with_driver()
{
    name=$1 rounds=$2
    shift 2
    # shellcheck disable=SC2086 # words
    gcc $flags "fuzz/fuzz_$name.c" fuzz/corpus_driver.c "$@" -o "$out/$name"
    "$out/$name" "$rounds" "fuzz/corpus/$name"/*
}

with_libfuzzer()
{
    name=$1
    shift
    mkdir -p "$out/corpus-$name"
    cp "fuzz/corpus/$name"/* "$out/corpus-$name"
    # shellcheck disable=SC2086 # words
    clang $flags -fsanitize=fuzzer "fuzz/fuzz_$name.c" "$@" -o "$out/$name"
    "$out/$name" -max_total_time="$seconds" -timeout=10 -artifact_prefix="$out/" "$out/corpus-$name"
}

mkdir -p "$out"
targets | while read -r name rest; do
    [ -z "$only" ] || [ "$only" = "$name" ] || continue
    echo "fuzzing $name for $seconds seconds"
    # shellcheck disable=SC2086 # a list of sources
    if has_libfuzzer; then
        with_libfuzzer "$name" $rest
    else
        with_driver "$name" $((seconds * 2000)) $rest
    fi
done
