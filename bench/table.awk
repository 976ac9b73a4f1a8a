# Turns what the plugin and the search printed into the rows of the table.
#   awk -v row='thumb2 heap tls32' -v null=FILE -f table.awk COUNTS
# null: the plugin's output for the subject that does nothing; its cost per call is taken off.
# One idea: means to two places, so that a table compares exactly where the compiler is the same.
FNR == 1 { file++ }
$1 != "function" || $4 == 0 { next }
file == 1 { harness[$2] = $8; next }
{
    mean[$2] = sprintf("%.2f", $6 / $4 - harness[$2])
    max[$2] = $10 - harness[$2]
    p999[$2] = $12 - harness[$2]
}
END {
    m = "bench_malloc"; f = "bench_free"; r = "bench_realloc"
    printf "%-28s %8.2f %8.2f %8.2f %6d %6d %6d %6d %9s\n", row, mean[m], mean[f], mean[m] + mean[f], \
        p999[m], p999[f], max[m], max[f], (r in mean) ? mean[r] : "-"
}
