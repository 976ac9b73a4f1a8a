# Compares a table with the checked-in one: awk -f compare.awk table.txt NEW
# In every column less is better. Exit status 1 iff a figure got worse or a row is gone.
# One idea: a row is its first three words; a change for the better is said, never refused.
/^#/ || NF < 4 { next }
{ key = $1 " " $2 " " $3 }
FNR == NR { old[key] = $0; next }
{
    seen[key] = 1
    if (!(key in old)) { print "new: " key; next }
    n = split(old[key], was)
    changes = ""; verdict = "better"
    for (i = 4; i <= n || i <= NF; i++) {
        if (was[i] == $i) continue
        if ($i + 0 > was[i] + 0) { verdict = "WORSE "; bad++ }
        changes = changes "  " was[i] " -> " $i
    }
    if (changes != "") print verdict " " key ":" changes
}
END {
    for (key in old) if (!(key in seen)) { print "gone: " key; bad++ }
    exit bad > 0
}
