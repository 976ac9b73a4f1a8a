# espmem::idf_checked: firmware whose own code is compiled with access checks (sim/check_access.c).
#
# Flags differ by compiler and stand in checked-gcc.txt and checked-clang.txt, one piece a line; the calls
# that are checked as well in checked-calls.txt. The .pc gets the flags as a file for each compiler, which
# gcc and clang read by @FILE.

file(STRINGS cmake/checked-calls.txt ESPMEM_CHECKED_CALLS REGEX "^[a-z_]+$")
list(TRANSFORM ESPMEM_CHECKED_CALLS PREPEND "-Wl,--wrap=" OUTPUT_VARIABLE ESPMEM_CHECKED_WRAP_OPTIONS)
list(TRANSFORM ESPMEM_CHECKED_CALLS PREPEND "-fno-builtin-" OUTPUT_VARIABLE checked_no_builtins)

add_library(espmem-checked INTERFACE)
target_link_libraries(espmem-checked INTERFACE espmem-firmware)
target_link_options(espmem-checked INTERFACE ${ESPMEM_CHECKED_WRAP_OPTIONS})
foreach(compiler gcc clang)
    file(STRINGS cmake/checked-${compiler}.txt flags REGEX "^-")
    list(APPEND flags ${checked_no_builtins})
    string(REPLACE ";" "\n" text "${flags}")
    file(WRITE ${PROJECT_BINARY_DIR}/checked-${compiler}.flags "${text}\n")
    list(TRANSFORM flags REPLACE "^(-mllvm .*)$" "SHELL:\\1")
    string(REPLACE "gcc" "GNU" id ${compiler})
    string(REPLACE "clang" "Clang" id ${id})
    foreach(language C CXX)
        foreach(flag ${flags})
            target_compile_options(espmem-checked INTERFACE "$<$<COMPILE_LANG_AND_ID:${language},${id}>:${flag}>")
        endforeach()
    endforeach()
endforeach()
add_library(espmem::idf_checked ALIAS espmem-checked)
