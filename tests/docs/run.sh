#!/bin/sh
# Whether the documents say what is true: the README's example is the example's source, word for word, its
# boards' options are those of the reader, and every file that a document names is there.
#
# usage: tests/docs/run.sh
set -u
cd "$(dirname "$0")/../.." || exit 2
cases=0 failed=0

result() # STATUS NAME
{
    cases=$((cases + 1))
    if [ "$1" = 0 ]; then
        echo "ok $2"
    else
        failed=$((failed + 1))
        echo "FAIL $2"
    fi
}

block() # FILE LANGUAGE: the first fenced block of that language
{
    awk -v fence="\`\`\`$2" '$0 == fence { inside = 1; next } /^```/ && inside { exit } inside' "$1"
}

block README.md c | cmp -s - examples/caps_tour/main.c
result $? the_readme_shows_the_example_as_it_is

missing=0
for option in $(sed -n 's/^    {"\([a-z]*\)", key_.*/\1/p' boards/parse.c); do
    grep -q "\`$option\`" README.md || { echo "  README.md does not name the board's option $option"; missing=1; }
done
result $missing the_readme_names_every_option_of_a_board

missing=0
for file in $(grep -ho '`[a-z]*/[A-Za-z0-9_./-]*`' README.md DESIGN.md docs/*.md 2>/dev/null | tr -d '\140' | sort -u); do
    case $file in
    traces/* | bin/* | */\** ) continue ;;
    esac
    [ -e "${file%/}" ] || [ -e "bench/$file" ] || [ -e "include/$file" ] || [ -e "$(dirname "$file")" ] || { echo "  there is no $file"; missing=1; }
done
result $missing the_documents_name_files_that_are_there

echo "cases $cases failed $failed"
[ "$failed" = 0 ]
