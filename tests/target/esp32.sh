# The ESP32's own switch of banks, read by run.sh: on a model, on the host; compiled for Xtensa; with faults.
#
# One idea: the port's three accesses to hardware stand in one header, and the model has one of that name.
# shellcheck shell=sh disable=SC2154 # shared with run.sh

# build_model OUTPUT PORT-SOURCE: the tests with the port from this file.
build_model()
{
    gcc -std=c11 -O1 -g -D_GNU_SOURCE -Wall -Wextra -Werror -pthread -I tests/target/esp32/model -I tests/target/esp32 -I tests -I "$root" -I include \
        tests/target/esp32/*.c "$2" core/himem/*.c core/base/error.c ports/linux/lock.c ports/linux/fault.c -o "$1"
}

# Faults as in planted.txt: name | sed expression | the case that fails
esp32_faults='
write_back|s/^    write_back(banks, page, count);$/    (void)write_back;/|what_was_written_is_in_its_bank_after_the_unmap
write_back_of_the_upper_half|s/^        empty_cache(HALF);$//|what_was_written_is_in_its_bank_after_the_unmap
half_of_the_write_back|s/PAGES_TO_READ \* PAGE_BYTES/PAGE_BYTES \/ 2/|what_was_written_is_in_its_bank_after_the_unmap
table_of_the_second_processor|s/processor < PROCESSORS/processor < 1/|both_tables_show_the_same_banks
table_of_the_first_processor|s/processor = 0; processor/processor = 1; processor/|both_tables_show_the_same_banks
flash_guard|s/^    banks->guard->start();$//|both_tables_show_the_same_banks
tables_before_the_write_back|s/^    write_back(banks, page, count);$/    set_entries(banks, page, count, NO_BANK, 0); write_back(banks, page, count);/|what_was_written_is_in_its_bank_after_the_unmap
invalid_entries|s/count, NO_BANK, 0/count, page, 1/|an_unmapped_page_is_invalid
'

plant_in_esp32()
{
    tree=$objects/$1
    mkdir -p "$tree"
    sed "$2" ports/esp32/psram_banks.c >"$tree/psram_banks.c"
    cmp -s ports/esp32/psram_banks.c "$tree/psram_banks.c" && { echo "the expression changes nothing"; return 1; }
    build_model "$tree/program" "$tree/psram_banks.c" || return 1
    timeout "$seconds" "$tree/program" >"$tree/log" 2>&1
    grep -q "^FAIL $3:" "$tree/log" || { echo "$3 did not fail"; cat "$tree/log"; return 1; }
}

check_esp32()
{
    target=esp32
    objects=$out/esp32
    log=$objects/log
    compiler="xtensa-lx106-elf-gcc -mlongcalls"
    quirks=
    headers=$(${compiler%% *} -print-file-name=include)
    compile_all "$objects/xtensa" ports/esp32/*.c >"$log" 2>&1
    verdict compiles-for-xtensa $? "$log"
    build_model "$objects/program" ports/esp32/psram_banks.c >"$log" 2>&1
    verdict builds $? "$log" || return
    timeout "$seconds" "$objects/program" >"$objects/program.log" 2>&1
    status=$?
    sed -n 's/^ok /ok esp32-/p; s/^FAIL /FAIL esp32-/p' "$objects/program.log"
    [ "$status" = 0 ]
    verdict program-ends-well $? "$objects/program.log"
    echo "$esp32_faults" | while IFS='|' read -r name expression case; do
        [ -n "$name" ] || continue
        plant_in_esp32 "$name" "$expression" "$case" >"$objects/$name.log" 2>&1
        verdict "planted-$name-is-found" $? "$objects/$name.log"
    done
}
