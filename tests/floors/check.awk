# Reads tests/floors/rules, then source files named from the project's root; prints one line
# `RULE FILE:LINE: what` for each breach. Knows C only as far as clang-format leaves it: a function's
# body stands between "{" and "}" in the first column.

BEGIN {
    free = "(float|iso646|limits|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdnoreturn)[.]h"
    file_limit = 450
    function_limit = 60
}

FILENAME ~ /(^|\/)rules$/ {
    if ($0 !~ /^#/ && NF == 3) {
        project[$1] = $2
        system_headers[$1] = $3 == "FREE" ? free : $3
    }
    next
}

FNR == 1 {
    floor = floor_of(FILENAME)
    header = FILENAME ~ /\.h$/
    guard = ""
    body = 0
    may_choose = FILENAME ~ /^(core\/base|ports|include\/idf|tests|examples|bench|fuzz|proofs)\// ||
                 FILENAME == "include/espmem/config.h"
}

FNR == file_limit + 1 { breach("file", "longer than " file_limit " lines") }

/^\{/ { body = FNR }
/^\}/ {
    if (body && FNR - body + 1 > function_limit)
        breach("function", "a function of " FNR - body + 1 " lines, " function_limit " are the most", body)
    body = 0
}

/^[ \t]*#[ \t]*include/ && floor != "" {
    name = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", name)
    if (name ~ /^</)
        angle(substr(name, 2, index(name, ">") - 2))
    else if (name ~ /^"/)
        quoted(substr(name, 2, index(substr(name, 2), "\"") - 1))
    else
        breach("include", "an include that cannot be read: " name)
}

/^[ \t]*#[ \t]*(if|ifdef|ifndef|elif)([^a-z]|$)/ && !may_choose {
    if ($0 ~ /^#ifdef __cplusplus$/)
        next
    if (header && guard == "" && $0 ~ /^#ifndef [A-Z0-9_]*_H$/) {
        guard = $2
        next
    }
    breach("choice", "conditional code: " $0)
}

function breach(rule, what, line)
{
    printf "%s %s:%d: %s\n", rule, FILENAME, line ? line : FNR, what
}

function floor_of(file, folder, found)
{
    found = ""
    for (folder in project)
        if (index(file, folder "/") == 1 && length(folder) > length(found))
            found = folder
    if (found == "" && file ~ /^core\//)
        breach("include", "a folder of the core that tests/floors/rules does not name")
    return found
}

function matches(name, pattern)
{
    return pattern == "*" || (pattern != "-" && name ~ ("^(" pattern ")$"))
}

# A name in angle brackets may be ours too, as users of the library write it.
function angle(name)
{
    if (name ~ /^(espmem|core|idf|sim|tool|ports)\//)
        quoted(name)
    else if (!matches(name, system_headers[floor]))
        breach("include", floor " must not include <" name ">")
}

function quoted(name, beside)
{
    if (name ~ /\.\./) {
        breach("include", "\"" name "\": name it from the root")
        return
    }
    beside = FILENAME
    sub(/[^\/]*$/, "", beside)
    if (name !~ /\// && (getline discard < (beside name)) >= 0) {
        close(beside name)
        name = beside name
        if (floor ~ /^include\/idf/)
            sub(/^include\/idf\//, "", name)
    }
    if (!matches(name, project[floor]))
        breach("include", floor " must not include \"" name "\"")
}
